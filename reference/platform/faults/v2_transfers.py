"""Faults in transfers of APIv2 to a balance."""

from collections.abc import Mapping
from typing import Any

from reference.contract import Operation
from reference.identity import Merchant
from reference.machines import Case, Entity, Machine
from reference.machines.payout import PAYOUT_UNKNOWN
from reference.machines.transfer import NAME_MISMATCH
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.certificates import shown_certificate
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused, Request

__all__: list[str] = []

_FIELDS = "v2.transfer.needs-its-fields"
_NAME = "v2.transfer.checks-the-name-when-told"
_ONCE = "v2.transfer.pays-a-number-once"
_STATES = "v2.transfer.shows-known-states"
_NONE = "v2.transfer.says-that-there-is-none"
_MACHINE = "transfer"


@breaks(_FIELDS)
class TakesAMchIdForAMchid(Platform):
    """Takes mch_id for mchid in a transfer."""

    def v2_merchant(self, operation: Operation, values: Mapping[str, str]) -> Merchant:
        return super().v2_merchant(operation, {"mchid": values.get("mch_id", ""), **values})

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "transfers":
            call.values.setdefault("mchid", call.merchant.mchid)
        super().v2_check_values(call)


@breaks(_FIELDS)
class PaysWithoutAnAppid(Platform):
    """Takes appid for mch_appid in a transfer."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "transfers" and "appid" in call.values:
            call.values.setdefault("mch_appid", call.values["appid"])
        super().v2_check_values(call)


@breaks(_FIELDS)
class CutsWhatATransferIsFor(Platform):
    """Cuts the desc of a transfer to 100 characters."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "transfers" and "desc" in call.values:
            call.values["desc"] = call.values["desc"][:100]
        super().v2_check_values(call)


@breaks(_FIELDS)
class PaysUnderAnyNumber(Platform):
    """Takes any characters in a partner_trade_no."""

    ignored_keywords = frozenset({("partner_trade_no", "pattern")})


@breaks(_FIELDS)
class ChecksNothingWhenInDoubt(Platform):
    """Takes a check_name it does not know for NO_CHECK."""

    def v2_check_values(self, call: Call) -> None:
        if call.values.get("check_name", "FORCE_CHECK") != "FORCE_CHECK":
            call.values["check_name"] = "NO_CHECK"
        super().v2_check_values(call)


@breaks(_FIELDS)
class KnowsHundredsOfCharactersOnly(Platform):
    """Takes no desc of a hundred characters."""

    def v2_check_values(self, call: Call) -> None:
        super().v2_check_values(call)
        if call.operation.id == "transfers" and len(call.values["desc"]) >= 100:
            raise self.bad_parameter("desc", "too long", "body")


@breaks(_NAME)
class ChecksTheFamilyNameOnly(Platform):
    """Takes a name that begins as the payee's does."""

    def v2_payee_name(self, merchant: Merchant, openid: str) -> str | None:
        name = super().v2_payee_name(merchant, openid)
        return None if name is None else _Beginning(name)


class _Beginning(str):
    """A name that equals all that begin like it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other[:1] == self[:1]

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


@breaks(_NAME)
class ChecksTheNameAfterPaying(Platform):
    """Pays first, and says then that the name is wrong."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        try:
            return super().v2_pay_out(call, machine, number, draft, cost, **facts)
        except Refused as refused:
            if refused.refusal is NAME_MISMATCH:
                self.v2_take(call.merchant.mchid, cost)
            raise


@breaks(_NAME)
class ChecksNoNameThatIsMissing(Platform):
    """Pays with FORCE_CHECK when there is no name to check."""

    def v2_check_values(self, call: Call) -> None:
        if call.values.get("check_name") == "FORCE_CHECK" and "re_user_name" not in call.values:
            call.values["check_name"] = "NO_CHECK"
        super().v2_check_values(call)


@breaks(_NAME)
class ChecksEveryName(Platform):
    """Checks a name even with NO_CHECK."""

    def v2_check_values(self, call: Call) -> None:
        if call.values.get("check_name") == "NO_CHECK" and "re_user_name" in call.values:
            call.values["check_name"] = "FORCE_CHECK"
        super().v2_check_values(call)


@breaks(_ONCE)
class PaysAgainOnceDecided(Platform):
    """Pays a transfer that was held up once more when it is asked for again."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        known = self.store.find(machine.name, call.merchant.mchid, number)
        if known is not None and machine.name == _MACHINE and known.state == "PROCESSING":
            self.v2_take(call.merchant.mchid, cost)
        return super().v2_pay_out(call, machine, number, draft, cost, **facts)


@breaks(_ONCE)
class PaysEachMonthAnew(Platform):
    """Pays again when a number comes a month later."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        known = super().v2_pay_out(call, machine, number, draft, cost, **facts)
        if machine.name == _MACHINE and self.now() - known.created > 30 * 86_400:
            known.data["payment_no"] = self.fresh_id("1010", lambda found: self.store.by_id(_MACHINE, found))
            known.created = self.now()
        return known


