"""What holds for payouts, shares and combined orders at any point of their lives: neither asking changes them, nor what is refused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.checks.model import V2
from conformance.checks.platform.v2 import combining
from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.paying_out import Purse, Sender, hold, packets, quiet
from conformance.checks.platform.v2.shared import share_and_return, told
from conformance.checks.platform.v2.sharing import is_left, marked, merchants, needs, ready
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Role
from strategies.v2.baskets import basket
from strategies.v2.cases import CallV2, FaultV2
from strategies.v2.payouts import Payout
from strategies.v2.sharing import Finish, Share, Sharing
from strategies.v2.signatures import wrong_signs

GROUP = "v2 invariants"

_NOBODYS = "wxcNobodyKnowsThis"


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something a merchant made: *look* tells what it is told of it, *reads* are questions, *refused* what must be refused, and why.

    *close* looks for the last time: whether money moved.
    """

    look: Callable[[], object]
    reads: tuple[CallV2, ...]
    refused: tuple[tuple[str, CallV2, FaultV2 | None], ...]
    close: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class _Point:
    """A *name* for how something is made by the merchant of *role*."""

    name: str
    role: Role
    make: Callable[[Platform, Role], _Thing]

    def __str__(self) -> str:
        return f"{self.name} of a {self.role}"


@judges(V2.reading)
def test_asking_about_money_changes_nothing(platform: Platform) -> None:
    """Asked about again and again, and about numbers nobody knows, payouts, shares and combined orders are told as before."""

    def attempt(point: _Point) -> None:
        thing = point.make(platform, point.role)
        before = thing.look()
        for call in thing.reads:
            platform.v2.send(call)
            if (after := thing.look()) != before:
                raise Violation(f"A call of {call.operation} changed something.", expected=repr(before), got=repr(after))
        thing.close()

    try_all(platform, list(_points(platform)), attempt)


@judges(V2.unchanged)
def test_refused_calls_about_money_change_nothing(platform: Platform) -> None:
    """What is refused for its sign, its certificate, its members or its amount leaves payouts, shares and combined orders as they are."""

    def attempt(point: _Point) -> None:
        thing = point.make(platform, point.role)
        before = thing.look()
        for name, call, fault in thing.refused:
            answer = platform.v2.send(call, broken_by=fault, label=f"{call.operation}, {name}")
            answer.is_refused_anyhow(because=f"What must be refused was not: {name}.")
            if (after := thing.look()) != before:
                raise Violation(f"A refused call changed something: {name}.", expected=repr(before), got=repr(after))
        thing.close()

    try_all(platform, list(_points(platform)), attempt)


@judges(V2.money)
def test_what_was_reversed_is_not_shared(platform: Platform) -> None:
    """After the reverse of a code payment that was placed for sharing nothing is left to share: its payer has it all."""
    needs(platform)

    def attempt(role: Role) -> None:
        order = marked(role, "codepay")
        is_left(platform, order, ready(platform, order), "It was charged, and nothing has happened since.")
        if not platform.v2.reverse(order).accepted:
            return  # how long an order can be reversed is judged elsewhere
        answer = platform.v2.sharing.ask_left(order)
        if answer.accepted:
            answer.has("unsplit_amount", "0", because="The payer has got everything back.")

    try_all(platform, roles(platform), attempt)


def _points(platform: Platform) -> Iterator[_Point]:
    """What there is to look at, as far as the platform's powers lead there."""
    if "client-certificates" in platform.capabilities:
        senders = [*packets(platform), Sender("transfer", "merchant"), Sender("bank", "merchant")]
        yield from (_Point(f"{sender.kind} sent", sender.role, _paid_out(sender, held=False)) for sender in senders)
        if "lives" in platform.capabilities:
            able = [sender for sender in senders if sender.kind != "bank"]
            yield from (_Point(f"{sender.kind} on its way", sender.role, _paid_out(sender, held=True)) for sender in able)
    if {"payer", "time-travel", "client-certificates"} <= platform.capabilities:
        for role in (role for role in roles(platform) if merchants(platform, role)):
            yield _Point("share under way", role, _under_way)
            yield _Point("return under way", role, _returned(decided=False))
            yield _Point("return made", role, _returned(decided=True))
    yield from (_Point("combined order", role, _combined) for role in roles(platform))


def _signed_wrongly(call: CallV2, what: str) -> Iterator[tuple[str, CallV2, FaultV2]]:
    yield from ((f"{what}, {fault!r}", call, fault) for fault in wrong_signs()[:2])


