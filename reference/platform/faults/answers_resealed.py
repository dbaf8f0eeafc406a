"""What faults in answers are made of: some answers with other headers, or another signature."""

from typing import Any

from reference.platform.core import Platform
from reference.platform.wire import Answer, Headers, Request

__all__ = ["Reseals", "without"]


class Reseals(Platform):
    """Signs some answers in another way."""

    def answer(self, request: Request, status: int, content: Any, *, signed: bool = True) -> Answer:
        answer = super().answer(request, status, content, signed=signed)
        if not signed or not self.is_meant(request, answer):
            return answer
        return Answer(answer.status, self.resealed(request, answer), answer.body)

    def is_meant(self, request: Request, answer: Answer) -> bool:
        """Tell whether this is one of the answers."""
        return answer.status in {200, 202}

    def resealed(self, request: Request, answer: Answer) -> list[tuple[str, str]]:
        """Return the headers of the answer."""
        raise NotImplementedError

    def over(self, request: Request, answer: Answer, body: bytes) -> list[tuple[str, str]]:
        """Return the headers with a signature over another body."""
        return [*without(answer.headers, "Wechatpay-"), *self.signed_headers(self.answering_key(request), body)]


def without(headers: Headers, *names: str) -> list[tuple[str, str]]:
    """Return *headers* but those whose names begin with one of *names*."""
    return [(name, value) for name, value in headers if not name.startswith(names)]
