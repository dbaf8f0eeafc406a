"""Whether an answer or a notification may be believed: headers, key, clock, signature."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter

from reference.oracles import signature, times
from reference.oracles.authorization import RSA
from reference.oracles.keys import KeyRing, UnknownSerial

__all__ = ["Outcome", "Reason", "Verdict", "verify_message"]

_NEEDED = ("Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial")
_TYPE = "Wechatpay-Signature-Type"
_values_of = itemgetter(*_NEEDED)
_BY_LOWER_CASE = {name.lower(): name for name in (*_NEEDED, _TYPE)}


class Outcome(StrEnum):
    """What a verifier must do; at in-doubt either is right."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_DOUBT = "in-doubt"


class Reason(StrEnum):
    """Why a message is refused."""

    HEADER_MISSING = "header-missing"
    ALGORITHM = "algorithm"
    TIMESTAMP_MALFORMED = "timestamp-malformed"
    SERIAL_UNKNOWN = "serial-unknown"
    STALE = "stale"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, the reason if the message is refused, and one sentence about it."""

    outcome: Outcome
    reason: Reason | None
    sentence: str

    @property
    def accepted(self) -> bool:
        """Whether the message must be believed."""
        return self.outcome is Outcome.ACCEPTED


def verify_message(headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes, keyring: KeyRing, now: int) -> Verdict:
    """Judge a message of the platform by its *headers* and raw *body*, at *now* (Unix seconds).

    Header names are compared without case; values are used exactly as they came. A deliberately wrong signature
    (``WECHATPAY/SIGNTEST/…``) is nothing special: it does not verify. Source: APIv3 guide, "How to verify the signature".
    """
    try:
        fresh = _check(_gather(headers), body, keyring, now)
    except _RefusedError as refusal:
        return Verdict(Outcome.REFUSED, refusal.reason, refusal.sentence)
    if fresh is None:
        return Verdict(Outcome.IN_DOUBT, None, f"The timestamp is exactly {times.WINDOW} s away from the clock, where verifiers disagree.")
    return Verdict(Outcome.ACCEPTED, None, "The signature is that of the key named, and fresh.")


class _RefusedError(Exception):
    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


def _gather(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        known = _BY_LOWER_CASE.get(name.lower())
        if known is not None and values.setdefault(known, value) != value:
            raise _RefusedError(Reason.HEADER_MISSING, f"{known} is there twice with different values, so there is no one value.")
    for name in _NEEDED:
        if not values.get(name):
            raise _RefusedError(Reason.HEADER_MISSING, f"{name} is missing or empty.")
    return values


def _check(values: Mapping[str, str], body: bytes, keyring: KeyRing, now: int) -> bool | None:
    algorithm = values.get(_TYPE) or RSA
    if algorithm != RSA:
        raise _RefusedError(Reason.ALGORITHM, f"{_TYPE} is {algorithm!r}; expected {RSA}, or no such header.")
    timestamp, nonce_str, made, serial = _values_of(values)
    try:
        fresh = times.within_window(now, timestamp)
        key = keyring.choose(serial, now)
    except times.TimeError as error:
        raise _RefusedError(Reason.TIMESTAMP_MALFORMED, f"Wechatpay-Timestamp: {error}") from None
    except UnknownSerial as error:
        raise _RefusedError(Reason.SERIAL_UNKNOWN, f"Wechatpay-Serial: {error}") from None
    if fresh is False:
        distance = abs(now - times.unix_seconds(timestamp))
        raise _RefusedError(Reason.STALE, f"Wechatpay-Timestamp is {distance} s away from the clock; expected at most {times.WINDOW} s.")
    if not signature.verifies(key, signature.response_message(timestamp, nonce_str, body), made):
        raise _RefusedError(Reason.SIGNATURE, f"Wechatpay-Signature is not a signature of this message by the key {serial}.")
    return fresh
