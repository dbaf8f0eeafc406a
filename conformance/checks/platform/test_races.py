"""Several things at the same moment: one order, one winner, no fen made or lost."""

from itertools import permutations

from conformance.checks.model import MONEY
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Product, Refund

GROUP = "invariants"

_HANDLES = {"jsapi": "prepay_id", "app": "prepay_id", "native": "code_url", "h5": "h5_url"}


@judges("v3.invariant.repeats-at-once-create-one-object")
def test_identical_orders_sent_at_once_are_one_order(platform: Platform) -> None:
    """Of five identical placements at the same moment every accepted handle belongs to one order, which is paid once."""
    platform.needs("payer")

    def attempt(product: Product) -> None:
        order = orders.lean(product)
        platform.calls.number(order)
        answers = platform.together(*[lambda: platform.place(order)] * 5)
        handles = dict.fromkeys(str(answer[_HANDLES[product]]) for answer in answers if answer.accepted)
        if not handles:
            raise Violation("None of several identical orders was accepted.", expected="at least one 2xx", got=answers[0].described)
        paid = [handle for handle in handles if platform.pay(order, handle) is None]
        if len(paid) != 1:
            raise Violation(
                "The handles of one order were not good for exactly one payment.", expected="1 payment", got=f"{len(paid)} payments"
            )
        platform.query(order).is_accepted().has("trade_state", "SUCCESS")

    try_all(platform, orders.PREPAID, attempt)


@judges("v3.invariant.repeats-at-once-create-one-object")
def test_identical_code_payments_sent_at_once_charge_once(platform: Platform) -> None:
    """Of five identical charges at the same moment all accepted ones show the same transaction_id."""
    order = orders.lean("codepay")
    platform.calls.number(order)
    platform.calls.auth_code(order)
    answers = platform.together(*[lambda: platform.place(order)] * 5)
    paid = {answer.get("transaction_id") for answer in answers if answer.accepted and answer.get("transaction_id")}
    if len(paid) != 1:
        raise Violation(
            "One payment code paid one order several times.", expected="one transaction_id", got=", ".join(map(str, sorted(paid))) or "none"
        )
    platform.query(order).is_accepted().has("transaction_id", paid.pop())


@judges("v3.invariant.money-is-conserved-in-races")
def test_refunds_at_once_never_take_more_than_was_paid(platform: Platform) -> None:
    """Of several refunds at the same moment, together more than the payment, those accepted fit into it, and exactly the rest is left."""
    platform.needs("payer")

    def attempt(parts: tuple[int, ...]) -> None:
        order = orders.lean("jsapi", total=100)
        platform.must_pay(order)
        drafts = [Refund(order, part) for part in parts]
        for draft in drafts:
            platform.calls.refund_number(draft)
        answers = platform.together(*[lambda draft=draft: platform.refund(draft) for draft in drafts])
        _account(platform, order, drafts, answers)

    try_all(platform, ((60, 60), (51, 50), (100, 100), (40, 40, 40), (1, 100), (34, 33, 33, 1)), attempt)


def _account(platform: Platform, order: Order, drafts: list[Refund], answers: list[Answer]) -> None:
    taken = 0
    for draft, answer in zip(drafts, answers, strict=True):
        found = platform.query_refund(draft)
        if answer.accepted and not found.accepted:
            raise Violation("An accepted refund does not exist.", expected="the refund", got=found.described)
        if 400 <= answer.status < 500 and found.accepted:
            raise Violation("A refused refund exists.", expected="404", got=found.described)
        taken += draft.amount if found.accepted else 0
    if taken > order.total:
        raise Violation(
            "Refunds at the same moment took more than the customer paid.", expected=f"at most {order.total} fen", got=f"{taken} fen"
        )
    if "time-travel" in platform.capabilities:
        platform.advance(61)
    left = order.total - taken
    platform.refund(Refund(order, left + 1)).is_refused(because="More than the rest can be refunded after the race.")
    if left:
        platform.refund(Refund(order, left)).is_accepted(because="The rest can be refunded after the race.")


