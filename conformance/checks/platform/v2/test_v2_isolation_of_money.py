"""Merchants of APIv2 among themselves, where money is shared, combined or paid out: nobody sees or moves what is another's."""

from conformance.checks.platform.v2 import combining
from conformance.checks.platform.v2.asking import NO_SUCH_ORDER, roles
from conformance.checks.platform.v2.paying_out import ID, none_there, shown
from conformance.checks.platform.v2.shared import share_and_return
from conformance.checks.platform.v2.sharing import marked, merchants, needs, ready, settled, shares_shown
from conformance.checks.platform.v2.strangers import by, get_nothing, present, strangers
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Role
from strategies.orders import lean
from strategies.v2.baskets import basket
from strategies.v2.cases import CallV2
from strategies.v2.payouts import Kind
from strategies.v2.payouts import lean as lean_payout
from strategies.v2.sharing import GiveBack, Share, Sharing

GROUP = "v2 invariants"

_APART = "v2.invariant.merchants-are-apart"


@judges(_APART)
def test_a_stranger_shares_nothing(platform: Platform) -> None:
    """Another merchant, to whom the receiver is known, too, neither shares, ends, returns nor sees the shares of an order."""
    needs(platform)
    platform.needs("other-merchant")

    def attempt(case: tuple[Role, Role]) -> None:
        owner, stranger = case
        to = next((each for each in merchants(platform, owner) if each.role != stranger), merchants(platform, owner)[0])
        shared = share_and_return(platform, owner, to)
        if to.role != stranger:
            platform.v2.sharing.add(to, marked(stranger)).is_accepted()
        calls = [*shared.calls(), shared.amount]
        theirs = [by(platform, call, stranger) for call in calls]
        get_nothing(platform, theirs, shared.look, who=f"the {stranger}")

    try_all(platform, [(owner, stranger) for owner in roles(platform) for stranger in strangers(platform, owner)], attempt)


@judges(_APART)
def test_a_sub_merchant_shares_nothing_of_anothers(platform: Platform) -> None:
    """A service provider that names another of its sub-merchants, for whom the receiver was added, too, is refused as a stranger is."""
    needs(platform)
    platform.needs("partner-merchant", "other-merchant")
    subs = platform.merchant("partner").sub_mchids

    def attempt(wrong: str) -> None:
        to = merchants(platform, "partner")[0]
        shared = share_and_return(platform, "partner", to)
        if wrong in subs:
            platform.v2.sharing.add(to, marked("partner", sub=subs.index(wrong))).is_accepted()
        get_nothing(platform, [call.but(sub_mch_id=wrong) for call in shared.calls()], shared.look, who=f"sub-merchant {wrong}")

    try_all(platform, [*subs[1:2], platform.merchant("partner").mchid], attempt)


@judges(_APART)
def test_numbers_of_shares_are_everybodys_own(platform: Platform) -> None:
    """Two merchants use one out_order_no and one out_return_no: each has its own sharing and return, and is shown those."""
    needs(platform)
    platform.needs("other-merchant")
    side = platform.v2.sharing

    def attempt(case: tuple[Role, Role]) -> None:
        owner, stranger = case
        to = next((each for each in merchants(platform, owner) if each.role != stranger), merchants(platform, owner)[0])
        mine = share_and_return(platform, owner, to)
        before = mine.look()
        if to.role == stranger:
            to = merchants(platform, stranger)[0]
        order = marked(stranger)
        ready(platform, order, to)
        sharing = Sharing(order, (Share(to, 70),), number=mine.sharing.number)
        side.share(sharing).is_accepted(because="Another merchant's numbers are its own.")
        shares_shown(platform, sharing, settled(platform, sharing))
        back = GiveBack(sharing, to, 7, number=mine.back.number)
        side.give_back(back).is_accepted(because="Another merchant's numbers are its own.")
        side.query_return(back).is_accepted().has("return_amount", str(back.amount), because="Another merchant's return is shown.")
        if (after := mine.look()) != before:
            raise Violation("Another merchant's sharing changed this one.", expected=repr(before), got=repr(after))

    try_all(platform, [(owner, stranger) for owner in roles(platform) for stranger in strangers(platform, owner)], attempt)


