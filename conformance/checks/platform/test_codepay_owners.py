"""Who may reverse a code payment: its own merchant, for the right sub-merchant, with proof of who it is."""

from dataclasses import replace

from conformance.checks.platform.stages import Kind, unchanged
from conformance.checks.platform.tills import A_WHILE, OPEN, Plan, charged, confirms, reverses, till_keepers, tills
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies.cases import Fault, Order
from strategies.faults.identity import Anonymous, Forged, NamesSomebodyElse, Replaced

GROUP = "codepay"

_PLANS: tuple[Plan, ...] = ("SUCCESS", "USERPAYING")


@judges("v3.codepay.others-cannot-reverse")
def test_others_cannot_reverse(platform: Platform) -> None:
    """A reverse by another merchant, naming itself or the owner, or for another sub-merchant, leaves the order and its money alone."""
    platform.needs("other-merchant", "code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, Plan]) -> None:
        kind, plan = case
        order = charged(platform, kind, plan)
        platform.advance(A_WHILE)
        before = platform.query(order).is_accepted()
        for role in till_keepers(platform):
            if role == order.role:
                continue
            paths = (replace(order, role="merchant"), replace(order, role="partner"))
            for asked in paths if "partner" in {role, order.role} else paths[:1]:
                _has_no_effect(platform, order, before, platform.reverse(asked, role=role), unknown=True)
            _has_no_effect(platform, order, before, platform.reverse(order, signed_by=platform.merchant(role)), unknown=False)
        for fault in _other_sub_merchants(platform, order):
            _has_no_effect(platform, order, before, platform.reverse(order, broken_by=fault), unknown=True)
        if plan in OPEN:
            confirms(platform, order)
        reverses(platform, order, because="The order's own merchant reverses it.")

    try_all(platform, [(kind, plan) for kind in tills(platform) for plan in _PLANS], attempt)


@judges("v3.codepay.reverse-needs-a-valid-signature")
def test_a_reverse_needs_proof(platform: Platform) -> None:
    """Without an Authorization header, or signed by anybody else, a reverse is answered 401 and has no effect; signed it has."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, Plan]) -> None:
        kind, plan = case
        order = charged(platform, kind, plan)
        platform.advance(A_WHILE)
        before = platform.query(order).is_accepted()
        for fault in _without_proof(platform, order):
            platform.reverse(order, broken_by=fault).is_refused(SIGN_ERROR, because="Nobody has proved to be the order's merchant.")
            unchanged(platform, order, before, because="A reverse without proof took effect.")
        if plan in OPEN:
            confirms(platform, order)
        reverses(platform, order, because="The order's own merchant reverses it.")

    try_all(platform, [(kind, plan) for kind in tills(platform) for plan in _PLANS], attempt)


def _other_sub_merchants(platform: Platform, order: Order) -> list[Fault]:
    if not order.partner:
        return []
    partner = platform.merchant("partner")
    return [
        NamesSomebodyElse("sub_mchid", mchid) for mchid in (*partner.sub_mchids, partner.mchid) if mchid != partner.sub_mchids[order.sub]
    ]


def _without_proof(platform: Platform, order: Order) -> list[Fault]:
    owner = platform.merchant(order.role)
    strangers = [platform.merchant(role) for role in till_keepers(platform) if role != order.role]
    spare = [Forged(credential.private_key) for credential in owner.credentials[1:]]
    return [Anonymous(), *spare, *(Forged(each.credential.private_key) for each in strangers), *map(Replaced, strangers)]


def _has_no_effect(platform: Platform, order: Order, before: Answer, answer: Answer, *, unknown: bool) -> None:
    """The reverse was refused, or answered as for a number *unknown* to the caller, and the order is as it was."""
    if not (unknown and answer.accepted):
        answer.is_refused(because="The order is somebody else's.")
    unchanged(platform, order, before, because="Somebody else's reverse took effect.")
