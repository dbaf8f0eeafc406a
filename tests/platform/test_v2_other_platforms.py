"""Platforms that differ from ours as the documents allow are found without fault by the checks of APIv2."""

from conformance.checks.platform.v2 import (
    test_v2_amounts,
    test_v2_certificate,
    test_v2_closing,
    test_v2_codepay,
    test_v2_contract,
    test_v2_invariants,
    test_v2_micropay,
    test_v2_order_fields,
    test_v2_order_handles,
    test_v2_order_repeats,
    test_v2_orders,
    test_v2_queries,
    test_v2_reverse,
    test_v2_reversed,
    test_v2_sign,
    test_v2_walks,
    test_v2_xml,
)
from reference.machines import Entity, Refusal
from reference.machines.codepay import REVERSED
from reference.machines.order import ORDER_CLOSED, PARAMETERS_CHANGED
from reference.platform import Platform as ReferencePlatform
from reference.platform.faults.v2_reversing import DONE, Reverses
from reference.platform.v2 import refusals
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused
from tests.platform.another import Check, another, cases

_CAUSES = {"return_code", "return_msg", "result_code", "err_code"}
_TOO_EARLY = Refusal("too-early", 200, "TOO_EARLY_TO_CLOSE", "Closed within five minutes.")


class Strict(ReferencePlatform):
    """Reads every bound as narrowly, and refuses everything else, that it may: early closes, repeats, two numbers at once."""

    def v2_check_values(self, call: Call) -> None:
        """Refuse what some page refuses."""
        super().v2_check_values(call)
        values = call.values
        if call.operation.id in {"unifiedorder", "micropay"} and (
            any(len(values.get(name, "").encode()) > 127 for name in ("body", "attach")) or not {*values["out_trade_no"]}.isdisjoint("|*@")
        ):
            raise self.bad_parameter("body", "too long", "body")
        if call.operation.id == "micropay" and "notify_url" in values:
            raise self.bad_parameter("notify_url", "means nothing here", "body")
        if call.operation.id in {"orderquery", "reverse"} and {"transaction_id", "out_trade_no"} <= values.keys():
            raise self.bad_parameter("out_trade_no", "one number is enough", "body")

    def v2_place(self, call: Call) -> dict[str, str]:
        """Hand out once."""
        known = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        told = super().v2_place(call)
        if known is not None:
            raise Refused(PARAMETERS_CHANGED)
        return told

    def v2_close(self, call: Call) -> dict[str, str]:
        """Close once, and not within five minutes."""
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is not None and order.machine == "order" and order.state in {"NOTPAY", "CLOSED"}:
            if order.state == "CLOSED":
                raise Refused(ORDER_CLOSED)
            if self.now() - order.created < 300:
                raise Refused(_TOO_EARLY)
        return super().v2_close(call)

    def v2_show_payment(self, order: Entity) -> dict[str, str]:
        """Leave cash_fee out, which is optional but where a refund is told of."""
        return {name: value for name, value in super().v2_show_payment(order).items() if name != "cash_fee"}


class Brief(ReferencePlatform):
    """Tells of an order nobody has paid its number and state only, and who asked only where the request was not refused."""

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        """Leave out what is promised of a payment only."""
        shown = super().v2_show_order(order)
        bare = {name: value for name, value in shown.items() if name in {"out_trade_no", "trade_state", "trade_state_desc"}}
        return shown if "transaction_id" in shown else bare

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        """Leave out whatever is no cause."""
        return {name: value for name, value in super().v2_explain(call, refused).items() if name in _CAUSES}


class Shy(Reverses):
    """Puts a reverse off while the payer types, calls a repeated one needless, and shows what became of the order in other words."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        """Reverse once, and nobody who is typing."""
        if order.state == "USERPAYING":
            raise Refused(refusals.STILL_PAYING)
        if order.state == "REVOKED":
            raise Refused(REVERSED)
        return self.reverses_rightly(call, order)

    def trade_state(self, order: Entity) -> str:
        """Show the states the documents admit as well."""
        reversed_as = "REFUND" if "transaction_id" in order.data else "CLOSED"
        return {"USERPAYING": "NOTPAY", "REVOKED": reversed_as}.get(order.state, order.state)


class Slow(Reverses):
    """Asks for every reverse twice, returns the rest of an order with refunds, and closes a unified order nobody has paid."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        """Reverse the second time."""
        order.data["tries"] = order.data.get("tries", 0) + 1
        if order.data["tries"] == 1:
            return {"recall": "Y"}
        if order.state == "REFUND":
            order.state = "REVOKED"
            return DONE
        if order.machine == "order" and order.state == "NOTPAY":
            self.v2_close(call)
            return DONE
        return self.reverses_rightly(call, order)


_ORDERS = (
    test_v2_amounts,
    test_v2_closing,
    test_v2_order_fields,
    test_v2_order_handles,
    test_v2_order_repeats,
    test_v2_orders,
    test_v2_queries,
)
_TILLS = (test_v2_closing, test_v2_codepay, test_v2_queries, test_v2_reverse, test_v2_reversed)
_judged = cases(
    (Strict, (*_ORDERS, test_v2_certificate, test_v2_codepay, test_v2_contract, test_v2_micropay)),
    (Brief, (*_ORDERS, test_v2_contract, test_v2_invariants, test_v2_reverse, test_v2_walks)),
    (Shy, _TILLS),
    (Slow, (*_TILLS, test_v2_certificate, test_v2_contract, test_v2_invariants, test_v2_sign, test_v2_xml)),
    drawn=False,
)


@_judged
def test_what_the_documents_leave_open_is_no_violation(kind: type[ReferencePlatform], check: Check) -> None:
    """Every check holds on a platform that makes use of what the documents leave open."""
    platform = another(kind)
    platform.most_cases = 12

    check(platform)
