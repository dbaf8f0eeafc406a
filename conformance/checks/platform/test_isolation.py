"""Merchants among themselves: nobody sees or closes another's order, and a service provider names the right sub-merchant."""

from collections.abc import Iterator
from dataclasses import replace

from conformance.checks.platform.stages import HALF_AN_HOUR, SETTLED, Kind, Stage, kinds, shows, stages
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Order, Role
from strategies.faults.identity import NamesSomebodyElse

GROUP = "payments"

_ATTACH = "只有本店知道, only this shop knows"
_OF_AN_ORDER = ("trade_state", "amount", "payer", "success_time", "bank_type", "attach", "transaction_id")
_STAGES = ("unpaid", "paid", "partly refunded", "closed")


@judges("v3.transaction.hides-orders-of-others")
def test_hides_orders_of_others(platform: Platform) -> None:
    """Another merchant, naming itself or the owner, by either number and in any state, learns nothing; the owner is answered."""
    platform.needs("other-merchant", "payer")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform, 4321, attach=_ATTACH)
        own = platform.query(order).is_accepted(because="The owner asks.")
        known = own.get("transaction_id")
        for role in _others(platform, order):
            for asked in _as_others_ask(order, role):
                _learns_nothing(platform.query(asked, role=role), own, platform, order)
                if known:
                    _learns_nothing(platform.query_by_id(asked, known, role=role), own, platform, order)
            _learns_nothing(platform.query(order, signed_by=platform.merchant(role)), own, platform, order)
            if known:
                _learns_nothing(platform.query_by_id(order, known, signed_by=platform.merchant(role)), own, platform, order)
        platform.query(order).is_accepted(because="The owner asks.")

    try_all(platform, (*stages(platform, _STAGES), *stages(platform, ("paid", "refunded"), "codepay")), attempt)


@judges("v3.transaction.hides-orders-of-others")
def test_shows_everybody_the_order_of_their_own(platform: Platform) -> None:
    """When two merchants use one number, each query shows the asker's own order, paid or not."""
    platform.needs("other-merchant", "payer")

    def attempt(kind: Kind) -> None:
        order = kind.order(4321, attach=_ATTACH)
        platform.must_pay(order)
        own = platform.query(order).is_accepted()
        for role in _others(platform, order):
            theirs = Kind(kind.product, role).order(1234)
            theirs.number = order.number
            platform.place(theirs).is_accepted(because="Another merchant's numbers are its own.")
            answer = platform.query(theirs).is_accepted(because="The asker has placed this order itself.")
            _shows_nothing_of(answer, own, platform, order)
            answer.has("trade_state", "NOTPAY", because="The asker's own order is not paid.")

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.hides-orders-of-other-sub-merchants")
def test_a_partner_query_names_the_right_sub_merchant(platform: Platform) -> None:
    """With another of its sub-merchants, or one it does not have, a service provider is refused; with the right one it is answered."""
    platform.needs("partner-merchant", "payer")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform, 4321, attach=_ATTACH)
        own = platform.query(order).is_accepted(because="The right sub-merchant is named.")
        known = own.get("transaction_id")
        for fault in _other_sub_merchants(platform, order):
            _learns_nothing(platform.query(order, broken_by=fault), own, platform, order)
            if known:
                _learns_nothing(platform.query_by_id(order, known, broken_by=fault), own, platform, order)
        platform.query(order).is_accepted(because="The right sub-merchant is named.")

    cases = (*stages(platform, _STAGES), *stages(platform, SETTLED, "codepay"))
    try_all(platform, [stage for stage in cases if stage.kind.role == "partner"], attempt)


@judges("v3.transaction.others-cannot-close")
def test_others_cannot_close(platform: Platform) -> None:
    """A close by another merchant, naming itself or the owner, or for another sub-merchant, leaves the order open and payable."""
    platform.needs("other-merchant", "payer", "time-travel")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        platform.advance(HALF_AN_HOUR)
        before = str(platform.query(order).is_accepted()["trade_state"])
        for role in _others(platform, order):
            for asked in _as_others_ask(order, role):
                _has_no_effect(platform, order, platform.close(asked, role=role), before, unknown=True)
            _has_no_effect(platform, order, platform.close(order, signed_by=platform.merchant(role)), before, unknown=False)
        for fault in _other_sub_merchants(platform, order) if order.partner else ():
            _has_no_effect(platform, order, platform.close(order, broken_by=fault), before, unknown=True)
        refused = platform.pay(order)
        if refused is not None:
            raise Violation("An order somebody else tried to close cannot be paid.", expected="a payment", got=f"refused: {refused}")
        shows(platform, order, "SUCCESS", because="The payer has paid.")

    try_all(platform, stages(platform, ("unpaid", "tried")), attempt)


def _others(platform: Platform, order: Order) -> Iterator[Role]:
    """Everybody the target knows besides the order's owner."""
    everybody: tuple[Role, ...] = ("merchant", "other", "partner")
    for role in everybody:
        if role != order.role and (role == "merchant" or f"{role}-merchant" in platform.capabilities):
            yield role


def _as_others_ask(order: Order, role: Role) -> tuple[Order, ...]:
    """The order's number on the path of a direct merchant and, where either side is a service provider, on that of one."""
    direct, partner = replace(order, role="merchant"), replace(order, role="partner")
    return (direct, partner) if "partner" in {role, order.role} else (direct,)


def _other_sub_merchants(platform: Platform, order: Order) -> list[NamesSomebodyElse]:
    partner = platform.merchant("partner")
    right = partner.sub_mchids[order.sub]
    wrong = [mchid for mchid in (*partner.sub_mchids, platform.merchant("merchant").mchid, partner.mchid) if mchid != right]
    return [NamesSomebodyElse("sub_mchid", mchid) for mchid in wrong]


def _learns_nothing(answer: Answer, own: Answer, platform: Platform, order: Order) -> None:
    answer.is_refused(because="Somebody else's order is none of the asker's business.")
    answer.lacks(*_OF_AN_ORDER, because="A refusal shows nothing of somebody else's order.")
    _shows_nothing_of(answer, own, platform, order)


def _shows_nothing_of(answer: Answer, own: Answer, platform: Platform, order: Order) -> None:
    """Nothing that only the owner knows stands anywhere in the answer, as far as the asker did not send it."""
    exchange = answer.exchange
    said = exchange.wire.target.encode() + exchange.wire.body
    secrets = [_ATTACH, platform.merchant(order.role).openid, str(own.get("transaction_id") or "")]
    for secret in secrets:
        if secret and secret.encode() in exchange.reply.body and secret.encode() not in said:
            raise Violation("The answer tells somebody else about the order.", expected="nothing of the order", got=answer.described)


def _has_no_effect(platform: Platform, order: Order, answer: Answer, before: str, *, unknown: bool) -> None:
    """The close was refused, or answered as for a number *unknown* to the caller, and the order is as it was."""
    if not (unknown and answer.status == 204):
        answer.is_refused(because="The order is somebody else's.")
    shows(platform, order, before, because="Somebody else's close took effect.")
