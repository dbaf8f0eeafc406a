"""What a query shows of an order, at every point of its life."""

from dataclasses import replace

from conformance.checks.platform.stages import SETTLED, Kind, Stage, kinds, notified, stages, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines.order import ORDER_UNKNOWN
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies.cases import Order
from strategies.faults.identity import NamesNobody, NamesSomebodyElse

GROUP = "payments"

_KNOWN = frozenset({"SUCCESS", "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR"})
_OF_CODE_PAYMENT = frozenset({"REVOKED", "USERPAYING", "PAYERROR"})
_OF_A_PAYMENT = ("transaction_id", "bank_type", "success_time", "payer.openid", "payer.sp_openid", "payer.sub_openid")
_HOUR, _DAY = 3600, 86_400


@judges("v3.transaction.states-are-known")
def test_shows_only_known_states(platform: Platform) -> None:
    """Orders of every product, paid, refunded, closed, failed, reversed and given up, show one of the seven words by either query."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        _is_known(platform.query(order).is_accepted())
        if stage.name in SETTLED:
            _is_known(platform.query_by_id(order, platform.transaction_id(order)).is_accepted())
        platform.advance(8 * _DAY if stage.name == "tried" else _HOUR)
        _is_known(platform.query(order).is_accepted())

    everyday = stages(platform, ("tried", "closed", "paid", "partly refunded", "refund settled"))
    try_all(platform, (*everyday, *stages(platform, SETTLED, "codepay")), attempt)


@judges("v3.transaction.states-are-known")
def test_shows_only_known_states_at_the_till(platform: Platform) -> None:
    """A code payment, however it goes, and its reversal show one of the seven words, in the answer to submitting it too."""
    platform.needs("payer", "code-plans", "time-travel")

    def attempt(order: Order) -> None:
        for plan in ("SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY"):
            charged = order.fresh()
            platform.plan_code(charged, plan)
            _is_known(platform.place(charged))
            _is_known(platform.query(charged))
            platform.fail(charged)
            _is_known(platform.query(charged))
            platform.advance(_HOUR)
            platform.reverse(charged)
            _is_known(platform.query(charged))

    try_all(platform, [kind.order() for kind in kinds(platform, "codepay")], attempt)


@judges("v3.transaction.states-are-known")
def test_notifies_only_known_states(platform: Platform) -> None:
    """The payment notification of every product says one of the seven words, here that the order was paid."""
    platform.needs("payer", "notifications")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.must_pay(order)
        for resource in notified(platform, order, platform.deliveries()):
            _is_known_word(resource.get("trade_state"), f"trade_state {resource.get('trade_state')!r} in the notification")

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.ordinary-orders-show-no-code-payment-state")
def test_shows_no_code_payment_state_for_other_products(platform: Platform) -> None:
    """Attempts, close, reverse, refund and expiry never make an order of another product PAYERROR, USERPAYING or REVOKED."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        platform.fail(order)
        platform.reverse(order)
        for seconds in (0, 3 * _HOUR) if stage.name in SETTLED else (0, 3 * _HOUR, _DAY, 7 * _DAY):
            platform.advance(seconds)
            state = platform.query(order).is_accepted()["trade_state"]
            if state in _OF_CODE_PAYMENT:
                raise Violation("Only a code payment can be in this state.", expected="NOTPAY, SUCCESS, REFUND or CLOSED", got=state)

    try_all(platform, stages(platform, ("unpaid", "closed", "paid", "partly refunded", "refund settled")), attempt)


@judges("v3.transaction.hides-payment-members-before-payment")
def test_hides_payment_members_of_an_unpaid_order(platform: Platform) -> None:
    """Nobody paid: however often it was tried, ordered again or closed, a query shows no transaction_id, payer or time of payment."""
    platform.needs("payer", "time-travel")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform, attach="a")
        _shows_no_payment(platform.query(order).is_accepted())
        platform.fail(order)
        platform.place(order)
        platform.close(order)
        _shows_no_payment(platform.query(order).is_accepted())
        platform.advance(_DAY)
        _shows_no_payment(platform.query(order).is_accepted())

    try_all(platform, stages(platform, ("unpaid", "tried", "closed")), attempt)


