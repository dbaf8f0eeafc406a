"""Faults in reading the members of APIv2 orders and charges: bounds, addresses, parties."""

from collections.abc import Mapping
from typing import Any

from reference.contract import Operation, Problem
from reference.identity import Merchant
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []


class _Overlooks(Platform):
    """Overlooks some of what is wrong with the values of some requests."""

    operation = "unifiedorder"

    def overlooks_problem(self, call: Call, problem: Problem) -> bool:
        raise NotImplementedError

    def v2_check_values(self, call: Call) -> None:
        self._call = call
        super().v2_check_values(call)

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        kept = super().minded(found, name)
        call: Call | None = getattr(self, "_call", None)
        if call is None or call.operation.id != self.operation:
            return kept
        return tuple(problem for problem in kept if not self.overlooks_problem(call, problem))


def _is(problem: Problem, member: str, *keywords: str) -> bool:
    return problem.pointer[:1] == (member,) and problem.keyword in keywords


@breaks("v2.order.refuses-fields-out-of-bounds")
class OrdersUnderAnyNumber(_Overlooks):
    """Takes any characters in the out_trade_no of an APP order."""

    def overlooks_problem(self, call: Call, problem: Problem) -> bool:
        return _is(problem, "out_trade_no", "pattern") and call.values.get("trade_type") == "APP"


@breaks("v2.order.refuses-fields-out-of-bounds")
class CutsLongNumbersOfAProvider(Platform):
    """Cuts an out_trade_no of a service provider after 32 characters."""

    def v2_check_values(self, call: Call) -> None:
        if "sub_mch_id" in call.values and call.operation.id == "unifiedorder":
            call.values["out_trade_no"] = call.values.get("out_trade_no", "")[:32]
        super().v2_check_values(call)


@breaks("v2.order.refuses-fields-out-of-bounds")
class LetsChineseNamesBeLonger(_Overlooks):
    """Takes 256 characters of Chinese text for body, and 128 of Latin."""

    def overlooks_problem(self, call: Call, problem: Problem) -> bool:
        return _is(problem, "body", "maxLength") and not call.values["body"].isascii()


@breaks("v2.order.refuses-fields-out-of-bounds")
class RefusesLongTexts(Platform):
    """Refuses an attach of more than 100 characters."""

    def v2_check_values(self, call: Call) -> None:
        super().v2_check_values(call)
        if len(call.values.get("attach", "")) > 100 and call.operation.id == "unifiedorder":
            raise self.bad_parameter("attach", "too long", "body")


@breaks("v2.order.refuses-fields-out-of-bounds")
class ForgetsWhatIsNoMoment(Platform):
    """Leaves a time_expire out that it cannot read."""

    def v2_check_values(self, call: Call) -> None:
        end = call.values.get("time_expire", "")
        if call.operation.id == "unifiedorder" and not (end.isdigit() and len(end) == 14):
            call.values.pop("time_expire", None)
        super().v2_check_values(call)


@breaks("v2.order.refuses-fields-out-of-bounds")
class RollsMonthsOver(_Overlooks):
    """Takes the 30th of February for the 2nd of March, and a thirteenth month for January."""

    def overlooks_problem(self, call: Call, problem: Problem) -> bool:
        end = call.values.get("time_expire", "")
        if _is(problem, "time_expire", "format") and end.isdigit() and len(end) == 14:
            call.values["time_expire"] = "20300302080000"
            return True
        return False


@breaks("v2.order.refuses-fields-out-of-bounds")
class OrdersForThePast(Platform):
    """Takes a time_expire of today that has passed for the same hour of tomorrow."""

    def v2_check_expiry(self, fields: Mapping[str, Any]) -> None:
        if "time_expire" not in fields or self.now() - self.moment(fields["time_expire"]) > 86_400:
            super().v2_check_expiry(fields)


@breaks("v2.micropay.refuses-fields-out-of-bounds")
class ChargesUnderAnyNumber(_Overlooks):
    """Takes any characters in the out_trade_no of a charge by a service provider."""

    operation = "micropay"

    def overlooks_problem(self, call: Call, problem: Problem) -> bool:
        return _is(problem, "out_trade_no", "pattern") and "sub_mch_id" in call.values


@breaks("v2.micropay.refuses-fields-out-of-bounds")
class ChargesForLongNames(_Overlooks):
    """Takes body and attach of a charge at any length."""

    operation = "micropay"

    def overlooks_problem(self, call: Call, problem: Problem) -> bool:
        return _is(problem, "body", "maxLength") or _is(problem, "attach", "maxLength")


