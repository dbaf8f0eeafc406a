"""Faults in weighing what an order placed for sharing holds, and in telling repetitions from new requests."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reference.machines import Case, Entity
from reference.machines.sharing import left
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Answer, Refused, Request

__all__: list[str] = []

_LIMIT = "v2.sharing.never-exceeds-what-is-left"
_ONCE = "v2.sharing.repeats-share-once"


@breaks(_LIMIT)
class SharesMoreThanIsLeft(Platform):
    """Does not look at what is left."""

    overlooked = frozenset({"over-share", "over-ratio"})


@breaks(_LIMIT)
class WeighsEveryShareAlone(Platform):
    """Looks whether each share fits, not whether all of them do."""

    overlooked = frozenset({"over-ratio"})

    def sharing_facts(self, call: Call, order: Entity | None, receivers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        facts = super().sharing_facts(call, order, receivers)
        return facts | {"asked": max((share["amount"] for share in receivers), default=0)}


@breaks(_LIMIT)
class ForgetsSharesUnderWay(Platform):
    """Takes what is shared for left until it is credited."""

    overlooked = frozenset({"over-ratio"})

    def held(self, order: Entity) -> int:
        credited = [share for share in self.shares_of(order) if share.state == "SUCCESS"]
        return left(order.draft["amount"]["total"], credited, self.store.refunds_of(order))


@breaks(_LIMIT)
class ForgetsRefundsOfServiceProviders(Platform):
    """Shares what a service provider has refunded."""

    def held(self, order: Entity) -> int:
        refunds = () if order.draft["mode"] == "partner" else self.store.refunds_of(order)
        return left(order.draft["amount"]["total"], self.shares_of(order), refunds)


@breaks(_LIMIT)
class ForgetsRefundsUnderWay(Platform):
    """Shares what is being refunded."""

    def held(self, order: Entity) -> int:
        refunds = [refund for refund in self.store.refunds_of(order) if refund.state == "SUCCESS"]
        return left(order.draft["amount"]["total"], self.shares_of(order), refunds)


@breaks(_LIMIT)
class NeverSharesTheLastFen(Platform):
    """Refuses to share the very last fen in several sharings."""

    def sharing_facts(self, call: Call, order: Entity | None, receivers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        facts = super().sharing_facts(call, order, receivers)
        return facts | {"left": facts["left"] - 1} if facts and facts["shared"] else facts


@breaks(_LIMIT)
class SharesReturnsAnew(Platform):
    """Lets what was returned be shared again."""

    def held(self, order: Entity) -> int:
        sharings = self.store.belonging("sharing", order.owner, order.number)
        made = [each for sharing in sharings for each in self.store.belonging("sharing_return", order.owner, sharing.number)]
        returned: int = sum(each.draft["amount"] for each in made if each.state != "FAILED")
        return super().held(order) + returned


@breaks(_LIMIT)
class SharesWhatFits(Platform):
    """Gives the first receivers their shares as long as there is something, and leaves the others out."""

    def v2_asked_shares(self, call: Call) -> list[dict[str, Any]]:
        asked = super().v2_asked_shares(call)
        order = self.v2_shared_order(call)
        held = 0 if order is None else self.unsplit(order)
        return asked[:1] if sum(share["amount"] for share in asked) > held else asked


@breaks(_LIMIT)
class SharesLessThanNothing(Platform):
    """Takes a share of less than nothing, which makes room for the others."""

    def v2_asked_shares(self, call: Call) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = json.loads(call.values["receivers"])
        return asked


@breaks(_LIMIT)
class TellsWhatIsLeftLate(Platform):
    """Tells what was left before the last sharing, until that is finished."""

    def v2_tell_unsplit(self, call: Call) -> dict[str, str]:
        answer = super().v2_tell_unsplit(call)
        order = self.store.order_by_transaction(call.values["transaction_id"])
        assert order is not None  # it was shown
        waiting = sum(share.draft["amount"] for share in self.shares_of(order) if share.state == "PENDING")
        return answer | {"unsplit_amount": str(int(answer["unsplit_amount"]) + waiting)} if self.is_frozen(order) else answer


@breaks(_ONCE)
class SharesAgain(Platform):
    """Shares once more when a request is repeated."""

    def known_sharing(self, call: Call, out_order_no: str) -> Entity | None:
        return None if call.operation.id == "multiprofitsharing" else super().known_sharing(call, out_order_no)


@breaks(_ONCE)
class SharesAgainOnceItIsDone(Platform):
    """Takes a number for a new one once its sharing is finished."""

    def known_sharing(self, call: Call, out_order_no: str) -> Entity | None:
        known = super().known_sharing(call, out_order_no)
        asked = call.operation.id == "multiprofitsharing"
        return None if asked and known is not None and known.state == "FINISHED" else known


@breaks(_ONCE)
class NamesRepeatedSharingsAnew(Platform):
    """Answers a repetition with another order_id."""

    def v2_share(self, call: Call) -> dict[str, str]:
        known = self.known_sharing(call, call.values["out_order_no"])
        answer = super().v2_share(call)
        return answer if known is None else answer | {"order_id": self.fresh_id("3008", lambda _: None)}


@breaks(_ONCE)
class RefusesToFinishAgain(Platform):
    """Refuses a finish that is sent again."""

    def known_sharing(self, call: Call, out_order_no: str) -> Entity | None:
        return None if call.operation.id == "profitsharingfinish" else super().known_sharing(call, out_order_no)


@breaks(_ONCE)
class TakesAnySharingForARepetition(Platform):
    """Answers for the first sharing whatever its number is used for."""

    overlooked = frozenset({"sharing-changed"})


@breaks(_ONCE)
class ComparesSumsOnly(Platform):
    """Takes a sharing of the same sum for the same sharing, whoever is given it."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        known = case.subject.draft.get("receivers") if case.subject is not None else None
        asked = case.draft.get("receivers")
        same = known is not None and asked is not None and _sum(known) == _sum(asked)
        same = same and case.draft["transaction_id"] == case.subject.draft["transaction_id"]  # type: ignore[union-attr]  # known is its
        return super().overlooks(event, case) | ({"sharing-changed"} if same else set())