@judges("v3.transaction.hides-payment-members-before-payment")
def test_hides_payment_members_of_an_order_nobody_ever_paid(platform: Platform) -> None:
    """An order left alone, whether still open or closed by the platform after its time, shows nothing of a payment."""
    platform.needs("time-travel")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.place(order).is_accepted()
        for days in (1, 7):
            platform.advance(days * _DAY)
            _shows_no_payment(platform.query(order).is_accepted())

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.unknown-order-is-not-found")
def test_finds_nothing_under_a_number_never_ordered(platform: Platform) -> None:
    """A number never used is not found, twice over, and can be ordered afterwards; a number that only resembles one is not found either."""

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.query(order).is_refused(ORDER_UNKNOWN, because="Nothing was ordered under this number.")
        platform.query(order).is_refused(ORDER_UNKNOWN, because="Asking does not make an order.")
        platform.place(order).is_accepted(because="A query uses no number up.")
        assert order.number is not None  # minted when it was first asked for
        for number in (order.number[:-1], f"{order.number}0", f"0{order.number}"):
            near = replace(order, number=number)
            platform.query(near).is_refused(ORDER_UNKNOWN, because="The number resembles another, but nothing was ordered under it.")
        platform.query(order).is_accepted().has("out_trade_no", order.number)

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.unknown-transaction-id-is-not-found")
def test_finds_nothing_under_a_transaction_id_never_issued(platform: Platform) -> None:
    """A made-up transaction_id, and one a digit off a real one, find nothing, though the merchant has unpaid and paid orders."""
    platform.needs("payer")

    def attempt(kind: Kind) -> None:
        unpaid, paid = kind.order(), kind.order()
        platform.place(unpaid).is_accepted()
        platform.query_by_id(unpaid, "4200000000202606159999999999").is_refused(ORDER_UNKNOWN, because="No such payment was ever made.")
        platform.must_pay(paid)
        real = platform.transaction_id(paid)
        for made_up in (f"{real[:-1]}{(int(real[-1], 36) + 1) % 10}", real[:-1]):
            answer = platform.query_by_id(paid, made_up)
            answer.is_refused(ORDER_UNKNOWN, because="The transaction_id was never issued.").lacks("trade_state", "out_trade_no")
        platform.query_by_id(paid, real).is_accepted()

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.unknown-transaction-id-is-not-found")
def test_takes_no_out_trade_no_for_a_transaction_id(platform: Platform) -> None:
    """An order's own out_trade_no, asked for as a transaction_id, finds nothing, before and after it was paid."""
    platform.needs("payer")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        answer = platform.query_by_id(order, order.number or "")
        answer.is_refused(because="An out_trade_no is no transaction_id.").lacks("trade_state", "out_trade_no")

    try_all(platform, stages(platform, ("unpaid", "paid")), attempt)


@judges("v3.transaction.both-queries-agree")
def test_both_queries_show_the_same_order(platform: Platform) -> None:
    """By transaction_id and by out_trade_no, a paid and a refunded order of every product are the same JSON value."""
    platform.needs("payer", "settle")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform, total=12_345, attach="茶, 第1批")
        by_number = platform.query(order).is_accepted()
        for _ in range(2):
            by_id = platform.query_by_id(order, by_number["transaction_id"]).is_accepted(because="The order was paid.")
            if by_id.json != by_number.json:
                raise Violation("The two queries show different orders.", expected=by_number.described, got=by_id.described)
            wait(platform, _HOUR)
            by_number = platform.query(order).is_accepted()

    try_all(platform, (*stages(platform, SETTLED), *stages(platform, SETTLED, "codepay")), attempt)


@judges("v3.transaction.query-shows-the-order-asked-for")
def test_shows_the_order_asked_for(platform: Platform) -> None:
    """Between a paid and an unpaid order of another amount, each query shows the order it names: number, merchants and amount."""
    platform.needs("payer")

    def attempt(stage: Stage) -> None:
        earlier, order, later = stage.kind.order(1001), stage.order(platform, 2002), stage.kind.order(3003)
        platform.must_pay(earlier)
        platform.place(later).is_accepted()
        for each in (order, earlier, later):
            answer = platform.query(each).is_accepted()
            _is_the_order(platform, answer, each)
            known = answer.get("transaction_id")
            if known:
                _is_the_order(platform, platform.query_by_id(each, known).is_accepted(), each)

    try_all(platform, stages(platform, ("unpaid", "paid", "partly refunded", "closed")), attempt)


@judges("v3.transaction.query-requires-mchid")
def test_a_query_must_name_the_merchant(platform: Platform) -> None:
    """Without mchid, or in partner mode sp_mchid or sub_mchid, a query is refused and shows nothing; with them it is answered."""
    platform.needs("payer")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        members = ("sp_mchid", "sub_mchid") if order.partner else ("mchid",)
        known = platform.transaction_id(order) if stage.name in SETTLED else None
        missing = [NamesNobody(*names) for names in dict.fromkeys((members, *((name,) for name in members)))]
        for fault in (*missing, *(NamesSomebodyElse(name, "") for name in members)):
            asked = [platform.query(order, broken_by=fault)]
            if known is not None:
                asked.append(platform.query_by_id(order, known, broken_by=fault))
            for answer in asked:
                # An empty value is a mismatch as much as a missing one, so its code is left open.
                answer.is_refused(*((BAD_PARAMETER,) if fault in missing else ()), because="The query names no merchant.")
                answer.lacks("trade_state", "transaction_id", "amount", "payer", because="A refusal shows nothing of the order.")
        platform.query(order).is_accepted()

    try_all(platform, stages(platform, ("unpaid", "paid", "partly refunded")), attempt)


def _is_the_order(platform: Platform, answer: Answer, order: Order) -> None:
    merchant = platform.merchant(order.role)
    prefix = "sp_" if order.partner else ""
    expected: dict[str, str] = {"out_trade_no": order.number or "", f"{prefix}mchid": merchant.mchid, f"{prefix}appid": merchant.appid}
    if order.partner:
        expected["sub_mchid"] = merchant.sub_mchids[order.sub]
    for name, value in expected.items():
        answer.has(name, value, because="The query shows another order than the one asked for.")
    amount = answer.get("amount")
    if amount:
        answer.has("amount.total", order.total, because="The query shows another amount than was ordered.")


def _is_known(answer: Answer) -> None:
    _is_known_word(answer.get("trade_state"), answer.described)


def _is_known_word(state: object, got: str) -> None:
    if state is not None and state not in _KNOWN:
        raise Violation("trade_state is a word nobody knows.", expected=", ".join(sorted(_KNOWN)), got=got)


def _shows_no_payment(answer: Answer) -> None:
    answer.lacks(*_OF_A_PAYMENT, because="Nobody has paid this order.")
    if answer.get("amount.payer_total"):
        answer.lacks("amount.payer_total", because="Nobody has paid this order.")
