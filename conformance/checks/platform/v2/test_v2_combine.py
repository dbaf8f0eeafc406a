"""Combined orders of APIv2: the text that is signed, the bounds of a list, and that all its orders live and end together."""

from datetime import datetime

from conformance.checks.platform.stages import HALF_AN_HOUR, wait
from conformance.checks.platform.v2.asking import NO_SUCH_ORDER, roles
from conformance.checks.platform.v2.combined_notices import tells_of_all
from conformance.checks.platform.v2.combining import close, closing, handle_of, listed, place, placing, query, shows, untouched
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.oracles.times import BEIJING
from reference.rules import judges
from strategies.cases import Product, Role
from strategies.orders import PREPAID
from strategies.v2.baskets import Basket, Wrong, basket, no_lists, wrong_lists
from strategies.v2.cases import FaultV2
from strategies.v2.combined import rewritten, unnamed
from strategies.v2.json_texts import WRITINGS
from strategies.v2.xml import spellings

GROUP = "v2 combined"

_USED = ("OUT_TRADE_NO_USED", "ORDERPAID", "ORDERCLOSED", "PARAM_ERROR", "INVALID_REQUEST")
_LIFE = 240
"""Seconds for which a basket with a time_expire can be paid here."""
_PAYING: tuple[tuple[Product, Role], ...] = (*((product, "merchant") for product in PREPAID), ("jsapi", "partner"), ("native", "partner"))
"""Every product, and what a service provider is asked most."""


def _paying(platform: Platform) -> list[tuple[Product, Role]]:
    return [(product, role) for product, role in _PAYING if role in roles(platform)]


@judges("v2.combine.signs-its-sub-orders-as-text")
def test_takes_a_list_as_it_is_written(platform: Platform) -> None:
    """However the JSON of sub_order_list is written, and the XML around it, it is accepted under the signature of that very text."""

    def attempt(case: tuple[Role, str]) -> None:
        role, name = case
        chosen = basket(role=role)
        place(platform, chosen, write=WRITINGS[name]).is_accepted(because=f"The list is written {name}, and signed so.")
        shows(platform, chosen, "NOTPAY", because="Nobody has paid.")

    try_all(platform, [(role, name) for role in roles(platform) for name in WRITINGS], attempt)
    for spelling in spellings():
        place(platform, basket(), broken_by=spelling).is_accepted(because="XML may be written so.")


@judges("v2.combine.signs-its-sub-orders-as-text")
def test_refuses_a_list_signed_otherwise(platform: Platform) -> None:
    """Signed over the list written otherwise, by MD5 or without a sign_type, a combined order is refused and places nothing."""

    def attempt(case: tuple[Role, FaultV2]) -> None:
        role, fault = case
        chosen = basket(role=role)
        place(platform, chosen, broken_by=fault).is_refused_anyhow(because="What was signed is not what was sent.")
        untouched(platform, chosen)
        place(platform, chosen).is_accepted()

    faults = (*rewritten(WRITINGS), *unnamed())
    try_all(platform, [(role, fault) for role in roles(platform) for fault in faults], attempt)


@judges("v2.combine.keeps-its-bounds")
def test_refuses_lists_that_are_none(platform: Platform) -> None:
    """A list without orders, of 51, with a number twice or an amount that is none is refused whole; none of its orders is left behind."""

    def attempt(case: tuple[Role, Wrong]) -> None:
        role, wrong = case
        chosen = basket(role=role)
        call = placing(platform, chosen, wrong.make(listed(platform, chosen)))
        _is_refused_whole(platform, chosen, platform.v2.send(call, label=f"place combined order: {wrong}"), str(wrong))

    try_all(platform, [(role, wrong) for role in roles(platform) for wrong in wrong_lists()], attempt)


@judges("v2.combine.keeps-its-bounds")
def test_refuses_what_is_no_list(platform: Platform) -> None:
    """A sub_order_list that is no JSON list of orders is refused, and places nothing."""

    def attempt(text: str) -> None:
        chosen = basket()
        call = placing(platform, chosen).but(sub_order_list=text)
        _is_refused_whole(platform, chosen, platform.v2.send(call, label="place combined order"), f"sub_order_list is {text!r}")

    try_all(platform, no_lists(), attempt)


