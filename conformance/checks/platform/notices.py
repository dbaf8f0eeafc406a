"""Occasions on which a platform notifies, and what arrives then: what checks about notifications walk through."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from conformance.checks.platform.refunding import A_MINUTE, apply, settle
from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.answer import Answer
from conformance.targets.inbox import Inbox, Letter
from conformance.targets.platform import Platform
from conformance.targets.trying import sample, try_all
from conformance.targets.verdicts import Violation
from strategies.cases import Call, Order, Product, Refund, Role
from strategies.refunds import Naming, Outcome

__all__ = ["Notified", "Occasion", "announced", "brief", "echoes", "judge_each", "paid_out", "payments", "refunds"]

Happening = Callable[["Inbox", str], tuple[Order | None, Refund | None]]

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Notified:
    """What happened, whom it was announced to at *address*, and every letter that came. *at* is when it happened, in Unix seconds."""

    role: Role
    event_type: str
    order: Order | None
    refund: Refund | None
    address: str
    at: int
    letters: list[Letter] = field(default_factory=list)

    def query(self, platform: Platform) -> Answer:
        """Ask the platform about the same event."""
        if self.refund is not None:
            return platform.query_refund(self.refund).is_accepted(because="The refund exists.")
        assert self.order is not None  # an echo is not queried
        return platform.query(self.order).is_accepted(because="The order exists.")

    @property
    def number(self) -> str | None:
        """The number of the refund, or of the order."""
        subject = self.refund or self.order
        return None if subject is None else subject.number

    def told(self) -> list[Letter]:
        """The letters about this event; the last one of all when none is called so. Raises Violation when none came."""
        if not self.letters:
            raise Violation(
                "What happened was never announced.",
                expected=f"a {self.event_type} at {self.address}",
                got="nothing",
                rule="v3.notify.announces-payments-and-refunds",
            )
        return [letter for letter in self.letters if letter.event_type == self.event_type] or self.letters[-1:]


@dataclass(frozen=True, slots=True, repr=False)
class Occasion:
    """Something that is announced with *event_type* to a merchant of *role*; *happen* makes it happen and names the address."""

    name: str
    role: Role
    event_type: str
    happen: Happening

    def __repr__(self) -> str:
        return self.name

    def begin(self, inbox: Inbox, *answers: int | None, path: str = "") -> Notified:
        """Let it happen; *answers* are what the notify endpoint says, *path* ends its address. Nothing is delivered yet."""
        address = inbox.address(self.role, *answers, path=path)
        order, refund = self.happen(inbox, address)
        return Notified(self.role, self.event_type, order, refund, address, inbox.platform.now(), inbox.at(address))


def announced(inbox: Inbox, occasion: Occasion, *answers: int | None, path: str = "") -> Notified:
    """Let it happen and wait for the first letter about it."""
    notified = occasion.begin(inbox, *answers, path=path)
    inbox.expect(notified.address, len(notified.letters) + 1)
    return notified


def judge_each(platform: Platform, occasions: tuple[Occasion, ...], judge: Callable[[Inbox, Notified], object]) -> None:
    """Let *judge* look at what was announced on every occasion."""

    def attempt(occasion: Occasion) -> None:
        with Inbox(platform) as inbox:
            judge(inbox, announced(inbox, occasion))

    try_all(platform, occasions, attempt)


def payments(platform: Platform) -> tuple[Occasion, ...]:
    """Orders of every product paid, and paid after this and that happened to them."""
    after = [
        _payment(kind, name)
        for kind in kinds(platform, "native", "jsapi")
        for name, prepare in _BEFORE_PAYING.items()
        if name and (kind.role == "partner" or prepare is not _of_another_sub)
    ]
    return (*(_payment(kind) for kind in kinds(platform)), *after)


def refunds(platform: Platform) -> tuple[Occasion, ...]:
    """Refunds of every outcome: of whole orders and of parts, the first and a later one, of code payments, and those paid out."""
    return (*(occasion for role in _roles(platform) for occasion in (*_simple(role), *_later(role))), *paid_out(platform))


def brief(platform: Platform) -> tuple[Occasion, ...]:
    """Payments of every product, one with a long attach, and a refund of every outcome, of either kind of merchant; none takes time.

    A run that only smokes takes a sample of every type of event.
    """
    adorned = (_payment(kind, "with attach") for kind in kinds(platform, "native"))
    simple = (occasion for role in _roles(platform) for occasion in _simple(role))
    every = (*(_payment(kind) for kind in kinds(platform)), *adorned, *simple)
    types = dict.fromkeys(occasion.event_type for occasion in every)
    of_type = ([occasion for occasion in every if occasion.event_type == event_type] for event_type in types)
    return tuple(occasion for occasions in of_type for occasion in sample(occasions, platform.most_cases))


def paid_out(platform: Platform) -> tuple[Occasion, ...]:
    """Refunds that bounced and were paid out another way, which is announced at the same address."""
    named = "bounced refund of a {}, paid out another way"
    return tuple(Occasion(named.format(role), role, "REFUND.SUCCESS", _paying_out(role)) for role in _roles(platform))


def echoes(platform: Platform) -> tuple[Occasion, ...]:
    """Security echoes that ask for a notification."""
    return tuple(Occasion(f"echo of a {role}", role, "SECURITY_ECHO.SUCCESS", _echoing(role)) for role in _roles(platform))


def _roles(platform: Platform) -> tuple[Role, ...]:
    return ("merchant", "partner") if "partner-merchant" in platform.capabilities else ("merchant",)


def _payment(kind: Kind, circumstance: str = "") -> Occasion:
    name = f"payment of {kind} {circumstance}".strip()
    return Occasion(name, kind.role, "TRANSACTION.SUCCESS", _paying(kind, _BEFORE_PAYING[circumstance]))


def _simple(role: Role) -> Iterator[Occasion]:
    for outcome in _OUTCOMES:
        yield Occasion(f"{outcome} of a refund of a {role}", role, f"REFUND.{outcome}", _refunding(role, "jsapi", outcome))
    yield Occasion(f"refund of a code payment of a {role}", role, "REFUND.SUCCESS", _refunding(role, "codepay", "SUCCESS", part=1))


def _later(role: Role) -> Iterator[Occasion]:
    for outcome in _OUTCOMES:
        event = f"REFUND.{outcome}"
        yield Occasion(
            f"{outcome} of a part refund of a {role}", role, event, _refunding(role, "app", outcome, part=40, by="transaction_id")
        )
        yield Occasion(f"{outcome} of a second refund of a {role}", role, event, _refunding(role, "native", outcome, part=30, second=True))
    yield Occasion(f"late refund of a {role}", role, "REFUND.SUCCESS", _refunding(role, "h5", "SUCCESS", part=99, days=40))


def _paying(kind: Kind, prepare: Callable[[Inbox, Order], Order]) -> Happening:
    def happen(inbox: Inbox, address: str) -> tuple[Order, None]:
        order = prepare(inbox, kind.order(5_501, notify_url=address))
        refused = inbox.platform.pay(order)
        if refused is not None:
            raise Violation("The payer cannot pay an order just placed.", expected="a payment", got=f"refused: {refused}")
        return order, None

    return happen


def _plainly(inbox: Inbox, order: Order) -> Order:
    inbox.platform.place(order).is_accepted()
    return order


def _ordered_twice(inbox: Inbox, order: Order) -> Order:
    _plainly(inbox, order)
    inbox.wait(30)
    return _plainly(inbox, order)


def _tried_before(inbox: Inbox, order: Order) -> Order:
    _plainly(inbox, order)
    inbox.platform.fail(order)
    inbox.platform.cancel(order)
    return order


def _waited(inbox: Inbox, order: Order) -> Order:
    _plainly(inbox, order)
    inbox.wait(5_400)
    return order


def _of_another_sub(inbox: Inbox, order: Order) -> Order:
    order.sub = len(inbox.platform.merchant("partner").sub_mchids) - 1
    return _plainly(inbox, order)


def _adorned(inbox: Inbox, order: Order) -> Order:
    # As long as attach may be by every page, in characters of every length.
    attach = '{"店":"一","n":[1,2]}' + "é茶x" * 17 + "x"
    return _plainly(inbox, order.but(attach=attach, description="龙井茶 & 点心", goods_tag="WXG"))


_OUTCOMES: tuple[Outcome, ...] = ("SUCCESS", "ABNORMAL", "CLOSED")
_BEFORE_PAYING: dict[str, Callable[[Inbox, Order], Order]] = {
    "": _plainly,
    "ordered twice": _ordered_twice,
    "after a failed and an abandoned attempt": _tried_before,
    "an hour and a half later": _waited,
    "with attach": _adorned,
    "for the last sub-merchant": _of_another_sub,
}


def _refunding(
    role: Role,
    product: Product,
    outcome: Outcome,
    *,
    part: int = 100,
    second: bool = False,
    days: int = 0,
    by: Naming = "out_trade_no",
) -> Happening:
    def happen(inbox: Inbox, address: str) -> tuple[Order, Refund]:
        platform, order = inbox.platform, _paid(inbox, Kind(product, role))
        if second:
            first = Refund(order, 60, {"notify_url": inbox.address(role)})
            apply(platform, first, outcome="SUCCESS")
            inbox.wait(A_MINUTE)
        inbox.wait(days * _DAY)
        refund = Refund(order, part, {"notify_url": address, "reason": "商品已售完"}, by=by)
        apply(platform, refund, outcome=outcome)
        return order, refund

    return happen


def _paying_out(role: Role) -> Happening:
    def happen(inbox: Inbox, address: str) -> tuple[Order, Refund]:
        platform, order = inbox.platform, _paid(inbox, Kind("h5", role))
        refund = Refund(order, 100, {"notify_url": address})
        refund_id = str(apply(platform, refund, outcome="ABNORMAL")["refund_id"])
        inbox.wait(A_MINUTE)
        platform.apply_abnormal(refund, refund_id, {"type": "MERCHANT_BANK_CARD"}).is_accepted()
        settle(platform, refund, "SUCCESS")
        return order, refund

    return happen


def _paid(inbox: Inbox, kind: Kind) -> Order:
    order = kind.order(100)
    if kind.product != "codepay":
        order = order.but(notify_url=inbox.address(kind.role))
    inbox.platform.must_pay(order)
    return order


def _echoing(role: Role) -> Happening:
    def happen(inbox: Inbox, address: str) -> tuple[None, None]:
        call = Call("security_echo", role, body={"echo_message": "你好, WeChat Pay", "notify_url": address})
        inbox.platform.send(call, label="echo with a notification")
        return None, None

    return happen
