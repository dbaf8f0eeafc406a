"""Faults in how the body of a success is written."""

import json
from typing import Any

from reference.platform.core import Platform
from reference.platform.faults.answers_resealed import without
from reference.platform.faults.registry import breaks
from reference.platform.wire import Answer, Request

__all__: list[str] = []


class _Writes(Platform):
    """Writes some answers in another way, and signs them so."""

    def answer(self, request: Request, status: int, content: Any, *, signed: bool = True) -> Answer:
        answer = super().answer(request, status, content, signed=signed)
        if not 200 <= status < 300 or not answer.body:
            return answer
        body = self.body_of(request, answer.body)
        headers = [*without(answer.headers, "Wechatpay-", "Content-Type"), ("Content-Type", self.typed(request))]
        return Answer(status, [*headers, *self.signed_headers(self.answering_key(request), body)], body)

    def body_of(self, request: Request, body: bytes) -> bytes:
        """Return the body as this platform writes it."""
        return body

    def typed(self, request: Request) -> str:
        """Return the Content-Type this platform names."""
        return "application/json; charset=utf-8"


@breaks("v3.response.success-body-is-json")
class CallsJsonHtml(_Writes):
    """Calls its answers HTML."""

    def typed(self, request: Request) -> str:
        return "text/html"


@breaks("v3.response.success-body-is-json")
class CallsTheAnswerToAnH5OrderText(_Writes):
    """Calls the answer to an H5 order plain text."""

    def typed(self, request: Request) -> str:
        return "text/plain" if request.path.endswith("/h5") else super().typed(request)


@breaks("v3.response.success-body-is-json")
class WritesAnswersInGb18030(_Writes):
    """Writes answers in GB 18030."""

    def body_of(self, request: Request, body: bytes) -> bytes:
        return body.decode().encode("gb18030")


@breaks("v3.response.success-body-is-json")
class WritesAByteOrderMark(_Writes):
    """Begins answers about refunds with a byte order mark."""

    def body_of(self, request: Request, body: bytes) -> bytes:
        return b"\xef\xbb\xbf" + body if request.path.startswith("/v3/refund/") else body


@breaks("v3.response.success-body-is-json")
class WrapsAnswersInAList(_Writes):
    """Answers a query with a list of one order."""

    def body_of(self, request: Request, body: bytes) -> bytes:
        return b"[" + body + b"]" if request.method == "GET" and "/out-trade-no/" in request.path else body


@breaks("v3.response.success-body-is-json")
class WritesJsonTwice(_Writes):
    """Answers applications for bills with a text that holds JSON."""

    def body_of(self, request: Request, body: bytes) -> bytes:
        return json.dumps(body.decode()).encode() if request.path.startswith("/v3/bill/") else body
