"""What an order placed for sharing holds: never more is given than is left, and what is left is told to the fen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.sharing import (
    TOTAL,
    is_left,
    is_not_returned,
    is_refused_whole,
    marked,
    merchants,
    most,
    needs,
    ready,
    receivers,
    settled,
    shares_shown,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable, Violation
from reference.rules import judges
from strategies.cases import Order, Refund, Role
from strategies.v2 import sharing as drawn
from strategies.v2.sharing import Finish, GiveBack, Receiver, Share, Sharing, Step

GROUP = "v2 sharing"

_LIMIT = "v2.sharing.never-exceeds-what-is-left"
_BEFORE = ("nothing", "a share", "a share and a return", "a refund", "a settled refund", "a share and a refund")


@judges(_LIMIT)
def test_never_shares_more_than_is_left(platform: Platform) -> None:
    """A fen more than is left is refused whole, for one receiver or several, whatever happened before; exactly that much is shared."""
    needs(platform)

    def attempt(case: tuple[Role, bool, str]) -> None:
        role, several, before = case
        order, to = marked(role), receivers(platform, role)
        frozen = ready(platform, order, *to)
        held = frozen - _happened(platform, order, before)
        is_left(platform, order, held, f"There was {before} before.")
        over = Sharing(order, (Share(to[0], held + 1),), several)
        is_refused_whole(platform, over, held, f"Only {held} fen are left.")
        # Each alone would fit.
        split = Sharing(order, _divided(to, held - 5, 6), several)
        is_refused_whole(platform, split, held, f"Only {held} fen are left.")
        # One gets more than there is, though the amounts add up.
        odd = Sharing(order, (Share(to[0], held + 5), Share(to[-1], -6)), several)
        if len(to) > 1:
            is_refused_whole(platform, odd, held, f"Only {held} fen are left.")
        limit = most(platform, order, frozen)
        if limit is not None and limit >= frozen:
            exact = Sharing(order, _divided(to, held - 6, 6), several)
            platform.v2.sharing.share(exact).is_accepted(because=f"{held} fen are left.")
            is_left(platform, order, 0, "Everything is shared.")
            is_refused_whole(platform, Sharing(order, (Share(to[0], 1),), several), 0, "Nothing is left.")

    ways = [(True, before) for before in _BEFORE] + [(False, before) for before in ("nothing", "a share and a refund")]
    try_all(platform, [(role, *way) for role in roles(platform) for way in ways], attempt)


def _divided(to: Sequence[Receiver], most: int, rest: int) -> tuple[Share, ...]:
    """Give the first of *to* the most and the last the rest, or the only one both."""
    return (Share(to[0], most), Share(to[-1], rest)) if len(to) > 1 else (Share(to[0], most + rest),)


@judges(_LIMIT)
def test_sharings_at_once_never_exceed_what_is_left(platform: Platform) -> None:
    """Of several sharings at the same moment, together more than is left, those accepted fit into it, and exactly the rest is left."""
    needs(platform)

    def attempt(case: tuple[Role, int]) -> None:
        role, part = case
        order, to = marked(role), receivers(platform, role)[0]
        frozen = ready(platform, order, to)
        sharings = [Sharing(order, (Share(to, frozen * part // 100),)) for _ in range(4)]
        for sharing in sharings:
            platform.v2.sharing.calls.number(sharing)
        answers = platform.together(*[partial(platform.v2.sharing.share, sharing) for sharing in sharings])
        taken = sum(sharing.amount for sharing, answer in zip(sharings, answers, strict=True) if answer.accepted)
        if taken > frozen:
            raise Violation("Sharings at once took more than the order held.", expected=f"at most {frozen} fen", got=f"{taken} fen")
        is_left(platform, order, frozen - taken, f"{taken} fen were shared.")

    try_all(platform, [(role, part) for role in roles(platform) for part in (30, 60)], attempt)


@judges(_LIMIT)
@given(amounts=drawn.partitions(TOTAL, most=3), several=st.booleans())
def test_shares_any_division_of_what_is_left(platform: Platform, amounts: tuple[int, ...], several: bool) -> None:  # noqa: FBT001 - drawn
    """However all that is left is divided among receivers, each is given its part, and not a fen more can be shared."""
    needs(platform)
    order, to = marked("merchant"), receivers(platform, "merchant")
    frozen = ready(platform, order, *to)
    if frozen != TOTAL or len(to) < len(amounts) or (most(platform, order, frozen) or 0) < frozen:
        raise NotApplicable({"orders that can be shared whole"})
    sharing = Sharing(order, tuple(Share(receiver, amount) for receiver, amount in zip(to, amounts, strict=False)), several)
    platform.v2.sharing.share(sharing).is_accepted(because=f"The order holds {frozen} fen.")
    is_left(platform, order, 0, "Everything is shared.")
    shares_shown(platform, sharing, platform.v2.sharing.query(sharing).is_accepted())
    platform.v2.sharing.share(Sharing(order, (Share(to[0], 1),))).is_refused(because="Nothing is left.")


@judges(_LIMIT)
@given(steps=drawn.walks())
def test_no_fen_is_made_or_lost(platform: Platform, steps: tuple[Step, ...]) -> None:
    """However an order is shared, repeated, returned, refunded and finished: shares, refunds and what is left make up what was frozen."""
    needs(platform)
    role: Role = "partner" if "partner-merchant" in platform.capabilities and len(steps) % 2 else "merchant"
    order = marked(role)
    frozen = ready(platform, order, *receivers(platform, role))
    books = _Books(platform, order, frozen, most(platform, order, frozen))
    for step in steps:
        books.take(step)
        is_left(platform, order, books.left, f"After {step} {books.told}.")
    books.close()


@dataclass
class _Books:
    """What must have become of the *frozen* fen of *order*, of which *limit* may be shared if that is known."""

    platform: Platform
    order: Order
    frozen: int
    limit: int | None
    made: list[Sharing] = field(default_factory=list)
    returned: dict[int, int] = field(default_factory=dict)
    refunded: int = 0
    freed: int = 0
    ended: bool = False

    @property
    def shared(self) -> int:
        """What all accepted sharings took, in fen: nobody lets one fail here."""
        return sum(sharing.amount for sharing in self.made)

    @property
    def left(self) -> int:
        """What can still be shared, in fen."""
        return self.frozen - self.shared - self.refunded - self.freed

    @property
    def told(self) -> str:
        """The books in words."""
        return f"{self.frozen} fen were frozen, {self.shared} shared, {self.refunded} refunded and {self.freed} released"

    def take(self, step: Step) -> None:
        """Let *step* happen."""
        if step.act == "wait":
            self.platform.advance(60)
        elif step.act in {"share", "exceed"}:
            self._share(step)
        elif step.act == "refund":
            self._refund(step)
        elif step.act == "finish":
            self._finish()
        elif self.made:
            self._repeat(self.made[-1]) if step.act == "repeat" else self._return(step, self.made[-1])

    def close(self) -> None:
        """Every accepted sharing shows its shares as they were asked for."""
        for sharing in self.made:
            shares_shown(self.platform, sharing, settled(self.platform, sharing))

    def _share(self, step: Step) -> None:
        to = receivers(self.platform, self.order.role)
        amount = self.left + 1 if step.act == "exceed" else max(1, self.left * step.part // 100)
        parts = (amount - 1, 1) if step.receivers > 1 and amount > 1 else (amount,)
        sharing = Sharing(self.order, tuple(Share(receiver, part) for receiver, part in zip(to, parts, strict=False)))
        answer = self.platform.v2.sharing.share(sharing)
        if amount > self.left:
            answer.is_refused(because=f"Only {self.left} fen are left.")
        elif self.limit is not None and self.shared + amount <= self.limit:
            answer.is_accepted(because=f"{self.left} fen are left.")
        if answer.accepted:
            self.made.append(sharing)

    def _repeat(self, sharing: Sharing) -> None:
        self.platform.v2.sharing.share(sharing).is_accepted(because="The sharing was accepted before.")

    def _return(self, step: Step, sharing: Sharing) -> None:
        share = next((share for share in sharing.shares if share.receiver in merchants(self.platform, self.order.role)), None)
        if share is None:
            return
        settled(self.platform, sharing)
        returned = self.returned.get(id(sharing), 0)
        back = GiveBack(sharing, share.receiver, max(1, (share.amount - returned) * step.part // 100))
        if back.amount > share.amount - returned:
            is_not_returned(self.platform, back, "The receiver has nothing of it any more.")
        elif self.platform.v2.sharing.give_back(back).accepted:
            self.returned[id(sharing)] = returned + back.amount

    def _refund(self, step: Step) -> None:
        # From where the money of a released order is refunded is no matter of sharing.
        if self.ended or not self.left:
            return
        self.platform.advance(61)
        refund = Refund(self.order, min(max(1, self.left * step.part // 100), self.order.total))
        if self.platform.v2.refund(refund).accepted:
            self.refunded += refund.amount

    def _finish(self) -> None:
        answer = self.platform.v2.sharing.finish(Finish(self.order))
        if self.ended:
            answer.is_refused(because="The order's sharing has ended.")
        elif self.left:
            answer.is_accepted(because=f"{self.left} fen are left.")
        self.ended = True
        self.freed += self.left


def _happened(platform: Platform, order: Order, what: str) -> int:
    """Let *what* happen, and return how many fen it took."""
    to = receivers(platform, order.role)[0]
    sharing = Sharing(order, (Share(to, TOTAL // 10),))
    taken = 0
    if "share" in what:
        platform.v2.sharing.share(sharing).is_accepted(because="The order holds more than that.")
        taken += sharing.amount
    if what == "a share and a return" and to.role is not None:
        settled(platform, sharing)
        platform.v2.sharing.give_back(GiveBack(sharing, to, 40)).is_accepted(because="The receiver was given more than that.")
    if "refund" in what:
        refund = Refund(order, 70)
        # Whether an order that is being shared can be refunded is no matter of this rule.
        if platform.v2.refund(refund).accepted:
            taken += refund.amount
            if what == "a settled refund" and "settle" in platform.capabilities:
                platform.settle(refund)
    return taken
