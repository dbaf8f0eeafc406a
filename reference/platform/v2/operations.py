"""What the APIv2 operations do: each becomes the event its APIv3 sister becomes, on the same orders and refunds."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from reference.contract import Operation
from reference.machines import Entity, Refusal
from reference.machines.codepay import CODE_USED
from reference.platform.intake import Ask
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.v2 import refusals
from reference.platform.v2.notifying import V2Notifying
from reference.platform.v2.reading import Call
from reference.platform.v2.translating import number, order_fields, order_params, refund_fields
from reference.platform.wire import Refused

__all__ = ["V2Operations"]

_PAGE = 10
_HANDLES = {"NATIVE": "code_url", "MWEB": "mweb_url"}
_REFUND_NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]+")
_UNPAID: Mapping[str, Refusal] = {
    "USERPAYING": refusals.STILL_PAYING,
    "PAYERROR": refusals.CODE_DECLINED,
    "NOTPAY": SYSTEM_ERROR,
}


class V2Operations(V2Notifying):
    """Does what is asked and returns the elements of the answer besides those every answer has."""

    give_up_after: int | None = None
    """Seconds after which a payer who was asked for the password gives up; None leaves it to `pay`, `fail` and `cancel`."""

    def v2_perform(self, call: Call) -> dict[str, str] | bytes:
        """Do what *call* asks, and return the elements of the answer, or a file."""
        self.v2_check(call)
        return self.v2_handlers()[call.operation.id](call)

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, by its id; the others of the contract are not served."""
        return {
            "unifiedorder": self.v2_place,
            "micropay": self.v2_charge,
            "reverse": self.v2_reverse,
            "authcodetoopenid": self.v2_name_payer,
            "orderquery": self.v2_query,
            "closeorder": self.v2_close,
            "refund": self.v2_refund,
            "refundv2": self.v2_refund,
            "refundquery": self.v2_query_refunds,
            "refundqueryv2": self.v2_query_refunds,
            "shorturl": self.v2_shorten,
            "report": self.v2_take_report,
        }

    def v2_return_msg(self, operation: Operation, refused: Refused) -> str:  # noqa: ARG002 - some say it in their own words
        """What a refusal says where it has no second level."""
        return refusals.return_msg(refusals.code_of(refused.refusal))

    # orders

    def v2_place(self, call: Call) -> dict[str, str]:
        """Place an order, or answer the same order again."""
        trade_type = call.values["trade_type"]
        fields = order_fields(call.known, trade_type)
        self.v2_check_expiry(fields)
        _, handles = self.do_order_place(call.asks(fields, {}))
        (handle,) = handles.values()
        order = self.store.order(call.merchant.mchid, fields["out_trade_no"])
        assert order is not None  # it was just placed
        return self.v2_show_handles(call, order, handle)

    def v2_show_handles(self, call: Call, order: Entity, handle: str) -> dict[str, str]:
        """What an order just placed is paid with: its prepay_id, and the link where *handle* is one."""
        trade_type = call.values["trade_type"]
        shown = {"trade_type": trade_type, "prepay_id": handle}
        if trade_type in _HANDLES:
            shown |= {_HANDLES[trade_type]: handle, "prepay_id": self.v2_prepay_id(order, handle)}
        return shown | ({"device_info": call.values["device_info"]} if "device_info" in call.values else {})

    def v2_check_expiry(self, fields: Mapping[str, Any]) -> None:
        """Refuse an order that nobody could pay."""
        if "time_expire" in fields and self.moment(fields["time_expire"]) <= self.now():
            raise self.bad_parameter("time_expire", "lies in the past", "body")

    def v2_prepay_id(self, order: Entity, handle: str) -> str:
        """The prepay_id that goes with the link *handle*, and pays as long as that one does."""
        known: dict[str, str] = order.data.setdefault("v2_prepay_ids", {})
        if handle not in known:
            known[handle] = prepay_id = self.new_credential("prepay_id")
            order.data["credentials"][prepay_id] = order.data["credentials"][handle]
            self.credentials[prepay_id] = order.key
            self.store.save(order)
        return known[handle]

    def new_order(self, machine: str, ask: Ask, draft: dict[str, Any], state: str) -> Entity:
        """Create an order that remembers how it was placed."""
        order = super().new_order(machine, ask, draft, state)
        self.v2_mark(ask, order)
        return order

    def v2_mark(self, ask: Ask, subject: Entity) -> None:
        """Remember that *subject* was asked for through APIv2, and by which algorithm."""
        if ask.operation.family == "v2":
            subject.data["v2"] = {"sign_type": ask.params["sign_type"]}
            self.store.save(subject)

    def v2_query(self, call: Call) -> dict[str, str]:
        """Show an order."""
        return self.v2_show_order(self.v2_order(call.asks({}, order_params(call.values))))

    def v2_order(self, ask: Ask) -> Entity:
        """Return the order *ask* names, or refuse."""
        order = self.find_order(ask)
        if order is None:
            raise Refused(refusals.ORDER_UNKNOWN)
        return order

    def v2_close(self, call: Call) -> dict[str, str]:
        """Close an unpaid order."""
        self.do_order_close(call.asks({}, order_params(call.values)))
        return {"result_msg": "OK"}

    # payment codes

    def v2_charge(self, call: Call) -> dict[str, str]:
        """Charge a payment code; only a payment is a success."""
        fields = order_fields(call.known, "MICROPAY")
        self.do_codepay_submit(call.asks(fields, {}))
        order = self.store.order(call.merchant.mchid, fields["out_trade_no"])
        assert order is not None  # it was just placed
        if order.state in _UNPAID:
            raise Refused(_UNPAID[order.state])
        return self.v2_show_payment(order)

    def expect(self, subject: Entity) -> None:
        """Remember what befalls *subject*; a payer who was asked for the password gives up, if payers do so here."""
        super().expect(subject)
        if self.give_up_after is not None and subject.state == "USERPAYING" and "v2" in subject.data:
            self.watch(subject, "fail", subject.created + self.give_up_after)

    def v2_reverse(self, call: Call) -> dict[str, str]:
        """Undo a payment by code: the payer gets everything back, or never pays."""
        self.do_codepay_reverse(call.asks({}, order_params(call.values)))
        return {"recall": "N"}

    def v2_name_payer(self, call: Call) -> dict[str, str]:
        """Tell whose code it is."""
        if self.is_used(call.values["auth_code"]):
            raise Refused(CODE_USED)
        shown = {"openid": call.merchant.openid}
        return shown | ({"sub_openid": call.merchant.openid} if "sub_appid" in call.values else {})

    # refunds

    def v2_refund(self, call: Call) -> dict[str, str]:
        """Apply for a refund, or answer the same refund again."""
        if not self.v2_is_refund_number(call.values["out_refund_no"]):
            raise self.bad_parameter("out_refund_no", "holds other characters than letters, digits and _-|*@", "body")
        ask = call.asks(refund_fields(call.known), {})
        order = self.refunded_order(ask, ask.fields)
        if order is None:
            raise Refused(refusals.ORDER_UNKNOWN)
        self.do_refund_apply(ask)
        refund = self.known_refund(ask, call.values["out_refund_no"])
        assert refund is not None  # it was just applied for
        return self.v2_show_refund(refund, order)

    def v2_is_refund_number(self, text: str) -> bool:
        """Tell whether *text* may be an out_refund_no."""
        return _REFUND_NUMBER.fullmatch(text) is not None

    def new_refund(self, ask: Ask, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        """Create a refund that remembers how it was asked for."""
        refund = super().new_refund(ask, draft, order, state)
        self.v2_mark(ask, refund)
        return refund

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        """Show the refund or the refunds that the most exact number names, ten at a time."""
        ask = call.asks({}, order_params(call.values))
        found = self.v2_refunds(call, ask)
        if not found:
            raise Refused(refusals.REFUND_UNKNOWN)
        order = self.store.order(found[0].owner, found[0].data["out_trade_no"])
        assert order is not None  # a refund has an order
        offset = number(call.values, "offset") if "offset" in call.values else 0
        if offset >= len(found):
            raise self.bad_parameter("offset", "beyond the last refund", "body")
        return self.v2_show_refunds(found[offset : offset + _PAGE], order, total=len(found))

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        """The refunds that refund_id, out_refund_no, transaction_id or out_trade_no names, in this order of precedence."""
        if "refund_id" in call.values or "out_refund_no" in call.values:
            by_id = "refund_id" in call.values
            one = self.store.refund_by_id(call.values["refund_id"]) if by_id else self.known_refund(ask, call.values["out_refund_no"])
            return () if one is None or not self.is_visible_refund(ask, one) else (one,)
        return self.store.refunds_of(self.v2_order(ask))

    # tools

    def v2_shorten(self, call: Call) -> dict[str, str]:
        """Shorten the link of a scanned order; the same link gives the same short one."""
        long_url = unquote(call.values["long_url"])
        if not long_url.startswith("weixin://"):
            raise self.bad_parameter("long_url", "no weixin:// link", "body")
        return {"short_url": f"weixin://wxpay/s/{hashlib.sha256(long_url.encode()).hexdigest()[:12]}"}

    def v2_take_report(self, call: Call) -> dict[str, str]:  # noqa: ARG002 - nothing but its form matters
        """Take a report of how calls went: it changes nothing."""
        return {}
