"""Faults in the status of an answer: refusals that look like success, bodies where none belongs, unusual statuses."""

from typing import Any

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.rewording import reworded
from reference.platform.intake import Ask
from reference.platform.wire import Answer, Refused, Request

__all__: list[str] = []

_REFUSED = "v3.error.never-answers-a-refusal-with-success"
_BODIES = "v3.error.keeps-204-for-empty-answers"
_USUAL = "v3.error.uses-the-usual-status"


@breaks(_REFUSED)
class AnswersRefusalsWithSuccess(Platform):
    """Answers every refusal 200 and says in the body what is wrong."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=200))


@breaks(_REFUSED)
class AnswersOverRefundsWithSuccess(Platform):
    """Answers a refund of more than is left 200, with an error code."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=200) if refused.refusal.name == "over-refund" else refused)


@breaks(_REFUSED)
class FindsNothingSuccessfully(Platform):
    """Answers a service provider's query for an unknown order 200, with an error code."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        unknown = refused.refusal.name == "order-unknown" and request.method == "GET" and "/partner/" in request.path
        return super().refuse(request, reworded(refused, status=200) if unknown else refused)


@breaks(_REFUSED)
class FailsSuccessfully(Platform):
    """Answers 200 with SYSTEM_ERROR when it fails itself."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=200) if refused.refusal.name == "system-error" else refused)


@breaks(_REFUSED)
class ClosesPaidOrdersInName(Platform):
    """Answers the close of a paid order 204 and leaves the order alone."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        return (204, None) if order is not None and order.state in {"SUCCESS", "REFUND"} else super().do_order_close(ask)


@breaks(_REFUSED)
class ClosesH5OrdersInName(Platform):
    """Answers the close of a service provider's H5 order 204 and leaves the order open."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        alike = order is not None and order.data["trade_type"] == "MWEB" and order.draft["mode"] == "partner"
        return (204, None) if alike and order is not None and order.state == "NOTPAY" else super().do_order_close(ask)


@breaks(_REFUSED)
class ChangesOrdersInName(Platform):
    """Answers a changed order under a used number 200 and keeps the first one."""

    overlooked = frozenset({"parameters-changed"})


@breaks(_REFUSED)
class PromisesRefundsWithoutFunds(Platform):
    """Answers a refund the balance does not cover 200 and makes none."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        balance = self.balances.get(ask.merchant.mchid)
        if balance is not None and balance < ask.fields["amount"]["refund"]:
            return 200, {"out_refund_no": ask.fields["out_refund_no"], "status": "PROCESSING"}
        return super().do_refund_apply(ask)


@breaks(_REFUSED)
class ForgetsSecondRefunds(Platform):
    """Answers a further refund of an order 200 and does not keep it."""

    def new_refund(self, ask: Any, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        if order.state != "REFUND":
            return super().new_refund(ask, draft, order, state)
        data = {"refund_id": "5030", "out_trade_no": order.number, "transaction_id": order.data["transaction_id"]}
        return Entity("refund", order.owner, draft["out_refund_no"], state, self.now(), draft, data)


@breaks(_REFUSED)
class ReversesFailedPaymentsInName(Platform):
    """Answers the reversal of a failed code payment 200 and leaves the order alone."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is None or order.state != "PAYERROR":
            return super().do_codepay_reverse(ask)
        return 200, self.who(order.draft) | {"out_trade_no": order.number}


@breaks(_REFUSED)
class PaysOutInName(Platform):
    """Answers an application about a bounced refund 200 and leaves the refund alone."""

    def do_refund_apply_abnormal(self, ask: Any) -> tuple[int, Any]:
        refund = self.store.refund_by_id(ask.params["refund_id"])
        bounced = refund is not None and refund.state == "ABNORMAL"
        return (200, self.show_refund(refund)) if refund is not None and bounced else super().do_refund_apply_abnormal(ask)


