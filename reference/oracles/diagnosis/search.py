"""The search for the mistake under which a signature does verify."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference.oracles.diagnosis.bodies import BODIES
from reference.oracles.diagnosis.draft import Candidate, Draft, Mistake
from reference.oracles.diagnosis.lines import CHARSETS, FIELDS, FRAME, STRUCTURE, WHOLE, WIDE
from reference.oracles.diagnosis.signatures import MAKINGS, seals
from reference.oracles.diagnosis.urls import ORIGINS, URLS

__all__ = ["MISTAKES", "Diagnosis", "diagnose_request", "diagnose_response"]

# In pairs the later mistake is made on top of the earlier one, so charset and wrapping come last.
_CANDIDATES = (*BODIES, *URLS, *FIELDS, *FRAME, *STRUCTURE, *CHARSETS, *WHOLE)

_PAIRS_UP_TO = 1 << 16
"""Bytes of the longest message that is searched in pairs; some thousand messages are hashed, which takes a second at that length."""

MISTAKES: Mapping[str, Mistake] = {
    mistake.slug: mistake for mistake in (*(candidate.mistake for candidate in (*_CANDIDATES, *WIDE)), *MAKINGS)
}
"""Every mistake that can be found, by its slug."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was done wrong, and the proof: *message* is the exact string the signature is valid for, by the key named *key*."""

    mistakes: tuple[Mistake, ...]
    message: bytes
    key: str

    @property
    def slug(self) -> str:
        """The slugs of the mistakes, joined by ``+``."""
        return "+".join(mistake.slug for mistake in self.mistakes)

    @property
    def en(self) -> str:
        """What was done wrong, in English."""
        return " ".join(mistake.en for mistake in self.mistakes)

    @property
    def zh(self) -> str:
        """What was done wrong, in Chinese."""
        return "".join(mistake.zh for mistake in self.mistakes)


def diagnose_request(  # noqa: PLR0917  # the five lines of the message in their order, the signature, and who may have made it
    method: str,
    url: str,
    timestamp: str,
    nonce_str: str,
    body: bytes,
    signature: str,
    keys: Mapping[str, RSAPublicKey],
    *,
    origins: Sequence[str] = (),
) -> Diagnosis | None:
    """Return why a request's *signature* does not verify; None if it does, or if no usual mistake explains it.

    *keys* are the public keys that may have made it, by name; the first is the one that should have.
    *origins* are further servers (``http://127.0.0.1:8000``) whose name may have been signed with the URL.
    """
    lines = (("method", _bytes(method)), ("url", _bytes(url)), ("timestamp", _bytes(timestamp)), ("nonce_str", _bytes(nonce_str)))
    return _search(Draft((*lines, ("body", body)), origins=(*origins, *ORIGINS)), signature, keys)


def diagnose_response(
    timestamp: str,
    nonce_str: str,
    body: bytes,
    signature: str,
    keys: Mapping[str, RSAPublicKey],
    *,
    request: tuple[str, str] | None = None,
) -> Diagnosis | None:
    """Return why the *signature* of an answer or a notification does not verify; as `diagnose_request`.

    *request* is method and URL of the request answered, if they are known.
    """
    lines = (("timestamp", _bytes(timestamp)), ("nonce_str", _bytes(nonce_str)), ("body", body))
    asked = (_bytes(request[0]), _bytes(request[1])) if request else None
    return _search(Draft(lines, origins=ORIGINS, request=asked), signature, keys)


def _search(draft: Draft, signature: str, keys: Mapping[str, RSAPublicKey]) -> Diagnosis | None:
    for seal in seals(signature, keys):
        for mistakes, message in _messages(draft):
            if seal.covers(message):
                found = (*seal.mistakes, *mistakes)
                return Diagnosis(found, message, seal.key) if found else None
    return None


def _messages(draft: Draft) -> Iterator[tuple[tuple[Mistake, ...], bytes]]:
    yield (), draft.message()
    for candidate in (*_CANDIDATES, *WIDE):
        for variant in candidate.apply(draft):
            yield (candidate.mistake,), variant.message()
    if len(draft.message()) > _PAIRS_UP_TO:
        return
    for position, first in enumerate(_CANDIDATES):
        rest = [second for second in _CANDIDATES[position + 1 :] if second.part != first.part]
        for variant in first.apply(draft):
            yield from _second(first, variant, rest)


def _second(first: Candidate, draft: Draft, rest: Sequence[Candidate]) -> Iterator[tuple[tuple[Mistake, ...], bytes]]:
    for second in rest:
        for variant in second.apply(draft):
            yield (first.mistake, second.mistake), variant.message()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