@breaks("v2.micropay.refuses-fields-out-of-bounds")
class DoesNotLookAtTheEndOfACharge(Platform):
    """Does not look at the time_expire of a charge."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "micropay":
            call.values.pop("time_expire", None)
        super().v2_check_values(call)


@breaks("v2.micropay.refuses-fields-out-of-bounds")
class RefusesDashesInCharges(Platform):
    """Refuses the out_trade_no of a charge with a dash in it."""

    def v2_check_values(self, call: Call) -> None:
        super().v2_check_values(call)
        if call.operation.id == "micropay" and "-" in call.values["out_trade_no"]:
            raise self.bad_parameter("out_trade_no", "holds a dash", "body")


@breaks("v2.order.refuses-a-bad-notify-url")
class CutsParametersOff(Platform):
    """Cuts the parameters of a notify_url off."""

    def v2_check_values(self, call: Call) -> None:
        call.values |= {name: value.partition("?")[0] for name, value in call.values.items() if name == "notify_url"}
        super().v2_check_values(call)


@breaks("v2.order.refuses-a-bad-notify-url")
class TakesAnyAddressOfABrowsersOrder(_Overlooks):
    """Looks at the notify_url of a MWEB order only once it notifies."""

    def overlooks_problem(self, call: Call, problem: Problem) -> bool:
        return _is(problem, "notify_url", "pattern", "maxLength") and call.values.get("trade_type") == "MWEB"


@breaks("v2.order.refuses-a-bad-notify-url")
class RefusesLongAddresses(Platform):
    """Refuses a notify_url of more than 255 characters."""

    def v2_check_values(self, call: Call) -> None:
        super().v2_check_values(call)
        if len(call.values.get("notify_url", "")) > 255:
            raise self.bad_parameter("notify_url", "too long", "body")


@breaks("v2.order.refuses-a-bad-notify-url")
class TakesLongAddresses(_Overlooks):
    """Takes a notify_url of any length."""

    def overlooks_problem(self, call: Call, problem: Problem) -> bool:
        return _is(problem, "notify_url", "maxLength")


@breaks("v2.order.refuses-unknown-parties")
class TakesAnyAppidOfAProvider(Platform):
    """Does not look at the appid of a service provider."""

    def v2_check_merchant(self, call: Call) -> None:
        if call.merchant.sub_mchids:
            call.values["appid"] = call.merchant.appid
        super().v2_check_merchant(call)


@breaks("v2.order.refuses-unknown-parties")
class OnlyKnowsThatTheAppidExists(Platform):
    """Takes the appid of any merchant it knows for the one that asks."""

    def v2_check_merchant(self, call: Call) -> None:
        if call.values.get("appid") in {merchant.appid for merchant in self.identity.merchants}:
            call.values["appid"] = call.merchant.appid
        super().v2_check_merchant(call)


@breaks("v2.order.refuses-unknown-parties")
class FindsTheMerchantByItsAppid(Platform):
    """Takes an mch_id nobody has for that of the merchant with the appid."""

    def v2_merchant(self, operation: Operation, values: Mapping[str, str]) -> Merchant:
        try:
            return super().v2_merchant(operation, values)
        except Refused:
            known = (merchant for merchant in self.identity.merchants if merchant.appid == values.get("appid"))
            found = next(known, None)
            if found is None:
                raise
            return found

    def v2_check_merchant(self, call: Call) -> None:
        call.values["mch_id"] = call.merchant.mchid
        super().v2_check_merchant(call)


@breaks("v2.order.refuses-unknown-parties")
class OrdersForAStrangersAppid(Platform):
    """Refuses an appid that is not the merchant's, after the order was placed."""

    def v2_perform(self, call: Call) -> dict[str, str] | bytes:
        appid = call.values.get("appid", "")
        if call.operation.id != "unifiedorder" or appid == call.merchant.appid:
            return super().v2_perform(call)
        call.values["appid"] = call.merchant.appid
        super().v2_perform(call)
        call.values["appid"] = appid
        return super().v2_perform(call)


@breaks("v2.order.refuses-unknown-parties")
class OrdersForAnySubMerchant(Platform):
    """Does not look at whose sub-merchant it is that an order is for."""

    def v2_check_merchant(self, call: Call) -> None:
        given = dict(call.values)
        if call.operation.id == "unifiedorder" and "sub_mch_id" in given:
            call.values["sub_mch_id"] = call.merchant.sub_mchids[0] if call.merchant.sub_mchids else given["sub_mch_id"]
        super().v2_check_merchant(call)
        call.values.update(given)


@breaks("v2.order.refuses-unknown-parties")
class ChargesForAStrangersAppid(Platform):
    """Charges a payment code for any appid."""

    charging = False

    def v2_perform(self, call: Call) -> dict[str, str] | bytes:
        self.charging = call.operation.id == "micropay"
        return super().v2_perform(call)

    def is_bound(self, merchant: Merchant, appid: str | None) -> bool:
        return self.charging or super().is_bound(merchant, appid)
