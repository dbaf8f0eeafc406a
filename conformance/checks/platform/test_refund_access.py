"""Who may refund which order, and see which refund."""

from collections.abc import Sequence

from conformance.checks.platform.refunding import (
    A_MINUTE,
    MERCHANT_CARD,
    apply,
    every_kind,
    leaves_nothing,
    paid,
    settle,
    show,
    take_the_rest,
)
from conformance.checks.platform.stages import Kind, shows, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable, Violation
from reference.machines.refund import ORDER_NOT_PAID
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies.cases import Fault, Order, Refund, Role
from strategies.faults.identity import NamesNobody, NamesSomebodyElse
from strategies.refunds import NAMINGS, Outcome

GROUP = "refunds"


def _partner_kinds(platform: Platform) -> Sequence[Kind]:
    return [kind for kind in every_kind(platform) if kind.role == "partner"]


def _other_sub(platform: Platform, order: Order) -> str:
    """Return another sub-merchant of the service provider. Raises NotApplicable when it has no other."""
    subs = platform.merchant("partner").sub_mchids
    if len(subs) < 2:
        raise NotApplicable({"second-sub-merchant"})
    return next(sub for index, sub in enumerate(subs) if index != order.sub)


def _untouched(platform: Platform, order: Order) -> None:
    """Demand that *order* is paid and can be refunded in full."""
    shows(platform, order, "SUCCESS", because="A refund that was refused changed the order.")
    wait(platform, A_MINUTE)
    take_the_rest(platform, order, order.total)


@judges("v3.refund.partner-needs-sub-mchid")
def test_a_service_provider_names_its_sub_merchant(platform: Platform) -> None:
    """A refund of a sub-merchant's order without sub_mchid is refused and leaves the order untouched; with it, it is accepted."""
    platform.needs("payer", "time-travel", "partner-merchant")

    def attempt(kind: Kind) -> None:
        for sub in range(len(platform.merchant("partner").sub_mchids)):
            order = kind.order()
            order.sub = sub
            platform.must_pay(order)
            for naming in NAMINGS:
                refund = Refund(order, 100, by=naming)
                wait(platform, 1)
                platform.refund(refund, broken_by=NamesNobody("sub_mchid")).is_refused(BAD_PARAMETER, ORDER_NOT_PAID)
                leaves_nothing(platform, refund)
            _untouched(platform, order)

    try_all(platform, _partner_kinds(platform), attempt)


@judges("v3.refund.partner-refuses-another-sub-mchid")
def test_a_service_provider_names_the_right_sub_merchant(platform: Platform) -> None:
    """A refund with another sub_mchid of the same provider is refused, leaves nothing for either, and the order untouched."""
    platform.needs("payer", "time-travel", "partner-merchant")

    def attempt(kind: Kind) -> None:
        for sub in (0, 1):
            order = kind.order()
            order.sub = sub
            wrong = NamesSomebodyElse("sub_mchid", _other_sub(platform, order))
            platform.must_pay(order)
            for naming in NAMINGS:
                refund = Refund(order, 100, by=naming)
                wait(platform, 1)
                platform.refund(refund, broken_by=wrong).is_refused(because="The order belongs to another sub-merchant.")
                leaves_nothing(platform, refund)
                _sees_nothing(platform.query_refund(refund, broken_by=wrong), refund, None)
            _untouched(platform, order)

    try_all(platform, _partner_kinds(platform), attempt)


def _strangers(platform: Platform, kind: Kind) -> list[Role]:
    roles: tuple[Role, ...] = ("merchant", "other", "partner")
    able = {"merchant"} | {role for role in roles if f"{role}-merchant" in platform.capabilities}
    return [role for role in roles if role in able and role != kind.role]


@judges("v3.refund.others-cannot-refund")
def test_nobody_refunds_another_merchants_order(platform: Platform) -> None:
    """Another merchant's properly signed refund, by either number and with any sub_mchid, is refused and leaves the order untouched."""
    platform.needs("payer", "time-travel", "other-merchant")

    def attempt(case: tuple[Kind, Role]) -> None:
        kind, stranger = case
        order, acting = paid(platform, kind), platform.merchant(stranger)
        transaction_id = platform.transaction_id(order)
        faults: list[Fault | None] = [None, *(NamesSomebodyElse("sub_mchid", sub) for sub in acting.sub_mchids)]
        if kind.role == "partner":
            faults.append(NamesNobody("sub_mchid"))
        for naming in NAMINGS:
            refund = Refund(order, 100, by=naming)
            for fault in faults:
                wait(platform, 1)
                answer = platform.refund(refund, broken_by=fault, transaction_id=transaction_id, signed_by=acting)
                answer.is_refused(because="The order belongs to another merchant.")
            leaves_nothing(platform, refund)
            _sees_nothing(platform.query_refund(refund, signed_by=acting), refund, None)
        _untouched(platform, order)

    try_all(platform, [(kind, stranger) for kind in every_kind(platform) for stranger in _strangers(platform, kind)], attempt)


