"""Faults in how paths and methods are told apart, and in the Request-ID."""

from dataclasses import replace
from typing import Any

from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.wire import Answer, Refused, Request

__all__: list[str] = []


@breaks("v3.protocol.refuses-unknown-paths-and-methods")
class AnswersEverythingWithSuccess(Platform):
    """Answers 200 and an empty object where there is nothing."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        unknown = refused.refusal.name in {"path-unknown", "method-unknown"}
        return self.answer(request, 200, {}) if unknown else super().refuse(request, refused)


@breaks("v3.protocol.refuses-unknown-paths-and-methods")
class TakesPutForPost(Platform):
    """Takes PUT and PATCH for POST."""

    def find(self, request: Request) -> Any:
        return super().find(replace(request, method="POST") if request.method in {"PUT", "PATCH"} else request)


@breaks("v3.protocol.refuses-unknown-paths-and-methods")
class ReadsByPost(Platform):
    """Answers a POST like a GET where only that is known."""

    def find(self, request: Request) -> Any:
        reads = request.method == "POST" and self.contract.methods_for(request.path) == {"GET"}
        return super().find(replace(request, method="GET") if reads else request)


@breaks("v3.protocol.refuses-unknown-paths-and-methods")
class ClosesByDelete(Platform):
    """Closes an order that is deleted."""

    def find(self, request: Request) -> Any:
        if request.method == "DELETE" and "/out-trade-no/" in request.path:
            number = request.path.partition("/out-trade-no/")[2].partition("/")[0]
            for order in self.store.orders():
                if order.number == number and order.state == "NOTPAY":
                    order.state = "CLOSED"
        return super().find(request)


@breaks("v3.protocol.refuses-unknown-paths-and-methods")
class LooksAtTheStartOfPaths(Platform):
    """Overlooks what follows a path it knows."""

    def find(self, request: Request) -> Any:
        path = request.path.removesuffix("/extra/part")
        query = request.target[len(request.path) :]
        return super().find(replace(request, target=path + query))


@breaks("v3.protocol.refuses-unknown-paths-and-methods")
class LooksAtTheEndOfPaths(Platform):
    """Overlooks what comes before the version in a path."""

    def find(self, request: Request) -> Any:
        start = request.target.find("/v3/")
        return super().find(replace(request, target=request.target[max(start, 0) :]))


@breaks("v3.protocol.refuses-unknown-paths-and-methods")
class KnowsEveryVersion(Platform):
    """Takes any version for the third."""

    def find(self, request: Request) -> Any:
        return super().find(replace(request, target=request.target.replace("/v4/", "/v3/", 1)))


@breaks("v3.protocol.refuses-unknown-paths-and-methods")
class FailsWhereThereIsNothing(Platform):
    """Answers 500 where there is nothing."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        unknown = refused.refusal.name == "path-unknown"
        return self.answer(request, 500, {"code": "SYSTEM_ERROR", "message": "no route"}) if unknown else super().refuse(request, refused)


@breaks("v3.protocol.carries-a-request-id")
class NumbersNoAnswers(Platform):
    """Answers without Request-ID."""

    def answer(self, request: Request, status: int, content: Any, *, signed: bool = True) -> Answer:
        return _without_id(super().answer(request, status, content, signed=signed))


@breaks("v3.protocol.carries-a-request-id")
class NumbersNoRefusals(Platform):
    """Refuses without Request-ID."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return _without_id(super().refuse(request, refused))


@breaks("v3.protocol.carries-a-request-id")
class NumbersOnlyWhatItVerifies(Platform):
    """Answers what it cannot verify without Request-ID."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        answer = super().refuse(request, refused)
        return _without_id(answer) if refused.refusal.status == 401 else answer


@breaks("v3.protocol.carries-a-request-id")
class NumbersNoEmptyAnswers(Platform):
    """Answers without a body have no Request-ID."""

    def answer(self, request: Request, status: int, content: Any, *, signed: bool = True) -> Answer:
        answer = super().answer(request, status, content, signed=signed)
        return answer if answer.body else _without_id(answer)


@breaks("v3.protocol.carries-a-request-id")
class NumbersEveryAnswerAlike(Platform):
    """Gives every answer the same Request-ID."""

    def request_id(self) -> str:
        return "08F0FCFAD306101C18B2D8960C20C0E9A1E00128-0"


@breaks("v3.protocol.carries-a-request-id")
class NumbersBySecond(Platform):
    """Gives answers of one second the same Request-ID."""

    def request_id(self) -> str:
        return f"08{self.now()}-0"


@breaks("v3.protocol.carries-a-request-id")
class NumbersAnswersWithNothing(Platform):
    """Sends an empty Request-ID."""

    def request_id(self) -> str:
        return ""


def _without_id(answer: Answer) -> Answer:
    return replace(answer, headers=[(name, value) for name, value in answer.headers if name != "Request-ID"])
