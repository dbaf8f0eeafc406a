"""Faults in what a refusal looks like."""

from typing import Any

from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.rewording import in_html
from reference.platform.wire import Answer, Refused, Request

__all__: list[str] = []

_SHAPE = "v3.error.is-json-with-code-and-message"


@breaks(_SHAPE)
class ExplainsItselfInHtml(Platform):
    """Answers every refusal with an error page."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return in_html(super().refuse(request, refused))


@breaks(_SHAPE)
class SaysNothingToTheUnsigned(Platform):
    """Answers 401 with an empty body."""

    def explain(self, request: Request, refused: Refused) -> Any:
        return super().explain(request, refused) if refused.signed else None


@breaks(_SHAPE)
class LeavesMessagesOut(Platform):
    """Says no message when an order or refund is not in the state for what is asked."""

    def explain(self, request: Request, refused: Refused) -> Any:
        said = super().explain(request, refused)
        return said if refused.refusal.code != "INVALID_REQUEST" else {"code": said["code"]}


@breaks(_SHAPE)
class NumbersWhatIsNotFound(Platform):
    """Gives the code of a 404 as a number."""

    def explain(self, request: Request, refused: Refused) -> Any:
        said = super().explain(request, refused)
        return said | {"code": 404} if refused.refusal.status == 404 else said


@breaks(_SHAPE)
class SendsErrorsAsText(Platform):
    """Sends the JSON of a refusal as text/plain."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        answer = super().refuse(request, refused)
        return Answer(answer.status, [("Content-Type", "text/plain"), *answer.headers[2:]], answer.body)


@breaks(_SHAPE)
class ListsParameterErrors(Platform):
    """Answers a bad parameter with a list of errors."""

    def explain(self, request: Request, refused: Refused) -> Any:
        said = super().explain(request, refused)
        return [said] if refused.refusal.code == "PARAM_ERROR" else said


@breaks(_SHAPE)
class WrapsRefundErrors(Platform):
    """Puts what is wrong with a refund into a member called error."""

    def explain(self, request: Request, refused: Refused) -> Any:
        said = super().explain(request, refused)
        return {"error": said} if request.path.startswith("/v3/refund/") else said


@breaks(_SHAPE)
class SpeaksTheOldLanguageAtTheTill(Platform):
    """Refuses code payments in the words of the v2 interface."""

    def explain(self, request: Request, refused: Refused) -> Any:
        said = super().explain(request, refused)
        return {"return_code": "FAIL", "return_msg": said["message"]} if request.path.endswith(("/codepay", "/reverse")) else said


@breaks(_SHAPE)
class FailsInHtml(Platform):
    """Answers with an error page when it fails itself."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        answer = super().refuse(request, refused)
        return in_html(answer) if answer.status == 500 else answer


@breaks(_SHAPE)
class ThrottlesInHtml(Platform):
    """Answers with an error page when there are too many requests."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        answer = super().refuse(request, refused)
        return in_html(answer) if answer.status == 429 else answer


@breaks(_SHAPE)
class WritesDetailAsText(Platform):
    """Writes the details of a refusal into one text."""

    def explain(self, request: Request, refused: Refused) -> Any:
        said = super().explain(request, refused)
        return said | {"detail": str(said["detail"])} if "detail" in said else said


@breaks(_SHAPE)
class PointsAtFieldsByNumber(Platform):
    """Names the bad field of a service provider's request by a number."""

    def explain(self, request: Request, refused: Refused) -> Any:
        said = super().explain(request, refused)
        return said | {"detail": {"field": 7}} if "/partner/" in request.path and "detail" in said else said


@breaks(_SHAPE)
class RefusesProvidersInGbk(Platform):
    """Writes to service providers in GBK."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        answer = super().refuse(request, refused)
        text = f'{{"code":"{refused.refusal.code}","message":"请求被拒绝"}}'
        return Answer(answer.status, answer.headers, text.encode("gbk")) if "/partner/" in request.path else answer


@breaks(_SHAPE)
class LeavesTheCodeEmptyOfACloseRefused(Platform):
    """Refuses to close an order with an empty code."""

    def explain(self, request: Request, refused: Refused) -> Any:
        said = super().explain(request, refused)
        return said | {"code": ""} if request.path.endswith("/close") else said


@breaks(_SHAPE)
class SaysNullToStrangers(Platform):
    """Gives null for a message to a merchant that has no business here."""

    def explain(self, request: Request, refused: Refused) -> Any:
        said = super().explain(request, refused)
        return said | {"message": None} if refused.refusal.code == "NO_AUTH" else said


@breaks(_SHAPE)
class QuotesBadBodies(Platform):
    """Quotes a body it cannot read as it came, quotation marks and all."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        answer = super().refuse(request, refused)
        quoted = b'{"code":"PARAM_ERROR","message":"' + request.body + b'"}'
        return Answer(answer.status, answer.headers, quoted) if refused.detail.get("field") == "body" else answer


@breaks(_SHAPE)
class LosesBillsInHtml(Platform):
    """Answers with an error page when a bill cannot be downloaded."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        answer = super().refuse(request, refused)
        return in_html(answer) if request.path == "/v3/billdownload/file" else answer


@breaks(_SHAPE)
class CutsLongErrorsOff(Platform):
    """Cuts the body of a refusal off after 160 bytes."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        answer = super().refuse(request, refused)
        return Answer(answer.status, answer.headers, answer.body[:160])