@judges("v2.combine.keeps-its-bounds")
def test_takes_two_orders_and_ten(platform: Platform) -> None:
    """Two orders and ten, of one fen and of many, are accepted."""

    def attempt(case: tuple[Role, int]) -> None:
        role, count = case
        chosen = basket(role=role, totals=tuple(range(1, count + 1)))
        place(platform, chosen).is_accepted(because=f"{count} orders can be combined.")
        shows(platform, chosen, "NOTPAY", because="Nobody has paid.")

    try_all(platform, [(role, count) for role in roles(platform) for count in (2, 10)], attempt)


@judges("v2.combine.is-paid-as-a-whole")
def test_is_paid_as_a_whole(platform: Platform) -> None:
    """Until the payer pays, no order is paid; then every one is, for its amount, and one signed notification lists them."""
    platform.needs("payer", "time-travel")

    def attempt(case: tuple[Product, Role]) -> None:
        chosen = basket(*case, totals=(1, 30, 69))
        handle = handle_of(chosen, place(platform, chosen).is_accepted())
        platform.deliveries()
        shows(platform, chosen, "NOTPAY", because="Nobody has paid.")
        platform.fail(chosen.whole)
        platform.cancel(chosen.whole)
        shows(platform, chosen, "NOTPAY", because="The payer has not paid.")
        _pays(platform, chosen, handle)
        paid = shows(platform, chosen, "SUCCESS", because="The payer has paid the whole.")
        if len(set(paid.values())) != len(chosen.parts):
            raise Violation("Orders of a basket share a transaction_id.", expected="one each", got=repr(paid))
        tells_of_all(platform, chosen, platform.deliveries(), paid)
        if platform.pay(chosen.whole, handle) is None:
            raise Violation("A basket was paid twice.", expected="one payment", got="two payments")
        if shows(platform, chosen, "SUCCESS", because="It stays paid.") != paid:
            raise Violation("The payments of a basket changed.", expected=repr(paid), got="others")

    try_all(platform, _paying(platform), attempt)


@judges("v2.combine.is-paid-as-a-whole")
def test_no_order_is_paid_alone(platform: Platform) -> None:
    """A payer who tries to pay one of the orders pays none of them or all."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role, int]) -> None:
        product, role, position = case
        chosen = basket(product, role)
        handle = handle_of(chosen, place(platform, chosen).is_accepted())
        happened = platform.pay(chosen.alone(position)) is None
        shows(platform, chosen, "SUCCESS" if happened else "NOTPAY", because="An order of a basket was paid alone.")
        if not happened:
            _pays(platform, chosen, handle)
            shows(platform, chosen, "SUCCESS", because="The payer has paid the whole.")

    try_all(platform, [("native", role, position) for role in roles(platform) for position in (0, 1)], attempt)


@judges("v2.combine.is-paid-as-a-whole")
def test_nobody_pays_a_basket_after_its_end(platform: Platform) -> None:
    """A minute before its time_expire a basket is paid; a minute after it neither the whole is, nor any order of it."""
    platform.needs("payer", "time-travel")

    def attempt(case: tuple[Product, Role]) -> None:
        early, late = basket(*case), basket(*case)
        end = f"{datetime.fromtimestamp(platform.now() + _LIFE, BEIJING):%Y%m%d%H%M%S}"
        paying = [platform.v2.send(placing(platform, each).but(time_expire=end)).is_accepted() for each in (early, late)]
        platform.advance(_LIFE - 60)
        _pays(platform, early, handle_of(early, paying[0]))
        shows(platform, early, "SUCCESS", because="It was paid in time.")
        platform.advance(121)
        handle = handle_of(late, paying[1])
        attempts = [platform.pay(late.whole, handle), *(platform.pay(late.alone(place)) for place in range(len(late.parts)))]
        if None in attempts:
            raise Violation("Something of a basket was paid after its time_expire.", expected="no payment", got="a payment")
        told = query(platform, late).is_accepted().get("trade_state")
        shows(platform, late, "CLOSED" if told == "CLOSED" else "NOTPAY", because="Nobody has paid it in time.")

    try_all(platform, _paying(platform), attempt)


@judges("v2.combine.repeats-are-one-order")
def test_a_repeated_basket_is_one(platform: Platform) -> None:
    """The identical call repeated is answered, and whatever it hands out, the basket is paid once."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role]) -> None:
        chosen = basket(*case)
        handles = [handle_of(chosen, place(platform, chosen).is_accepted(because="It may be repeated.")) for _ in range(3)]
        shows(platform, chosen, "NOTPAY", because="Nobody has paid.")
        paid = [handle for handle in handles if platform.pay(chosen.whole, handle) is None]
        if len(paid) != 1:
            raise Violation("A repeated basket was not paid once.", expected="1 payment", got=f"{len(paid)} payments")
        shows(platform, chosen, "SUCCESS", because="The payer has paid.")

    try_all(platform, _paying(platform), attempt)


