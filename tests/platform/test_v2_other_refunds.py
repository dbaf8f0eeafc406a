"""Platforms whose refunds and notifications differ from ours as the documents allow are found without fault."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from hypothesis import settings

from conformance.checks.platform.v2 import (
    test_v2_notice_retries,
    test_v2_notices,
    test_v2_refund_limits,
    test_v2_refund_notices,
    test_v2_refund_queries,
    test_v2_refund_sums,
    test_v2_refunds,
)
from conformance.runner.profiles import PROFILES, apply
from reference.contract import Operation
from reference.machines import Entity, Refusal
from reference.oracles import v2
from reference.platform import LADDER, Answer, Delivery, Refused
from reference.platform import Platform as ReferencePlatform
from reference.platform.faults.v2_refunding import named_order
from reference.platform.intake import Ask
from reference.platform.outbox import Notice
from reference.platform.refusals import BAD_PARAMETER
from reference.platform.v2.reading import Call
from reference.platform.v2.refusals import LACKING
from tests.platform.another import Check, another, cases

_NUMBERS: Mapping[str, Callable[[Entity], str]] = {
    "refund_id": lambda refund: str(refund.data["refund_id"]),
    "out_refund_no": lambda refund: refund.number,
    "transaction_id": lambda refund: str(refund.data["transaction_id"]),
    "out_trade_no": lambda refund: str(refund.data["out_trade_no"]),
}
_CODES: Mapping[str, str] = {
    "over-refund": "REFUND_FEE_MISMATCH",
    "wrong-total": "REFUND_FEE_MISMATCH",
    "order-not-paid": "ORDER_NOT_READY",
    "too-many-refunds": "INVALID_REQUEST",
    "refund-too-late": "INVALID_REQUEST",
    "refund-changed": "ERROR",
    "v2-lacking": "PARAM_ERROR",
}
_TOO_FAST = Refusal("too-fast", 429, "INVALID_REQ_TOO_MUCH", "Less than a minute after the last one.")
_UNKNOWN = Refusal("unknown-transaction", 404, "INVALID_TRANSACTIONID", "There is no such transaction.")


class Strict(ReferencePlatform):
    """Refuses whatever it may: refunds within a minute of another, repetitions among them, and numbers that contradict each other."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        """Refund once a minute."""
        if "transaction_id" in call.values and self.store.order_by_transaction(call.values["transaction_id"]) is None:
            raise Refused(_UNKNOWN)
        order = named_order(self, call)
        if order is not None and any(self.now() - refund.created < 60 for refund in self.store.refunds_of(order)):
            raise Refused(_TOO_FAST)
        return super().v2_refund(call)

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        """Find what all numbers agree on."""
        found = super().v2_refunds(call, ask)
        given = {name: number for name, number in _NUMBERS.items() if name in call.values}
        if any(number(refund) != call.values[name] for refund in found for name, number in given.items()):
            raise self.bad_parameter("refund_id", "contradicts the others", "body")
        return found

    def v2_err_code(self, refused: Refused) -> str:
        """Use the other codes there are."""
        return _CODES.get(refused.refusal.name) or super().v2_err_code(refused)


class Terse(ReferencePlatform):
    """Tells no more than it must: bad input on the first level, refunds without what is optional, the latest first, no CDATA."""

    def v2_refuse(self, operation: Operation, call: Call | None, refused: Refused) -> Answer:
        """Refuse bad input before anything else is said."""
        if refused.refusal in {BAD_PARAMETER, LACKING}:
            return self.v2_answer({"return_code": "FAIL", "return_msg": "参数错误"})
        return super().v2_refuse(operation, call, refused)

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        """List the latest first."""
        return tuple(reversed(super().v2_refunds(call, ask)))

    def v2_show_listed(self, refund: Entity) -> dict[str, str]:
        """Show what every refund has."""
        wanted = {"out_refund_no", "refund_id", "refund_fee", "refund_status", "refund_success_time"}
        return {name: value for name, value in super().v2_show_listed(refund).items() if name in wanted}

    def v2_show_refunds(self, refunds: Sequence[Entity], order: Entity, *, total: int) -> dict[str, str]:
        """Count the refunds of an order only where there are several."""
        shown = super().v2_show_refunds(refunds, order, total=total)
        return {name: value for name, value in shown.items() if total > 1 or name != "total_refund_count"}

    def v2_write(self, values: Mapping[str, str], *, root: str = "xml") -> bytes:
        """Escape instead of quoting."""
        return v2.write_xml(values, root=root, spelling="escaped")


class Chatty(ReferencePlatform):
    """Says more than it must: empty elements, counts of nothing, every delivery twice, by pauses that are a fifth longer."""

    answered: Mapping[str, int] = {}

    def v2_paid(self, order: Entity) -> dict[str, str]:
        """Tell what there is not, too."""
        return super().v2_paid(order) | {"device_info": "", "err_code": "", "coupon_count": "0"}

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        """Tell what there is not, too."""
        return super().v2_show_order(order) | {"coupon_count": "0"}

    def v2_refund_notice(self, refund: Entity) -> dict[str, str]:
        """Tell what there is not, too."""
        return {"success_time": ""} | super().v2_refund_notice(refund)

    def enqueue(self, notice: Notice) -> None:
        """Take half a minute before the first delivery."""
        notice.due += 30
        super().enqueue(notice)

    def take_due(self) -> list[Delivery]:
        """Let another server deliver the same."""
        return [each for delivery in super().take_due() for each in (delivery, self.deliver(self.notices[delivery.notice_id]))]

    def heard(self, notice_id: str, status: int | None, body: bytes) -> None:
        """Count an answer once, and take an acknowledgement from either."""
        if self.answered.get(notice_id) == self.now() and not (status is not None and self.v2_is_taken(status, body)):
            return
        self.answered = {**self.answered, notice_id: self.now()}
        super().heard(notice_id, status, body)

    def ladder(self) -> tuple[int, ...]:
        """Pause as long as is still on time."""
        return tuple(pause + max(5, pause // 5) for pause in LADDER)


class Hasty(ReferencePlatform):
    """Pauses as briefly as is still on time."""

    def ladder(self) -> tuple[int, ...]:
        """Pause as briefly as is still on time."""
        return tuple(pause - max(5, pause // 5) for pause in LADDER)


_REFUNDS = (test_v2_refunds, test_v2_refund_sums, test_v2_refund_limits, test_v2_refund_queries)
_NOTICES = (test_v2_notices, test_v2_notice_retries, test_v2_refund_notices)
_judged = cases(
    (Strict, _REFUNDS),
    (Terse, (*_REFUNDS, *_NOTICES)),
    (Chatty, _NOTICES),
    (Hasty, _NOTICES),
)


@pytest.fixture(scope="module", autouse=True)
def _a_few_examples() -> Iterator[None]:
    apply(PROFILES["smoke"])
    yield
    settings.load_profile("default")


@_judged
def test_what_the_documents_leave_open_is_no_violation(kind: type[ReferencePlatform], check: Check) -> None:
    """Every check holds on a platform that makes use of what the documents leave open."""
    platform = another(kind)

    check(platform=platform)