@breaks(_ONCE)
class FinishesOtherOrdersInWords(Platform):
    """Says that it finished another order under a number that finished one."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        return super().overlooks(event, case) | ({"sharing-changed"} if event == "finish" else set())


@breaks(_ONCE)
class ReturnsAgain(Platform):
    """Takes a repeated return for another one once it was made."""

    def known_return(self, call: Call) -> Entity | None:
        known = super().known_return(call)
        again = call.operation.id == "profitsharingreturn" and known is not None and known.state == "SUCCESS"
        return None if again else known


@breaks(_ONCE)
class TakesAnyReturnForARepetition(Platform):
    """Answers for the first return whatever its number is used for."""

    overlooked = frozenset({"return-changed"})


@breaks(_ONCE)
class TakesReturnsOfOtherSharingsForRepetitions(Platform):
    """Answers for the first return where its number is used for as much of another sharing."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        known = {} if case.subject is None else case.subject.draft
        same = known.get("amount") is not None and known.get("amount") == case.draft.get("amount")
        return super().overlooks(event, case) | ({"return-changed"} if same and known["account"] == case.draft["account"] else set())


@breaks(_ONCE)
class KeepsNumbersOfLostAnswers(Platform):
    """Refuses a number whose answer was lost on its way, until the sharing is finished."""

    losing = False

    def v2_exchange(self, request: Request) -> tuple[Answer, str | None]:
        self.losing = bool(self.losses)
        return super().v2_exchange(request)

    def v2_share(self, call: Call) -> dict[str, str]:
        known = self.known_sharing(call, call.values["out_order_no"])
        if known is not None and "lost" in known.data and known.state == "PROCESSING":
            raise self.bad_parameter("out_order_no", "is in use", "body")
        answer = super().v2_share(call)
        made = self.known_sharing(call, call.values["out_order_no"])
        if self.losing and made is not None:
            made.data["lost"] = True
        return answer


@breaks(_ONCE)
class SharesAlthoughItRefuses(Platform):
    """Refuses a sharing that is too much, and takes it for done when it is repeated with less."""

    def v2_share(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_share(call)
        except Refused as refused:
            order = self.v2_shared_order(call)
            if refused.refusal.name == "over-share" and order is not None and self.is_frozen(order):
                self.release(order)
            raise


def _sum(receivers: Sequence[Mapping[str, Any]]) -> int:
    return sum(share["amount"] for share in receivers)


@breaks(_ONCE)
class HasOneIdForAnOrder(Platform):
    """Calls all sharings of an order, and its end, by the id of the first."""

    def new_sharing(self, call: Call, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        first = next(iter(self.store.belonging("sharing", order.owner, order.number)), None)
        sharing = super().new_sharing(call, draft, order, state)
        if first is not None:
            sharing.data["order_id"] = first.data["order_id"]
        return sharing


@breaks(_ONCE)
class HasOneIdForReturns(Platform):
    """Calls all returns of a sharing by the id of the first."""

    def new_return(self, call: Call, draft: dict[str, Any], sharing: Entity, state: str) -> Entity:
        first = next(iter(self.store.belonging("sharing_return", sharing.owner, sharing.number)), None)
        made = super().new_return(call, draft, sharing, state)
        if first is not None:
            made.data["return_id"] = first.data["return_id"]
        return made


@breaks(_ONCE)
class ShowsWhatCameBackAltogether(Platform):
    """Shows, of each return of a receiver, what that receiver has returned of the sharing altogether."""

    def v2_show_return(self, found: Entity) -> dict[str, str]:
        sharing = self.store.by_id("sharing", found.data["order_id"])
        assert sharing is not None  # a return is of one
        return super().v2_show_return(found) | {"return_amount": str(self.taken_back(sharing, found.draft["account"]))}