@breaks(_REFUSED)
class AcceptsUnboundAppidsInName(Platform):
    """Answers an order with an appid of nobody's 200 and places none."""

    def do_order_place(self, ask: Ask) -> tuple[int, Any]:
        appid = ask.fields.get("appid") or ask.fields.get("sp_appid")
        return super().do_order_place(ask) if self.is_bound(ask.merchant, appid) else (200, {"prepay_id": self.new_credential("prepay_id")})


@breaks(_BODIES)
class ClosesWithAnEmptyObject(Platform):
    """Answers a close 200 with an empty object."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        super().do_order_close(ask)
        return 200, {}


@breaks(_BODIES)
class ClosesWithNothingAtAll(Platform):
    """Answers the close of a service provider's order 200 without a body."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        status, content = super().do_order_close(ask)
        return 200 if ask.operation.mode == "partner" else status, content


@breaks(_BODIES)
class SendsABodyWith204(Platform):
    """Sends an empty object with a 204."""

    def succeed(self, request: Request, status: int, content: Any, *, signed: bool) -> Answer:
        return super().succeed(request, status, {} if status == 204 else content, signed=signed)


@breaks(_BODIES)
class ClosesAgainWithSuccess(Platform):
    """Answers the close of an order closed before 200 with code SUCCESS."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        closed = order is not None and order.state == "CLOSED"
        return (200, {"code": "SUCCESS"}) if closed else super().do_order_close(ask)


@breaks(_BODIES)
class CreatesWith201(Platform):
    """Answers an order placed 201."""

    def do_order_place(self, ask: Ask) -> tuple[int, Any]:
        return 201, super().do_order_place(ask)[1]


@breaks(_BODIES)
class AcceptsRefundsWith202(Platform):
    """Answers a refund 202."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        return 202, super().do_refund_apply(ask)[1]


@breaks(_BODIES)
class ReversesWithNothing(Platform):
    """Answers a reversal 204."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        super().do_codepay_reverse(ask)
        return 204, None


@breaks(_BODIES)
class ShowsNothingOfClosedOrders(Platform):
    """Answers the query of a closed order 200 without a body."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_order(ask)
        return status, None if shown["trade_state"] == "CLOSED" else shown


@breaks(_BODIES)
class ListsRefunds(Platform):
    """Answers the query of a refund with a list."""

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_refund(ask)
        return status, [shown]


@breaks(_USUAL)
class RefusesEverythingWith400(Platform):
    """Answers every refusal 400."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=400) if refused.refusal.status < 500 else refused)


@breaks(_USUAL)
class ForbidsTheUnsigned(Platform):
    """Answers a bad signature 403."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=403) if refused.refusal.code == "SIGN_ERROR" else refused)


@breaks(_USUAL)
class CannotProcessParameters(Platform):
    """Answers a bad parameter of a refund 422."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        bad = refused.refusal.code == "PARAM_ERROR" and request.path.startswith("/v3/refund/")
        return super().refuse(request, reworded(refused, status=422) if bad else refused)


@breaks(_USUAL)
class CannotFindRefundsWith400(Platform):
    """Answers the query of an unknown refund 400."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=400) if refused.refusal.name == "refund-unknown" else refused)


@breaks(_USUAL)
class AsksForPaymentWhenFundsAreShort(Platform):
    """Answers a refund the balance does not cover 402."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=402) if refused.refusal.name == "funds-short" else refused)


@breaks(_USUAL)
class AuthenticatesStrangers(Platform):
    """Answers a request that acts for another merchant 401."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=401) if refused.refusal.code == "NO_AUTH" else refused)


@breaks(_USUAL)
class FailsWith501(Platform):
    """Answers 501 when it fails itself."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=501) if refused.refusal.name == "system-error" else refused)


@breaks(_USUAL)
class ConflictsOverChangedOrders(Platform):
    """Answers a changed order of a service provider 409."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        changed = refused.refusal.name == "parameters-changed" and "/partner/" in request.path
        return super().refuse(request, reworded(refused, status=409) if changed else refused)


@breaks(_USUAL)
class ThrottlesWith403(Platform):
    """Answers too many requests 403."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=403) if refused.refusal.name == "rate-limited" else refused)
