"""Which code a refusal has: it names what is wrong, so that a shop does the right thing next."""

from collections.abc import Callable
from dataclasses import replace

from conformance.checks.platform.causes import NOT_FOUND, ORDER_PAID, Cause, names, of_placing, of_refunding
from conformance.checks.platform.every_cause import of_searching
from conformance.checks.platform.placing import every_kind
from conformance.checks.platform.refunding import A_MINUTE, paid
from conformance.checks.platform.stages import HALF_AN_HOUR, SETTLED, STAGES, Kind, Stage, kinds, stages, wait
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Order, Refund, Role
from strategies.faults.identity import NamesSomebodyElse

GROUP = "errors"

_NOT_OURS = frozenset({"MCH_NOT_EXISTS", "NO_AUTH", "PARAM_ERROR", "INVALID_REQUEST"})
"""Codes for a sub-merchant that is none of the service provider's."""
_ABOUT_SOMETHING_ELSE = NOT_FOUND | {"SIGN_ERROR", "SYSTEM_ERROR"}
_TELLING = frozenset({"SIGN_ERROR", "SYSTEM_ERROR", "ORDER_PAID", "ORDER_CLOSED", "ORDER_REVERSED", "USER_PAYING"})
"""Codes that say something wrong, or too much, to a merchant that asks for another's order."""


@judges("v3.error.names-the-cause-of-a-refused-order")
def test_names_what_is_wrong_with_an_order(platform: Platform) -> None:
    """A single fault in a field, the appid, the number or the signature, for every product, is refused with a code of that fault."""
    all_causes = (cause for kind in every_kind(platform) for cause in of_placing(platform, kind))
    try_all(platform, all_causes, lambda cause: _is_named(platform, cause))


@judges("v3.error.names-the-cause-of-a-refused-refund")
def test_names_what_is_wrong_with_a_refund(platform: Platform) -> None:
    """A single fault in a field, the amount, number, order, funds or signature is refused with a code of that fault."""
    platform.needs("payer")
    all_causes = (cause for kind in every_kind(platform) for cause in of_refunding(platform, kind, every=3))
    try_all(platform, all_causes, lambda cause: _is_named(platform, cause))


@judges("v3.error.answers-404-to-unknown-numbers")
def test_finds_no_number_it_never_saw(platform: Platform) -> None:
    """Numbers of orders, payments and refunds never used are answered 404 with a not-found code, asked directly or by a provider."""

    def attempt(cause: Cause) -> None:
        answer = cause.provoke(platform).answer
        names(answer, cause.codes, because="The number is unknown.")
        if answer.status != 404:
            raise Violation("The number is unknown.", expected="404", got=answer.described)

    roles: list[Role] = ["merchant", "partner"] if "partner-merchant" in platform.capabilities else ["merchant"]
    try_all(platform, (cause for role in roles for cause in of_searching(platform, role)), attempt)


@judges("v3.error.answers-404-to-unknown-numbers")
def test_finds_nothing_of_another_merchant(platform: Platform) -> None:
    """Another merchant's order or refund is refused with a code that tells nothing of its state, and blames no signature or system."""
    platform.needs("other-merchant", "payer", "settle")
    other = platform.merchant("other")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        refund = Refund(order, 1)
        platform.refund(refund)
        asked = [platform.query(order, signed_by=other), platform.query_refund(refund, signed_by=other)]
        if stage.name in SETTLED:
            known = platform.transaction_id(order)
            asked.append(platform.query_by_id(order, known, signed_by=other))
        if not order.partner:
            asked += [platform.query(order, role="other"), platform.query_refund(refund, role="other")]
        for answer in asked:
            answer.is_refused(because="The number is another merchant's.")
            if answer.code in _TELLING:
                raise Violation("The number is another merchant's.", expected="a not-found or permission code", got=answer.described)

    try_all(platform, stages(platform, ("unpaid", "closed", *SETTLED)), attempt)


@judges("v3.error.names-a-paid-order-when-closing")
def test_names_the_payment_when_closing(platform: Platform) -> None:
    """An order that is paid, or refunded in any way, cannot be closed because it is paid, and the refusal says so each time."""
    platform.needs("payer", "settle")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        for seconds in (0, HALF_AN_HOUR, 86_400):
            wait(platform, seconds)
            names(platform.close(order), ORDER_PAID, because="The order is paid.")
        if stage.name == "paid":
            for outcome in ("CLOSED", "ABNORMAL"):
                refund = Refund(order, 1)
                wait(platform, A_MINUTE)
                platform.refund(refund).is_accepted()
                platform.settle(refund, "CLOSED" if outcome == "CLOSED" else "ABNORMAL")
                names(platform.close(order), ORDER_PAID, because="The order is paid, whatever became of a refund.")

    try_all(platform, stages(platform, SETTLED), attempt)


