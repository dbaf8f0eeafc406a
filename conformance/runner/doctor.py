"""Look for configuration mistakes before anything is judged, so that they are never taken for violations."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from conformance.runner.opening import Opened
from conformance.runner.symptoms import Symptom, tried
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import ConfigurationError
from reports.outcomes import Outcome
from strategies.orders import lean

__all__ = ["Symptom", "examine", "worst"]

_UNKNOWN = frozenset({"SIGNERROR", "MCHID_NOT_EXIST"})
"""What APIv2 answers to keys or ids it does not know."""
_SKEW = 240
"""Seconds a clock may be off before requests near the five-minute window turn stale by themselves."""


def examine(opened: Opened) -> Iterator[Symptom]:
    """Examine identity, reachability, keys and clock of an opened target, one after the other, or what else it has to be examined for."""
    if opened.examine is not None:
        yield from opened.examine()
        return
    yield Symptom(
        "identity", Outcome.PASSED, f"{opened.identity.name}: {', '.join(merchant.mchid for merchant in opened.identity.merchants)}"
    )
    yield from _certificates(opened)
    platform = opened.platform(0, None)
    platform.observing = False
    try:
        for look in (_reachable, _clock):
            yield look(platform)
    finally:
        platform.close_connections()


def worst(symptoms: list[Symptom]) -> Symptom:
    """Return the symptom that decides."""
    return next((found for wanted in (Outcome.CONFIG, Outcome.INCONCLUSIVE) for found in symptoms if found.outcome is wanted), symptoms[-1])


def _certificates(opened: Opened) -> Iterator[Symptom]:
    now = datetime.now(UTC)
    for merchant in opened.identity.merchants:
        certificate = merchant.credential.certificate
        if certificate is not None and not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            until = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
            says = f"the API certificate of {merchant.mchid} is not valid today (until {until}); issue a new one on the merchant platform"
            yield Symptom("keys", Outcome.CONFIG, says)
            return
    yield Symptom("keys", Outcome.PASSED, "private keys and certificates belong together")


def _reachable(platform: Platform) -> Symptom:
    def ask() -> str:
        if "apiv3" in platform.capabilities:
            answer: Answer | AnswerV2 = platform.certificates()
            known = answer.status != 401
        elif "apiv2" in platform.capabilities:
            answer = platform.v2.query(lean("native"))
            known = answer.result.code not in _UNKNOWN
        else:
            raise ConfigurationError(
                f"{platform.name} speaks neither APIv3 (GET /v3/certificates) nor APIv2 (POST /pay/orderquery). "
                "Check the URL: something else is listening there, or the API is not at its root."
            )
        if not known:
            raise ConfigurationError(
                f"{platform.name} does not know this identity: {answer.described}. "
                "Give the platform and wxconform the same keys, for example both `--identity DIR`."
            )
        return f"{platform.name} answers {answer.status}"

    return tried("reachable", ask)


def _clock(platform: Platform) -> Symptom:
    def compare() -> str:
        if platform.world is not None:
            return "the platform's clock is ours to move"
        date = next((exchange.reply.header("Date") for exchange in platform.exchanges if exchange.reply.header("Date")), None)
        if date is None:
            return "the platform does not tell its time"
        skew = parsedate_to_datetime(date).timestamp() - time.time()
        if abs(skew) > _SKEW:
            raise ConfigurationError(
                f"this machine's clock is {abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} {platform.name}. "
                "Set it right (NTP) and run again."
            )
        return f"{abs(skew):.0f} s apart"

    return tried("clock", compare)