@judges("v3.refund.others-cannot-refund")
def test_nobody_sends_another_merchants_refund_elsewhere(platform: Platform) -> None:
    """Another merchant's request to pay out an ABNORMAL refund is refused and moves nothing; that of its own merchant is accepted."""
    platform.needs("payer", "settle", "other-merchant")

    def attempt(case: tuple[Kind, Role]) -> None:
        kind, stranger = case
        refund = Refund(paid(platform, kind), 60)
        refund_id = str(apply(platform, refund, outcome="ABNORMAL")["refund_id"])
        answer = platform.apply_abnormal(refund, refund_id, MERCHANT_CARD, signed_by=platform.merchant(stranger))
        answer.is_refused(because="The refund belongs to another merchant.")
        for sub in platform.merchant(stranger).sub_mchids:
            wrong = NamesSomebodyElse("sub_mchid", sub)
            answer = platform.apply_abnormal(refund, refund_id, MERCHANT_CARD, broken_by=wrong, signed_by=platform.merchant(stranger))
            answer.is_refused(because="The refund belongs to another merchant.")
        show(platform, refund).has("status", "ABNORMAL", because="A stranger's request moved the refund.")
        platform.apply_abnormal(refund, refund_id, MERCHANT_CARD).is_accepted(because="The refund is ABNORMAL.")

    try_all(platform, [(kind, stranger) for kind in every_kind(platform) for stranger in _strangers(platform, kind)], attempt)


@judges("v3.refund.hides-refunds-of-others")
def test_nobody_sees_another_merchants_refund(platform: Platform) -> None:
    """A query of a refund by another merchant, or for another sub-merchant, is refused in every state and shows nothing of it."""
    platform.needs("payer", "settle", "other-merchant")
    outcomes: tuple[Outcome | None, ...] = (None, "SUCCESS", "ABNORMAL", "CLOSED")

    def attempt(case: tuple[Kind, Outcome | None]) -> None:
        kind, outcome = case
        refund = Refund(paid(platform, kind), 60)
        apply(platform, refund)
        if outcome is not None:
            settle(platform, refund, outcome)
        shown = show(platform, refund)
        for stranger in _strangers(platform, kind):
            acting = platform.merchant(stranger)
            _sees_nothing(platform.query_refund(refund, signed_by=acting), refund, shown)
            for sub in acting.sub_mchids:
                wrong = NamesSomebodyElse("sub_mchid", sub)
                _sees_nothing(platform.query_refund(refund, broken_by=wrong, signed_by=acting), refund, shown)
        if kind.role == "partner" and len(platform.merchant("partner").sub_mchids) > 1:
            wrong = NamesSomebodyElse("sub_mchid", _other_sub(platform, refund.order))
            _sees_nothing(platform.query_refund(refund, broken_by=wrong), refund, shown)

    cases = [(kind, outcomes[(turn + step) % 4]) for turn, kind in enumerate(every_kind(platform)) for step in (0, 1)]
    try_all(platform, cases, attempt)


def _sees_nothing(answer: Answer, refund: Refund, shown: Answer | None) -> None:
    """Demand that *answer* refuses to show *refund*, and that none of the names in *shown*, its owner's view, slip out."""
    if answer.accepted:
        raise Violation("Somebody else's refund is shown.", expected="404 RESOURCE_NOT_EXISTS or another 4xx", got=answer.described)
    answer.is_refused()
    text = answer.exchange.reply.body.decode("utf-8", "replace")
    secrets = {"out_trade_no": refund.order.number}
    if shown is not None:
        secrets |= {name: shown.get(name) for name in ("refund_id", "transaction_id", "user_received_account")}
    for name, value in secrets.items():
        if value and value in text:
            raise Violation("A refusal tells of somebody else's refund.", expected=f"nothing of its {name}", got=answer.described)
