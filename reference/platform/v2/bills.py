"""Bills of APIv2: the file is the answer; what cannot be given is told in XML."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from reference.contract import Operation
from reference.platform.bills import Bills, beijing
from reference.platform.intake import Ask
from reference.platform.refusals import BILL_MISSING
from reference.platform.v2 import refusals
from reference.platform.v2.operations import V2Operations
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__ = ["V2Bills"]

_CODES = {"bad-parameter": "data format error", "v2-lacking": "missing parameter", "sign-error": "SIGN ERROR"}
"""What refusals are called where a bill is asked for; elsewhere they have names of their own."""
_BASIC = "Basic"


class V2Bills(V2Operations, Bills):
    """Gives the bills APIv3 gives, without a download in between."""

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, bills too."""
        return {**super().v2_handlers(), "downloadbill": self.v2_give_trade_bill, "downloadfundflow": self.v2_give_fund_flow}

    def v2_give_trade_bill(self, call: Call) -> bytes:
        """Give the bill of one day's payments and refunds."""
        ask = self.v2_bill_ask(call)
        return self.v2_bill_file(call, self.trade_bill(ask, self.bill_day(ask)))

    def v2_give_fund_flow(self, call: Call) -> bytes:
        """Give the bill of one day's movements; nothing moves on other accounts than the basic one."""
        ask = self.v2_bill_ask(call)
        day = self.bill_day(ask)
        if call.values["account_type"] != _BASIC:
            raise Refused(BILL_MISSING, {"field": "account_type"})
        return self.v2_bill_file(call, self.fund_flow_bill(ask, day))

    def v2_bill_ask(self, call: Call) -> Ask:
        """Return the same in the words of APIv3, which writes a day with hyphens."""
        day = self.v2_bill_day(call.values["bill_date"])
        if not self.is_billable(day, beijing(self.now())):
            raise Refused(BILL_MISSING, {"field": "bill_date"})
        kind = {"bill_type": call.values["bill_type"]} if "bill_type" in call.values else {}
        sub = {"sub_mchid": call.values["sub_mch_id"]} if "sub_mch_id" in call.values else {}
        return call.asks({}, {"bill_date": day.isoformat(), **kind, **sub})

    def v2_bill_day(self, text: str) -> date:
        """Return the day *text* writes; the contract has seen to it that it is one."""
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone

    def v2_bill_file(self, call: Call, text: str) -> bytes:
        """Return the file, packed if that was asked for."""
        return self.packed(text.encode(), zipped="tar_type" in call.values)

    def v2_return_msg(self, operation: Operation, refused: Refused) -> str:
        """What a refusal says where it has no second level: for a trade bill that is all it says."""
        if operation.id != "downloadbill":
            return super().v2_return_msg(operation, refused)
        if str(refused.detail.get("field", "")).strip("/") == "bill_type":
            return "invalid bill_type"
        return _CODES.get(refused.refusal.name, refusals.code_of(refused.refusal))