@judges("v2.combine.repeats-are-one-order")
def test_a_number_stands_for_one_basket(platform: Platform) -> None:
    """A number in use is refused for other orders, amounts or texts; the first basket is unchanged, and paid as it was placed."""
    platform.needs("payer")

    def attempt(case: tuple[Role, str]) -> None:
        role, name = case
        chosen = basket("native", role, (10, 20, 30))
        handle = handle_of(chosen, place(platform, chosen).is_accepted())
        changes = {
            "a fen more in the last": chosen.changed(2, total=31),
            "a fen less in the first": chosen.changed(0, total=9),
            "amounts exchanged": chosen.changed(0, total=20).changed(1, total=10),
            "another text": chosen.changed(1, description="other"),
            "another attach": chosen.changed(2, attach="other"),
            "one order fewer": chosen.without(2),
            "another order in its place": chosen.without(0),
            "another number in the last": chosen.changed(2, number=None),
        }
        answer = place(platform, changes[name]).is_refused(*_USED, because=f"The number stands for another basket ({name}).")
        answer.lacks("prepay_id", "code_url", because="The basket was refused.")
        shows(platform, chosen, "NOTPAY", because="Nobody has paid.")
        _pays(platform, chosen, handle)
        shows(platform, chosen, "SUCCESS", because="The payer has paid the first basket.")

    names = ("a fen more in the last", "a fen less in the first", "amounts exchanged", "another text", "one order fewer")
    more = ("another attach", "another order in its place", "another number in the last")
    try_all(platform, [(role, name) for role in roles(platform) for name in (*names, *more)], attempt)


@judges("v2.combine.repeats-are-one-order")
def test_a_finished_number_is_not_used_again(platform: Platform) -> None:
    """Once a basket is paid or closed, its number is refused, for the same basket and for another, and it stays as it is."""
    platform.needs("payer")

    def attempt(case: tuple[Role, str, bool]) -> None:
        role, state, same = case
        chosen = basket("native", role)
        handle = handle_of(chosen, place(platform, chosen).is_accepted())
        if state == "SUCCESS":
            _pays(platform, chosen, handle)
        else:
            wait(platform, HALF_AN_HOUR)
            close(platform, chosen).is_accepted()
        before = shows(platform, chosen, state, because=f"It is {state}.")
        again = chosen if same else chosen.changed(1, total=71)
        answer = place(platform, again).is_refused(*_USED, because=f"The basket is {state}.")
        answer.lacks("prepay_id", "code_url", because="The basket was refused.")
        if shows(platform, chosen, state, because="A refused basket changed the first.") != before:
            raise Violation("A refused basket changed the payments of the first.", expected=repr(before), got="others")

    cases = [(role, state, same) for role in roles(platform) for state in ("SUCCESS", "CLOSED") for same in (True, False)]
    try_all(platform, cases, attempt)


@judges("v2.combine.repeats-are-one-order")
def test_an_order_in_use_stays_what_it_is(platform: Platform) -> None:
    """A basket that names an order placed before, alone or in another basket, changes nothing of that order, whatever it is answered."""
    platform.needs("payer")

    def attempt(case: tuple[Role, str]) -> None:
        role, how = case
        first, later = basket("native", role, (10, 20)), basket("native", role, (30, 40))
        alone = first.alone(1)
        if how == "in a basket":
            handle = handle_of(first, place(platform, first).is_accepted())
        else:
            platform.v2.must_pay(alone) if how == "paid" else platform.v2.place(alone).is_accepted()
            first.parts[1].number = alone.number
        later.parts[1].number = first.parts[1].number
        place(platform, later)
        if how == "in a basket":
            shows(platform, first, "NOTPAY", because="Nobody has paid.")
            _pays(platform, first, handle)
            shows(platform, first, "SUCCESS", because="The payer has paid the first basket.")
        else:
            state = "SUCCESS" if how == "paid" else "NOTPAY"
            platform.v2.query(alone).is_accepted(because="It was placed.").has("trade_state", state).has("total_fee", str(alone.total))

    try_all(platform, [(role, how) for role in roles(platform) for how in ("paid", "placed", "in a basket")], attempt)


