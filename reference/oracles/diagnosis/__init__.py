"""Why a signature does not verify: the usual mistakes are made on purpose until it does."""

from reference.oracles.diagnosis.draft import Mistake
from reference.oracles.diagnosis.search import MISTAKES, Diagnosis, diagnose_request, diagnose_response
from reference.oracles.diagnosis.signatures import signer

__all__ = ["MISTAKES", "Diagnosis", "Mistake", "diagnose_request", "diagnose_response", "signer"]