@breaks(_ONCE)
class IgnoresAnotherAmountWhileUndecided(Platform):
    """Takes another amount under the number of a transfer that is undecided for the same one."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        if event == "send" and case.subject is not None and case.subject.state == "PROCESSING" and case.subject.machine == _MACHINE:
            return frozenset({"payout-changed"})
        return super().overlooks(event, case)


@breaks(_ONCE)
class PaysWhoeverIsNamedLater(Platform):
    """Pays another payee under a used number, and refuses only another amount."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        known = case.subject
        if event == "send" and known is not None and case.draft.get("amount") == known.draft.get("amount"):
            return frozenset({"payout-changed"})
        return super().overlooks(event, case)


@breaks(_STATES)
class CallsTheUndecidedFailed(Platform):
    """Shows a transfer as failed while it is undecided."""

    def v2_transfer_status(self, transfer: Entity) -> str:
        status = super().v2_transfer_status(transfer)
        return "FAILED" if status == "PROCESSING" else status


@breaks(_STATES)
class HasReasonsForEverything(Platform):
    """Gives a reason for what succeeded, too."""

    def v2_show_transfer(self, call: Call) -> dict[str, str]:
        return {"reason": "OK"} | super().v2_show_transfer(call)


@breaks(_STATES)
class FailsTransfersWithoutAReason(Platform):
    """Does not say why a transfer failed."""

    def v2_show_transfer(self, call: Call) -> dict[str, str]:
        return {name: value for name, value in super().v2_show_transfer(call).items() if name != "reason"}


@breaks(_STATES)
class KeepsTheMoneyOfFailedTransfers(Platform):
    """Does not give the money of a failed transfer back."""

    def v2_give_back(self, payout: Entity, amount: int) -> None:
        if payout.machine != _MACHINE:
            super().v2_give_back(payout, amount)


@breaks(_STATES)
class GivesBackAtEachRepetition(Platform):
    """Gives the money of a failed transfer back whenever its number comes again."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        transfer = super().v2_pay_out(call, machine, number, draft, cost, **facts)
        if transfer.state == "FAILED" and machine.name == _MACHINE:
            self.v2_give_back(transfer, cost)
        return transfer


@breaks(_STATES)
class ForgetsWhatWasPaidLongAgo(Platform):
    """Shows a transfer as undecided again after two days."""

    def v2_transfer_status(self, transfer: Entity) -> str:
        return "PROCESSING" if self.now() - transfer.created > 2 * 86_400 else super().v2_transfer_status(transfer)


@breaks(_NONE)
class SaysThatWhatIsNotThereFailed(Platform):
    """Shows a transfer that does not exist as failed."""

    def v2_show_transfer(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_show_transfer(call)
        except Refused as refused:
            if refused.refusal is not PAYOUT_UNKNOWN:
                raise
            return {"partner_trade_no": call.values["partner_trade_no"], "status": "FAILED", "reason": "NOT_FOUND"}


@breaks(_NONE)
class ShowsTransfersToEverybody(Platform):
    """Shows a transfer to whoever knows its number."""

    def v2_payout(self, call: Call, machine: str, number: str) -> Entity:
        found = (payout for payout in self.store.every(machine) if payout.number == number and machine == _MACHINE)
        return next(found, None) or super().v2_payout(call, machine, number)


@breaks(_NONE)
class TakesAQuestionForAUse(Platform):
    """Refuses a transfer whose number was asked about before."""

    def v2_payout(self, call: Call, machine: str, number: str) -> Entity:
        try:
            return super().v2_payout(call, machine, number)
        except Refused:
            if machine == _MACHINE:
                self.used_codes.add(number)
            raise

    def v2_transfer(self, call: Call) -> dict[str, str]:
        if call.values["partner_trade_no"] in self.used_codes:
            raise self.bad_parameter("partner_trade_no", "used before", "body")
        return super().v2_transfer(call)


@breaks(_NONE)
class CallsAMissingTransferAWrongParameter(Platform):
    """Answers PARAM_ERROR where there is no transfer."""

    def v2_err_code(self, refused: Refused) -> str:
        return "PARAM_ERROR" if refused.refusal is PAYOUT_UNKNOWN else super().v2_err_code(refused)


@breaks("v2.sign.refuses-a-wrong-signature")
class BelievesACertificateWithoutASign(Platform):
    """Pays unsigned transfers of whoever bears a certificate."""

    def v2_authenticate(self, request: Request, operation: Operation) -> Call:
        try:
            return super().v2_authenticate(request, operation)
        except Refused:
            values = self.v2_read(request)
            if operation.id != "transfers" or "sign" in values or shown_certificate(request) is None:
                raise
            merchant = self.v2_merchant(operation, values)
            return Call(operation, merchant, {**values, "sign": "none"}, request, merchant.apiv2_key or "", "MD5")


@breaks(_ONCE)
class CallsATransferOtherwiseWhenAsked(Platform):
    """Shows a transfer under the merchant's number where the platform's own belongs."""

    def v2_show_transfer(self, call: Call) -> dict[str, str]:
        shown = super().v2_show_transfer(call)
        return shown | {"detail_id": shown["partner_trade_no"]}