@judges("v3.error.names-a-code-payment-when-closing")
def test_names_a_code_payment_when_closing(platform: Platform) -> None:
    """Where a code payment is not closed, the refusal never says that it does not exist, is not signed for, or that the system failed."""
    platform.needs("payer", "code-plans")

    def attempt(case: tuple[Kind, str]) -> None:
        kind, name = case
        order = kind.order()
        _AT_THE_TILL[name](platform, order)
        answer = platform.close(order)
        if not answer.accepted:
            answer.is_refused(because="A code payment that cannot be closed is the caller's error.")
            if answer.code in _ABOUT_SOMETHING_ELSE:
                raise Violation("The order exists.", expected="INVALID_REQUEST, USER_PAYING, ORDER_PAID or the like", got=answer.described)

    try_all(platform, [(kind, name) for kind in kinds(platform, "codepay") for name in _AT_THE_TILL], attempt)


def _plan(platform: Platform, order: Order, *, fails: bool = False, reversed_after: bool = False) -> None:
    platform.plan_code(order, "USERPAYING")
    platform.place(order)
    if fails:
        platform.fail(order)
    if reversed_after:
        wait(platform, HALF_AN_HOUR)
        platform.reverse(order).is_accepted()


_AT_THE_TILL: dict[str, Callable[[Platform, Order], object]] = {
    "waiting for the payer": _plan,
    "failed": lambda platform, order: _plan(platform, order, fails=True),
    "reversed": lambda platform, order: _plan(platform, order, reversed_after=True),
    "paid": STAGES["paid"],
    "partly refunded": STAGES["partly refunded"],
    "refunded": STAGES["refunded"],
}


@judges("v3.error.names-an-unknown-order-when-closing")
def test_names_an_unknown_order_when_closing(platform: Platform) -> None:
    """Closing a number never used, whether it resembles one in use or a refund's, is answered that there is no such order."""

    def attempt(kind: Kind) -> None:
        order = kind.order()
        names(platform.close(order), NOT_FOUND, because="Nothing was ordered under this number.")
        names(platform.close(order), NOT_FOUND, because="Closing does not make an order.")
        platform.place(kind.order()).is_accepted()
        near = kind.order()
        platform.place(near).is_accepted()
        for number in (f"{near.number}0", f"0{near.number}"):
            names(platform.close(replace(near, number=number)), NOT_FOUND, because="The number only resembles one that is used.")
        if "payer" in platform.capabilities:
            refund = Refund(paid(platform, kind), 1)
            platform.refund(refund).is_accepted()
            names(platform.close(replace(near, number=refund.number)), NOT_FOUND, because="The number is a refund's.")

    try_all(platform, kinds(platform), attempt)


@judges("v3.error.names-an-unknown-sub-merchant")
def test_names_an_unknown_sub_merchant(platform: Platform) -> None:
    """An order for a sub-merchant nobody knows, or one that is not the provider's, is refused for that, and exists for nobody."""
    platform.needs("partner-merchant")
    strangers = {"1999999999", "1900000001", platform.merchant("merchant").mchid, platform.merchant("partner").mchid}
    if "other-merchant" in platform.capabilities:
        strangers.add(platform.merchant("other").mchid)

    def attempt(case: tuple[Kind, str]) -> None:
        kind, stranger = case
        fault = NamesSomebodyElse("sub_mchid", stranger)
        order = kind.order()
        names(platform.place(order, broken_by=fault), _NOT_OURS, because="The sub-merchant is none of the provider's.")
        platform.query(order).is_refused(because="The order was refused and exists all the same.")
        platform.query(order, broken_by=fault).is_refused(because="The order was refused and exists all the same.")
        platform.place(order).is_accepted(because="For a sub-merchant of the provider the same order is valid.")

    ways = [kind for kind in every_kind(platform) if kind.role == "partner"]
    try_all(platform, [(kind, stranger) for kind in ways for stranger in sorted(strangers)], attempt)


def _is_named(platform: Platform, cause: Cause) -> None:
    """Demand that what is refused is refused for its *cause*; whether it is refused, other rules judge."""
    answer = cause.provoke(platform).answer
    if not answer.accepted:
        names(answer, cause.codes, because="The refusal does not say what is wrong.")
