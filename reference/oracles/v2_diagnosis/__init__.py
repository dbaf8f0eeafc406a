"""Why an APIv2 signature does not verify: the usual mistakes are made on purpose until it does."""

from reference.oracles.v2_diagnosis.search import MISTAKES, diagnose

__all__ = ["MISTAKES", "diagnose"]
