"""Faults in the headers that sign an answer, and in which refusals are signed."""

import hashlib
import json
from typing import Any

from reference.identity import SigningKey
from reference.oracles import signature
from reference.platform.core import Platform
from reference.platform.faults.answers_resealed import Reseals, without
from reference.platform.faults.registry import breaks
from reference.platform.wire import Answer, Request

__all__: list[str] = []


class _Seals(Platform):
    """Writes other things in the headers that sign an answer, and signs them so."""

    def signed_headers(self, key: SigningKey, body: bytes) -> list[tuple[str, str]]:
        assert key.private_key is not None  # the platform signs with it
        headers = dict(super().signed_headers(key, body))
        timestamp, nonce_str = self.shown(headers["Wechatpay-Timestamp"]), self.chosen(headers["Wechatpay-Nonce"], body)
        made = signature.sign(key.private_key, self.message(timestamp, nonce_str, body))
        shown = {"Wechatpay-Timestamp": timestamp, "Wechatpay-Nonce": nonce_str, "Wechatpay-Signature": made}
        return list({**headers, **shown}.items())

    def shown(self, timestamp: str) -> str:
        """Return the timestamp as this platform writes it."""
        return timestamp

    def chosen(self, nonce_str: str, body: bytes) -> str:
        """Return the nonce as this platform chooses it."""
        return nonce_str


@breaks("v3.response.timestamp-is-current")
class WritesMilliseconds(_Seals):
    """Writes the timestamp in milliseconds."""

    def shown(self, timestamp: str) -> str:
        return timestamp + "000"


@breaks("v3.response.timestamp-is-current")
class RunsSixMinutesLate(_Seals):
    """Writes a timestamp of six minutes ago."""

    def shown(self, timestamp: str) -> str:
        return str(int(timestamp) - 360)


@breaks("v3.response.timestamp-is-current")
class WritesALeadingZero(_Seals):
    """Writes the timestamp with a leading zero."""

    def shown(self, timestamp: str) -> str:
        return "0" + timestamp


@breaks("v3.response.timestamp-is-current")
class StopsTheClockAtTheFirstAnswer(_Seals):
    """Writes the time of its first answer on every one."""

    first = ""

    def shown(self, timestamp: str) -> str:
        self.first = self.first or timestamp
        return self.first


@breaks("v3.response.timestamp-is-current")
class RepeatsANonce(_Seals):
    """Writes the same nonce on every answer."""

    def chosen(self, nonce_str: str, body: bytes) -> str:
        return "593BEC0C930BF1AFEB40B4A08C8FB242"


@breaks("v3.response.timestamp-is-current")
class MakesANonceOfTheAnswer(_Seals):
    """Makes the nonce out of the time and the body, so that equal answers share it."""

    def chosen(self, nonce_str: str, body: bytes) -> str:
        return hashlib.sha256(str(self.now()).encode() + body).hexdigest()[:32]


@breaks("v3.response.timestamp-is-current")
class HasFewNonces(_Seals):
    """Draws nonces from too few."""

    def chosen(self, nonce_str: str, body: bytes) -> str:
        return f"{self.random.randrange(500):032d}"


@breaks("v3.response.signed-error-verifies")
class SignsErrorsWithoutTheirDetail(Reseals):
    """Signs the body of an error without its detail."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status >= 400 and b'"detail"' in answer.body

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        content = json.loads(answer.body)
        content.pop("detail")
        return self.over(request, answer, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


@breaks("v3.response.signed-error-verifies")
class SignsErrorsOverNothing(Reseals):
    """Signs every 404 as if it had no body."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 404

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return self.over(request, answer, b"")


@breaks("v3.response.signed-error-verifies")
class SignsErrorsWithoutNonce(Reseals):
    """Signs errors without saying with which nonce."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status >= 400

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return without(answer.headers, "Wechatpay-Nonce")


@breaks("v3.response.signed-error-verifies")
class SignsFailuresWrongly(Reseals):
    """Signs a failure of the system, and a refusal for haste, over another body."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status in {429, 500}

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return self.over(request, answer, b"{}")


@breaks("v3.response.unverified-request-is-answered-unsigned")
class SignsEveryRefusal(Platform):
    """Signs the answer to somebody it does not know."""

    def answer(self, request: Request, status: int, content: Any, *, signed: bool = True) -> Answer:
        return super().answer(request, status, content, signed=True)


@breaks("v3.response.unverified-request-is-answered-unsigned")
class SignsRefusalsOfStaleRequests(Platform):
    """Signs the answer to a request whose timestamp is out of date."""

    def answer(self, request: Request, status: int, content: Any, *, signed: bool = True) -> Answer:
        stale = status == 401 and content.get("detail", {}).get("field") == "timestamp"
        return super().answer(request, status, content, signed=signed or stale)


@breaks("v3.response.unverified-request-is-answered-unsigned")
class SignsThatAPathIsUnknown(Platform):
    """Signs that there is no such interface, whoever asks."""

    def answer(self, request: Request, status: int, content: Any, *, signed: bool = True) -> Answer:
        return super().answer(request, status, content, signed=signed or status in {404, 405})


class _NamesType(Reseals):
    """Says something else about the type of some signatures."""

    named: str | None = None

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        name = "Wechatpay-Signature-Type"
        return [*without(answer.headers, name), *(() if self.named is None else ((name, self.named),))]


@breaks("v3.response.names-its-signature-type")
class NamesNoSignatureType(_NamesType):
    """Does not say of which type a signature is."""


@breaks("v3.response.names-its-signature-type")
class NamesAnotherSignatureType(_NamesType):
    """Calls its signatures SM2."""

    named = "WECHATPAY2-SM2-WITH-SM3"


@breaks("v3.response.names-its-signature-type")
class NamesNoSignatureTypeOfNoContent(_NamesType):
    """Does not say of which type the signature of a 204 is."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 204