def _paid_out(sender: Sender, *, held: bool) -> Callable[[Platform, Role], _Thing]:
    def make(platform: Platform, _role: Role) -> _Thing:
        quiet(platform)
        payouts, payout, purse = Payouts(platform), sender.payout(), Purse(platform, sender)
        counts = purse.counts and sender.kind != "bank"  # what a transfer to a card costs besides is nobody's business here
        if counts:
            purse.fill([payout], over=1)
        if held:
            hold(payouts, payout)
        else:
            payouts.send(payout).is_accepted()
        again, asking = payouts.sending(payout), payouts.asking(payout)
        number = next(name for name in ("mch_billno", "partner_trade_no") if name in asking.members)
        refused = (
            *_signed_wrongly(again, "the same again"),
            ("the same again without a certificate", replace(again, certificate="none"), None),
            ("its number for another amount", payouts.sending(payout.of(payout.amount + 1)), None),
            ("its number without a payee", again.but(**dict.fromkeys(_payee(payout))), None),
        )

        def close() -> None:
            if counts:
                purse.holds(1, because="The payout was made once, and nothing else.")
            purse.close()

        return _Thing(lambda: told(payouts.query(payout)), (asking, asking.but(**{number: _NOBODYS})), refused, close)

    return make


def _payee(payout: Payout) -> tuple[str, ...]:
    return {"transfer": ("openid",), "bank": ("enc_bank_no",)}.get(payout.kind, ("re_openid",))


def _under_way(platform: Platform, role: Role) -> _Thing:
    """A share that was just asked for."""
    side, to = platform.v2.sharing, merchants(platform, role)
    order = marked(role)
    frozen = ready(platform, order, to[0])
    sharing = Sharing(order, (Share(to[0], 100),))
    side.share(sharing).is_accepted()
    share, finish = side.calls.share(sharing), side.calls.finish(Finish(order))
    refused = (
        *_signed_wrongly(share, "the same again"),
        *_signed_wrongly(finish, "an end"),
        ("its number for less", side.calls.share(sharing.but(Share(to[0], 99))), None),
        ("more than is left", side.calls.share(Sharing(order, (Share(to[0], frozen),))), None),
        ("everything without a certificate", replace(finish, certificate="none"), None),
        ("an end without a word", finish.but(description=None), None),
    )
    reads = (side.calls.query(sharing), side.calls.amount(order), side.calls.query(sharing).but(out_order_no=_NOBODYS))

    def look() -> object:
        shown = told(side.query(sharing))
        is_left(platform, order, frozen - 100, "The order was shared once.")
        return shown

    return _Thing(look, reads, refused)


def _returned(*, decided: bool) -> Callable[[Platform, Role], _Thing]:
    def make(platform: Platform, role: Role) -> _Thing:
        to, calls = merchants(platform, role)[0], platform.v2.sharing.calls
        shared = share_and_return(platform, role, to, decided=decided)
        again, query = calls.give_back(shared.back), calls.query_return(shared.back)
        refused = (
            *_signed_wrongly(again, "the same again"),
            ("its number for less", calls.give_back(shared.back.but(shared.back.amount - 1)), None),
            ("its number for nothing", again.but(return_amount="0"), None),
            ("the same again without a certificate", replace(again, certificate="none"), None),
        )
        reads = (query, query.but(out_return_no=_NOBODYS), calls.query(shared.sharing), shared.amount)
        return _Thing(shared.look, reads, refused)

    return make


def _combined(platform: Platform, role: Role) -> _Thing:
    chosen = basket("native", role, (10, 20))
    combining.place(platform, chosen).is_accepted()
    again, closing = combining.placing(platform, chosen), combining.closing_call(platform, chosen)
    refused = (
        *_signed_wrongly(again, "the same again"),
        *_signed_wrongly(closing, "closing"),
        ("its number for other amounts", combining.placing(platform, chosen.changed(1, total=21)), None),
        ("closing half of it", combining.closing_call(platform, chosen, combining.closing(platform, chosen)[:1]), None),
    )
    query = CallV2("querycombinedorder", role, {"combine_out_trade_no": chosen.number})
    reads = (query, query.but(combine_out_trade_no=_NOBODYS), *(platform.v2.calls.query(chosen.alone(place)) for place in (0, 1)))

    def look() -> object:
        combining.shows(platform, chosen, "NOTPAY", because="Nobody has paid.")
        return told(combining.query(platform, chosen))

    return _Thing(look, reads, refused)