@judges("v3.invariant.money-is-conserved-in-races")
def test_pay_close_and_refund_at_once_have_one_outcome(platform: Platform) -> None:
    """Paying, closing and refunding at the same moment ends closed and unpaid, or paid with at most one refund; every 2xx is true."""
    platform.needs("payer")

    def attempt(order_of_acts: tuple[str, ...]) -> None:
        order = orders.lean("native", total=100)
        platform.place(order).is_accepted()
        refund = Refund(order, 100)
        platform.calls.refund_number(refund)
        acts = {"pay": lambda: platform.pay(order), "close": lambda: platform.close(order), "refund": lambda: platform.refund(refund)}
        outcomes = dict(zip(order_of_acts, platform.together(*[acts[name] for name in order_of_acts]), strict=True))
        paid, closed, refunded = outcomes["pay"] is None, _ok(outcomes["close"]), _ok(outcomes["refund"])
        state = platform.query(order).is_accepted()["trade_state"]
        expected = "REFUND" if refunded else "SUCCESS" if paid else "CLOSED" if closed else "NOTPAY"
        if state != expected or (paid and closed) or (refunded and not paid):
            got = f"{state}; paid {paid}, closed {closed}, refunded {refunded}"
            raise Violation("A race of pay, close and refund ended in a state its answers deny.", expected=expected, got=got)

    try_all(platform, tuple(permutations(("pay", "close", "refund"))), attempt)


def _ok(outcome: object) -> bool:
    return isinstance(outcome, Answer) and outcome.accepted


@judges("v3.invariant.repeats-create-one-object")
def test_repeated_creation_is_one_object(platform: Platform) -> None:
    """An order, a code payment and a refund sent three times are one object with one movement of money; changed parameters are refused."""
    platform.needs("payer")

    def attempt(product: Product) -> None:
        order = orders.lean(product, total=100)
        first = platform.place(order).is_accepted()
        for _ in range(2):
            again = platform.place(order)
            if product != "codepay":
                again.is_accepted(because="Repeating a placement is answered.")
        platform.place(order.but(description="another thing")).is_refused(because="A number in use was taken for another order.")
        if product != "codepay":
            platform.pay(order)
        elif first.get("transaction_id") != platform.query(order).is_accepted().get("transaction_id"):
            raise Violation(
                "Repeating a code payment charged again.", expected=str(first.get("transaction_id")), got=platform.query(order).described
            )
        refund = Refund(order, 30)
        created = platform.refund(refund).is_accepted()
        for _ in range(2):
            platform.refund(refund).is_accepted(because="Repeating a refund is answered.").has("refund_id", created["refund_id"])
        platform.refund(Refund(order, 31, number=refund.number)).is_refused(because="A refund number in use was taken for another amount.")
        platform.query_refund(refund).is_accepted().has("amount.refund", 30).has("refund_id", created["refund_id"])

    try_all(platform, (*orders.PREPAID, "codepay"), attempt)


@judges(MONEY)
def test_what_is_left_is_what_was_not_refunded(platform: Platform) -> None:
    """After refunds in every state, a fen more than what is left is refused, and exactly that much accepted."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(states: tuple[str, ...]) -> None:
        order = orders.lean("app", total=100)
        platform.must_pay(order)
        left = 100
        for state in states:
            refund = Refund(order, 20)
            platform.refund(refund).is_accepted()
            if state != "PROCESSING":
                platform.settle(refund, state)  # type: ignore[arg-type]  # one of its three outcomes
            left -= 0 if state == "CLOSED" else 20
            platform.advance(61)
        platform.refund(Refund(order, left + 1)).is_refused(because="More was refunded than is left.")
        platform.advance(61)
        platform.refund(Refund(order, left)).is_accepted(because="What is left can be refunded.")

    cases = (
        ("PROCESSING",),
        ("SUCCESS",),
        ("ABNORMAL",),
        ("CLOSED",),
        ("SUCCESS", "CLOSED"),
        ("ABNORMAL", "PROCESSING"),
        ("CLOSED", "CLOSED", "SUCCESS"),
    )
    try_all(platform, cases, attempt)