@judges(_APART)
def test_a_stranger_knows_no_basket(platform: Platform) -> None:
    """Another merchant neither sees nor closes a combined order; its own of the same numbers has nothing to do with it."""
    platform.needs("payer", "other-merchant")

    def attempt(case: tuple[Role, Role]) -> None:
        owner, stranger = case
        mine = basket("native", owner)
        handle = combining.handle_of(mine, combining.place(platform, mine).is_accepted())
        query = CallV2("querycombinedorder", stranger, {"combine_out_trade_no": mine.number})
        close = by(platform, combining.closing_call(platform, mine), stranger)
        get_nothing(
            platform, [query, close], lambda: combining.shows(platform, mine, "NOTPAY", because="Nobody has paid."), who=f"the {stranger}"
        )
        theirs = basket("native", stranger, (5, 6))
        theirs.number = mine.number
        for one, other in zip(theirs.parts, mine.parts, strict=True):
            one.number = other.number
        platform.v2.send(query).is_refused(*NO_SUCH_ORDER)
        combining.place(platform, theirs).is_accepted(because="Another merchant's numbers are its own.")
        if (refused := platform.pay(mine.whole, handle)) is not None:
            raise Violation("The payer cannot pay the basket.", expected="a payment", got=f"refused: {refused}")
        combining.shows(platform, mine, "SUCCESS", because="The payer has paid it.")
        combining.shows(platform, theirs, "NOTPAY", because="Only the other merchant's basket is paid.")

    try_all(platform, [(owner, stranger) for owner in roles(platform) for stranger in strangers(platform, owner)], attempt)


@judges(_APART)
def test_numbers_of_payouts_are_everybodys_own(platform: Platform) -> None:
    """Another merchant's red packet or transfer is not there; under its number everybody makes one of its own, and sees that."""
    platform.needs("client-certificates", "other-merchant")
    payouts = Payouts(platform)

    def attempt(case: tuple[Kind, Role, Role]) -> None:
        kind, owner, stranger = case
        mine = lean_payout(kind, owner)
        theirs = lean_payout(kind, stranger, amount=mine.amount + 7)
        first = payouts.send(mine).is_accepted()
        theirs.number = mine.number
        none_there(payouts.query(theirs), because="It is another merchant's.")
        second = payouts.send(theirs).is_accepted(because="Another merchant's numbers are its own.")
        if first[ID[mine.machine]] == second[ID[mine.machine]]:
            raise Violation("Two merchants' payouts are one.", expected="two", got=first[ID[mine.machine]])
        shown(payouts, mine)
        shown(payouts, theirs)

    everybody = [(owner, stranger) for owner in present(platform) for stranger in strangers(platform, owner)]
    direct = [pair for pair in everybody if "partner" not in pair]
    kinds: tuple[Kind, ...] = ("redpack", "group")
    try_all(platform, [(kind, *pair) for kind in kinds for pair in everybody] + [("bank", *pair) for pair in direct], attempt)


@judges(_APART)
def test_a_stranger_sees_nothing_in_the_sandbox(platform: Platform) -> None:
    """In the sandbox, too, another merchant's order is not there, and numbers are everybody's own."""
    platform.needs("other-merchant")

    def attempt(case: tuple[Role, Role]) -> None:
        owner, stranger = case
        mine, theirs = lean("codepay", owner, total=1), lean("codepay", stranger, total=2)
        platform.sandbox.place(mine).is_accepted()
        theirs.number = mine.number
        platform.sandbox.query(theirs).is_refused(*NO_SUCH_ORDER, because="It is another merchant's.").lacks("trade_state")
        platform.sandbox.place(theirs).is_accepted(because="Another merchant's numbers are its own.")
        for wrong in platform.merchant(owner).sub_mchids[1:]:
            answer = platform.sandbox.send(platform.sandbox.calls.query(mine).but(sub_mch_id=wrong), label="query for another sub-merchant")
            answer.is_refused(*NO_SUCH_ORDER, because="It is another sub-merchant's.").lacks("trade_state")
        for order in (mine, theirs):
            platform.sandbox.query(order).is_accepted().has("total_fee", str(order.total), because="Another merchant's order is shown.")

    try_all(platform, [(owner, stranger) for owner in roles(platform) for stranger in strangers(platform, owner)], attempt)
