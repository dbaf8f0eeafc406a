"""Faults in how profit sharing ends: what it shows, what a finish releases, what is taken back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reference.machines import FROZEN_FUNDS, Case, Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_STATES = "v2.sharing.shows-known-states"
_FINISH = "v2.sharing.finish-frees-the-rest"
_RETURN = "v2.sharing.returns-what-was-shared"
_DAY = 86_400


@breaks(_STATES)
class CallsSharingsFinishedAtOnce(Platform):
    """Shows a sharing as finished while its shares are under way."""

    def v2_show_sharing(self, sharing: Entity) -> dict[str, str]:
        return super().v2_show_sharing(sharing) | {"status": "FINISHED"}


@breaks(_STATES)
class SpeaksOfAcceptedShares(Platform):
    """Calls a share that is under way ACCEPTED."""

    def v2_show_share(self, share: Entity) -> dict[str, Any]:
        shown = super().v2_show_share(share)
        return shown | ({"result": "ACCEPTED"} if share.state == "PENDING" else {})


@breaks(_STATES)
class ShowsOneResultForAll(Platform):
    """Shows what became of the first share for all of them."""

    def v2_show_sharing(self, sharing: Entity) -> dict[str, str]:
        answer = super().v2_show_sharing(sharing)
        shares = json.loads(answer["receivers"])
        results = [share | {"result": shares[0]["result"]} for share in shares]
        return answer | {"receivers": json.dumps(results, ensure_ascii=False)}


@breaks(_STATES)
class GivesAReasonForSuccess(Platform):
    """Gives a reason for the failure of shares that went well, beside one that failed."""

    def v2_show_sharing(self, sharing: Entity) -> dict[str, str]:
        answer = super().v2_show_sharing(sharing)
        shares = json.loads(answer["receivers"])
        reason = next((share["fail_reason"] for share in shares if "fail_reason" in share), None)
        told = [share if reason is None else share | {"fail_reason": reason} for share in shares]
        return answer | {"receivers": json.dumps(told, ensure_ascii=False)}


@breaks(_STATES)
class KeepsWhatFailed(Platform):
    """Keeps the money of a share that failed."""

    def held(self, order: Entity) -> int:
        failed: int = sum(share.draft["amount"] for share in self.shares_of(order) if share.state == "CLOSED")
        return super().held(order) - failed


@breaks(_STATES)
class OpensFinishedSharings(Platform):
    """Shows a single sharing as under way again after a week."""

    def v2_show_sharing(self, sharing: Entity) -> dict[str, str]:
        answer = super().v2_show_sharing(sharing)
        old = sharing.draft["kind"] == "single" and self.now() - sharing.created > 7 * _DAY
        return answer | ({"status": "PROCESSING"} if old else {})


@breaks(_STATES)
class CreditsWhatFailed(Platform):
    """Shows a share that failed as credited once the other one is."""

    def share_decided(self, share: Entity) -> None:
        super().share_decided(share)
        sharing = self.store.find("sharing", share.owner, share.data["out_order_no"])
        if sharing is not None and sharing.state == "FINISHED":
            for each in self.store.belonging("share", sharing.owner, sharing.number):
                each.state = "SUCCESS"
                each.data.pop("fail_reason", None)


@breaks(_FINISH)
class FinishesInWords(Platform):
    """Says that a sharing is finished, and keeps the rest frozen."""

    def v2_finish_sharing(self, call: Call) -> dict[str, str]:
        order = self.v2_shared_order(call)
        frozen = order is not None and self.is_frozen(order)
        answer = super().v2_finish_sharing(call)
        funds = self.funds_of(order) if order is not None else None
        if funds is not None and frozen:
            funds.state = "FROZEN"
        return answer


@breaks(_FINISH)
class KeepsTheRestOfServiceProviders(Platform):
    """Keeps the rest frozen after a service provider's single sharing."""

    def new_sharing(self, call: Call, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        sharing = super().new_sharing(call, draft, order, state)
        funds = self.funds_of(order)
        if funds is not None and draft["kind"] == "single" and "sub_mch_id" in call.values:
            funds.state = "FROZEN"
        return sharing


@breaks(_FINISH)
class SharesWhatIsReleased(Platform):
    """Tells that nothing is left, and shares it all the same."""

    def sharing_facts(self, call: Call, order: Entity | None, receivers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        facts = super().sharing_facts(call, order, receivers)
        if order is not None and facts["funds"] == "UNFROZEN" and call.operation.id == "multiprofitsharing":
            facts |= {"funds": "FROZEN", "left": self.held(order)}
        return facts


@breaks(_FINISH)
class FinishesTwice(Platform):
    """Finishes what is finished, under another number."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        return super().overlooks(event, case) | ({"nothing-left"} if event == "finish" else set())

    def release(self, order: Entity) -> None:
        if self.is_frozen(order):
            super().release(order)


@breaks(_FINISH)
class ReleasesByAUsedNumber(Platform):
    """Refuses a finish under the number of a sharing, and releases the rest."""

    def v2_finish_sharing(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_finish_sharing(call)
        except Refused as refused:
            order = self.v2_shared_order(call)
            if refused.refusal.name == "sharing-changed" and order is not None:
                self.release(order)
            raise


@breaks(_FINISH)
class ReleasesAfterEverySharing(Platform):
    """Releases the rest of an order when its first sharing is finished."""

    def share_decided(self, share: Entity) -> None:
        super().share_decided(share)
        order = self.store.order(share.owner, self.store.find("sharing", share.owner, share.data["out_order_no"]).data["out_trade_no"])  # type: ignore[union-attr]  # a share is part of one
        if order is not None and self.is_frozen(order):
            self.change(FROZEN_FUNDS, "release", self.funds_of(order), {})


@breaks(_FINISH)
class FreezesAgain(Platform):
    """Freezes again what was released, after some hours."""

    def is_frozen(self, order: Entity) -> bool:
        funds = self.funds_of(order)
        old = funds is not None and self.now() - funds.created > _DAY // 2
        return super().is_frozen(order) or old


@breaks(_RETURN)
class ReturnsMoreThanWasShared(Platform):
    """Does not look at what a receiver was given."""

    overlooked = frozenset({"over-return"})


@breaks(_RETURN)
class ForgetsReturnsUnderWay(Platform):
    """Counts returns only once they are made."""

    def taken_back(self, sharing: Entity, account: str) -> int:
        made = self.store.belonging("sharing_return", sharing.owner, sharing.number)
        taken: int = sum(each.draft["amount"] for each in made if each.draft["account"] == account and each.state == "SUCCESS")
        return taken


@breaks(_RETURN)
class CountsReturnsOfEverybody(Platform):
    """Takes what any receiver of a sharing gave back for given back by all of them."""

    def taken_back(self, sharing: Entity, account: str) -> int:
        receivers = {share.draft["account"] for share in self.store.belonging("share", sharing.owner, sharing.number)}
        return sum(super(CountsReturnsOfEverybody, self).taken_back(sharing, each) for each in receivers)


@breaks(_RETURN)
class CountsFailedReturns(Platform):
    """Takes a return that failed for one that was made."""

    def taken_back(self, sharing: Entity, account: str) -> int:
        made = self.store.belonging("sharing_return", sharing.owner, sharing.number)
        taken: int = sum(each.draft["amount"] for each in made if each.draft["account"] == account)
        return taken


@breaks(_RETURN)
class ForgetsReturnsNamedByOrderId(Platform):
    """Weighs only the first return of a sharing that its order_id names."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        by_id = case.facts.get("by") == "order_id" and case.facts.get("returns", 0) > 0
        return super().overlooks(event, case) | ({"over-return"} if by_id else set())

    def v2_return_share(self, call: Call) -> dict[str, str]:
        self.named_by_id = "order_id" in call.values
        return super().v2_return_share(call)

    def return_facts(self, sharing: Entity | None, account: str) -> dict[str, Any]:
        facts = super().return_facts(sharing, account)
        return facts | {"by": "order_id"} if self.named_by_id else facts

    named_by_id = False


@breaks(_RETURN)
class TakesBackFromThoseWhoGotLess(Platform):
    """Looks at what all receivers of a sharing were given together."""

    def returnable(self, sharing: Entity, account: str) -> int:
        shares = self.store.belonging("share", sharing.owner, sharing.number)
        if all(share.draft["account"] != account for share in shares):
            return 0
        given: int = sum(share.draft["amount"] for share in shares if share.state == "SUCCESS")
        return given - self.taken_back(sharing, account)


@breaks(_RETURN)
class TakesBackWhatIsUnderWay(Platform):
    """Takes a share back before it is credited."""

    def is_returnable(self, share: Entity) -> bool:
        return super().is_returnable(share) or (share.draft["type"] == "MERCHANT_ID" and share.state == "PENDING")


@breaks(_RETURN)
class TakesBackWhatFailed(Platform):
    """Takes a share back that never was credited."""

    def is_returnable(self, share: Entity) -> bool:
        return super().is_returnable(share) or (share.draft["type"] == "MERCHANT_ID" and share.state == "CLOSED")


@breaks(_RETURN)
class TakesBackFromPayers(Platform):
    """Takes a share back from whoever got one."""

    def is_returnable(self, share: Entity) -> bool:
        return share.state == "SUCCESS"


@breaks(_RETURN)
class TakesAnyTypeOfAccount(Platform):
    """Does not look at return_account_type."""

    ignored_keywords = frozenset({("return_account_type", "enum")})


@breaks(_RETURN)
class KeepsAFenOfEveryShare(Platform):
    """Refuses to take a whole share back."""

    def returnable(self, sharing: Entity, account: str) -> int:
        return super().returnable(sharing, account) - 1


@breaks(_RETURN)
class GivesAReasonForReturns(Platform):
    """Gives a reason for the failure of returns that were made."""

    def v2_show_return(self, found: Entity) -> dict[str, str]:
        return super().v2_show_return(found) | ({"fail_reason": "TIME_OUT_CLOSED"} if found.state == "SUCCESS" else {})


@breaks(_RETURN)
class CallsReturnsDone(Platform):
    """Calls a return that was made DONE."""

    def v2_show_return(self, found: Entity) -> dict[str, str]:
        return super().v2_show_return(found) | ({"result": "DONE"} if found.state == "SUCCESS" else {})


@breaks(_RETURN)
class MakesFailedReturns(Platform):
    """Makes a return that failed after all, a day later."""

    def v2_show_return(self, found: Entity) -> dict[str, str]:
        if found.state == "FAILED" and self.now() - found.created > _DAY:
            found.state = "SUCCESS"
            found.data.pop("fail_reason", None)
        return super().v2_show_return(found)


class _Forgets(Platform):
    """Watches frozen money for another time than is documented."""

    days = 0

    def watch(self, subject: Entity, event: str, moment: int) -> None:
        if event != "time_out" or subject.machine != "frozen_funds":
            super().watch(subject, event, moment)
        elif self.days:
            super().watch(subject, event, subject.created + self.days * _DAY)


@breaks(_FINISH)
class KeepsMoneyFrozenForEver(_Forgets):
    """Releases nothing that nobody asks to have released."""


@breaks(_FINISH)
class FreesTheRestInAWeek(_Forgets):
    """Releases what was not shared within seven days."""

    days = 7


@breaks(_RETURN)
class TakesBackForEver(Platform):
    """Takes shares back however long ago they were given."""

    overlooked = frozenset({"return-too-late"})