@judges("v2.combine.closes-as-a-whole")
def test_closes_as_a_whole(platform: Platform) -> None:
    """Closing with every order named closes them all, and nothing of the basket can be paid any more."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role]) -> None:
        chosen = basket(*case)
        handle = handle_of(chosen, place(platform, chosen).is_accepted())
        wait(platform, HALF_AN_HOUR)
        shows(platform, chosen, "NOTPAY", because="Nobody has paid it.")
        close(platform, chosen).is_accepted(because="Every order of the unpaid basket is named.")
        shows(platform, chosen, "CLOSED", because="It was closed.")
        attempts = [platform.pay(chosen.whole, handle), *(platform.pay(chosen.alone(place)) for place in range(len(chosen.parts)))]
        if None in attempts:
            raise Violation("Something of a closed basket was paid.", expected="no payment", got="a payment")
        shows(platform, chosen, "CLOSED", because="Nothing of a closed basket is paid.")

    try_all(platform, _paying(platform), attempt)


@judges("v2.combine.closes-as-a-whole")
def test_closes_nothing_unless_all_is_named(platform: Platform) -> None:
    """With an order missing, one that is foreign or a wrong mchid, and by closeorder of one number, nothing is closed."""
    platform.needs("payer")

    def attempt(case: tuple[Role, str]) -> None:
        role, name = case
        chosen = basket("native", role, (10, 20, 30))
        handle = handle_of(chosen, place(platform, chosen).is_accepted())
        wait(platform, HALF_AN_HOUR)
        _misnamed(platform, chosen, name).is_refused(because=f"The orders are not those of the basket: {name}.")
        shows(platform, chosen, "NOTPAY", because="A refused close closed something.")
        _pays(platform, chosen, handle)
        shows(platform, chosen, "SUCCESS", because="What was not closed is paid.")

    try_all(platform, [(role, name) for role in roles(platform) for name in _MISNAMED], attempt)


@judges("v2.combine.closes-as-a-whole")
def test_closing_refuses_a_paid_basket(platform: Platform) -> None:
    """A paid basket is not closed, and stays paid."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role]) -> None:
        chosen = basket(*case)
        _pays(platform, chosen, handle_of(chosen, place(platform, chosen).is_accepted()))
        before = shows(platform, chosen, "SUCCESS", because="The payer has paid.")
        wait(platform, HALF_AN_HOUR)
        close(platform, chosen).is_refused(because="The basket is paid.")
        if shows(platform, chosen, "SUCCESS", because="A refused close changed the basket.") != before:
            raise Violation("A refused close changed the payments.", expected=repr(before), got="others")

    try_all(platform, _paying(platform), attempt)


_MISNAMED = (
    "the first missing",
    "the last missing",
    "none",
    "one foreign besides",
    "one foreign in the place of the last",
    "the first twice",
    "a wrong mchid in the first",
    "a wrong mchid in the last",
    "closeorder of the first",
    "closeorder of the last",
)


def _misnamed(platform: Platform, chosen: Basket, name: str) -> AnswerV2:
    if name.startswith("closeorder"):
        return platform.v2.close(chosen.alone(0 if name.endswith("first") else 2))
    named = closing(platform, chosen)
    foreign = {**named[0], "out_trade_no": platform.mint.number()}
    wrong = "1900000000" if named[0]["mchid"] != "1900000000" else "1900000001"
    return close(
        platform,
        chosen,
        {
            "the first missing": named[1:],
            "the last missing": named[:-1],
            "none": [],
            "one foreign besides": [*named, foreign],
            "one foreign in the place of the last": [*named[:-1], foreign],
            "the first twice": [named[0], named[0], named[1]],
            "a wrong mchid in the first": [{**named[0], "mchid": wrong}, *named[1:]],
            "a wrong mchid in the last": [*named[:-1], {**named[-1], "mchid": wrong}],
        }[name],
    )


def _is_refused_whole(platform: Platform, chosen: Basket, answer: AnswerV2, why: str) -> None:
    answer.is_refused(because=f"{why}.").lacks("prepay_id", "code_url", because="The basket was refused.")
    query(platform, chosen).is_refused(*NO_SUCH_ORDER, because="The combined order of a refused request exists.")
    for position in range(len(chosen.parts)):
        platform.v2.place(chosen.alone(position)).is_accepted(because="No order of a refused basket stands in the way of its number.")
    place(platform, basket(chosen.product, chosen.role)).is_accepted()


def _pays(platform: Platform, chosen: Basket, handle: str) -> None:
    refused = platform.pay(chosen.whole, handle)
    if refused is not None:
        raise Violation("The payer cannot pay the basket through what was handed out.", expected="a payment", got=f"refused: {refused}")
