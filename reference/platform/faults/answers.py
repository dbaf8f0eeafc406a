"""Faults in how a success is signed."""

import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from reference.identity import SigningKey
from reference.oracles import b64, signature
from reference.platform.core import Platform
from reference.platform.faults.answers_resealed import Reseals, without
from reference.platform.faults.registry import breaks
from reference.platform.wire import Answer, Request

__all__: list[str] = []


@breaks("v3.response.success-is-signed")
class LeavesSuccessUnsigned(Reseals):
    """Signs nothing."""

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return without(answer.headers, "Wechatpay-")


@breaks("v3.response.success-is-signed")
class LeavesRefundsUnsigned(LeavesSuccessUnsigned):
    """Does not sign what it says about refunds."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 200 and request.path.startswith("/v3/refund/")


@breaks("v3.response.success-is-signed")
class LeavesAnswersToPartnersUnsigned(LeavesSuccessUnsigned):
    """Does not sign what it answers to service providers."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 200 and "/partner/" in request.path


@breaks("v3.response.success-is-signed")
class LeavesUndecidedPaymentsUnsigned(LeavesSuccessUnsigned):
    """Does not sign a 202."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 202


@breaks("v3.response.success-is-signed")
class ForgetsTheNonceHeader(Reseals):
    """Signs answers without saying with which nonce."""

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return without(answer.headers, "Wechatpay-Nonce")


@breaks("v3.response.success-is-signed")
class SendsTheSignatureTwice(Reseals):
    """Sends the signature of bills' applications twice."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 200 and request.path.startswith("/v3/bill/")

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return [*answer.headers, *((name, value) for name, value in answer.headers if name == "Wechatpay-Signature")]


@breaks("v3.response.success-is-signed")
class SignsAnotherSpelling(Reseals):
    """Signs what it answers with blanks between the members, and sends it without."""

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return self.over(request, answer, json.dumps(json.loads(answer.body), ensure_ascii=False).encode())


@breaks("v3.response.success-is-signed")
class SignsChineseAsEscapes(Reseals):
    """Signs Chinese text as escapes and sends it written out."""

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return self.over(request, answer, json.dumps(json.loads(answer.body), separators=(",", ":")).encode())


@breaks("v3.response.success-is-signed")
class SignsTheFirstKilobyte(Reseals):
    """Signs no more than the first thousand bytes of an answer."""

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return self.over(request, answer, answer.body[:1000])


@breaks("v3.response.success-is-signed")
class SignsTheRequestsBody(Reseals):
    """Signs the body of the request in place of the answer's, where there is one."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 200 and bool(request.body)

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return self.over(request, answer, request.body)


@breaks("v3.response.success-is-signed")
class SignsLikeARequest(Platform):
    """Leaves the last newline of the message away."""

    def message(self, timestamp: str, nonce_str: str, body: bytes) -> bytes:
        return super().message(timestamp, nonce_str, body)[:-1]


class _SealsOtherwise(Reseals):
    """Makes the signature by another algorithm, or writes it down otherwise."""

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        values = {name: value for name, value in answer.headers if name.startswith("Wechatpay-")}
        message = self.message(values["Wechatpay-Timestamp"], values["Wechatpay-Nonce"], answer.body)
        made = self.made(self.answering_key(request), message)
        return [*without(answer.headers, "Wechatpay-Signature"), ("Wechatpay-Signature", made)]

    def made(self, key: SigningKey, message: bytes) -> str:
        """Return the signature."""
        raise NotImplementedError


@breaks("v3.response.success-is-signed")
class SignsWithPss(_SealsOtherwise):
    """Signs answers with PSS padding."""

    def made(self, key: SigningKey, message: bytes) -> str:
        assert key.private_key is not None  # the platform signs with it
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return b64.encode(key.private_key.sign(message, pss, hashes.SHA256()))


@breaks("v3.response.success-is-signed")
class WritesSignaturesUrlSafe(_SealsOtherwise):
    """Writes signatures in the URL-safe alphabet."""

    def made(self, key: SigningKey, message: bytes) -> str:
        assert key.private_key is not None  # the platform signs with it
        return signature.sign(key.private_key, message).replace("+", "-").replace("/", "_")


@breaks("v3.response.success-is-signed")
class SignsWithAMerchantsKey(_SealsOtherwise):
    """Signs answers with a merchant's key under its own name."""

    def made(self, key: SigningKey, message: bytes) -> str:
        return signature.sign(self.identity.merchant.credential.private_key, message)


@breaks("v3.response.no-content-is-signed")
class LeavesNoContentUnsigned(LeavesSuccessUnsigned):
    """Does not sign a 204."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 204


@breaks("v3.response.no-content-is-signed")
class LeavesPartnersClosingsUnsigned(LeavesSuccessUnsigned):
    """Does not sign a 204 to service providers."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 204 and "/partner/" in request.path


@breaks("v3.response.no-content-is-signed")
class SignsAnEmptyObject(Reseals):
    """Signs a 204 as if its body were an empty object."""

    def is_meant(self, request: Request, answer: Answer) -> bool:
        return answer.status == 204

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        return self.over(request, answer, b"{}")


@breaks("v3.response.no-content-is-signed")
class SignsNoLineForAnEmptyBody(Platform):
    """Signs a 204 without the line of the body."""

    def message(self, timestamp: str, nonce_str: str, body: bytes) -> bytes:
        return super().message(timestamp, nonce_str, body) if body else f"{timestamp}\n{nonce_str}\n".encode()


@breaks("v3.response.no-content-is-signed")
class SendsABodyWithNoContent(Platform):
    """Sends an empty object with a 204."""

    def succeed(self, request: Request, status: int, content: Any, *, signed: bool) -> Answer:
        answer = super().succeed(request, status, content, signed=signed)
        return super().succeed(request, 204, {}, signed=signed) if status == 204 else answer
