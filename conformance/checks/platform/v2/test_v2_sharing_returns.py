"""Returns of profit sharing: a receiver gives back what it was given, and no fen more."""

from functools import partial
from typing import Literal, TypeAlias

from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.sharing import (
    FAILED,
    TOTAL,
    account_of,
    is_left,
    is_not_returned,
    left,
    let_share,
    marked,
    merchants,
    needs,
    ready,
    settled,
    shares_shown,
    states_shown,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import NotApplicable, Violation
from reference.rules import judges
from strategies.cases import Role
from strategies.v2.sharing import GiveBack, Receiver, Share, Sharing

GROUP = "v2 sharing"

_RETURN = "v2.sharing.returns-what-was-shared"
_PART = TOTAL // 10
_RETURNED = ("SUCCESS", "PROCESSING", *FAILED)
_A_DAY = 86_400
_LATER = (3_600, _A_DAY, 10 * _A_DAY)
_By: TypeAlias = Literal["out_order_no", "order_id"]


@judges(_RETURN)
def test_returns_at_most_what_was_shared(platform: Platform) -> None:
    """Returns from a receiver are accepted up to its share, in one or in several, however the sharing is named; the next fen is refused."""
    needs(platform)

    def attempt(case: tuple[Role, tuple[int, ...], _By]) -> None:
        role, amounts, by = case
        sharing, to = _credited(platform, role)
        given = sum(share.amount for share in sharing.shares if share.receiver == to)
        is_not_returned(platform, GiveBack(sharing, to, given + 1, by), f"The receiver was given {given} fen.")
        for amount in amounts:
            back = GiveBack(sharing, to, amount, by)
            _result(platform.v2.sharing.give_back(back).is_accepted(because=f"The receiver was given {given} fen."))
            given -= amount
            is_not_returned(platform, GiveBack(sharing, to, given + 1, by), f"The receiver has {given} fen of it.")
            platform.advance(60)

    cases: list[tuple[tuple[int, ...], _By]] = [((100,), "out_order_no"), ((1, 99), "out_order_no"), ((30, 30, 40), "order_id")]
    try_all(platform, [(role, *case) for role in roles(platform) for case in cases], attempt)


@judges(_RETURN)
def test_returns_at_once_never_exceed_the_share(platform: Platform) -> None:
    """Of several returns at the same moment, together more than the share, those accepted fit into it."""
    needs(platform)

    def attempt(role: Role) -> None:
        sharing, to = _credited(platform, role)
        backs = [GiveBack(sharing, to, 60) for _ in range(4)]
        for back in backs:
            platform.v2.sharing.calls.number(back)
        answers = platform.together(*[partial(platform.v2.sharing.give_back, back) for back in backs])
        made = [answer.accepted and _result(answer) not in FAILED for answer in answers]
        taken = sum(back.amount for back, done in zip(backs, made, strict=True) if done)
        if taken > _PART:
            raise Violation("Returns at once took more than the receiver was given.", expected=f"at most {_PART} fen", got=f"{taken} fen")

    try_all(platform, roles(platform), attempt)


@judges(_RETURN)
def test_returns_only_what_that_receiver_got(platform: Platform) -> None:
    """Neither another receiver's share, nor one that is under way or failed, nor an account of another type is taken back."""
    needs(platform)

    def attempt(role: Role) -> None:
        sharing, to = _credited(platform, role, 30)
        stranger = next((receiver for receiver in merchants(platform, role) if receiver != to), None)
        is_not_returned(platform, GiveBack(sharing, to, 31), "The receiver was given 30 fen; another one got more.")
        if stranger is not None:
            is_not_returned(platform, GiveBack(sharing, stranger, 1), "That merchant was given nothing.")
        is_not_returned(platform, GiveBack(sharing, Receiver(None), 1), "A payer's share is not taken back.")
        for kind in ("PERSONAL_OPENID", "PERSONAL_SUB_OPENID", "merchant_id", "BANK"):
            back = GiveBack(sharing, to, 1)
            is_not_returned(platform, back, f"return_account_type is {kind}.", return_account_type=kind)
        _result(platform.v2.sharing.give_back(GiveBack(sharing, to, 30)).is_accepted(because="Nothing was taken back yet."))
        _refuses_what_never_arrived(platform, role, to)

    try_all(platform, roles(platform), attempt)


@judges(_RETURN)
def test_every_receiver_returns_its_own(platform: Platform) -> None:
    """What one receiver has given back, in this sharing or in another, takes nothing from what the next one can."""
    needs(platform)
    platform.needs("other-merchant", "partner-merchant")

    def attempt(role: Role) -> None:
        order, to = marked(role), merchants(platform, role)
        ready(platform, order, *to)
        shares = tuple(Share(receiver, _PART // 2) for receiver in to)
        for sharing in (Sharing(order, shares), Sharing(order, shares)):
            platform.v2.sharing.share(sharing).is_accepted(because="The order holds more than that.")
            if "SUCCESS" not in states_shown(platform, sharing, settled(platform, sharing)).values():
                raise NotApplicable({"shares that are credited"})
            for receiver in to:
                back = GiveBack(sharing, receiver, _PART // 2)
                _result(platform.v2.sharing.give_back(back).is_accepted(because=f"{receiver} has given nothing of it back."))
                is_not_returned(platform, GiveBack(sharing, receiver, 1), f"{receiver} has nothing of it any more.")

    try_all(platform, roles(platform), attempt)


@judges(_RETURN)
def test_returns_within_half_a_year(platform: Platform) -> None:
    """A share is taken back for 180 days; long after them it is not."""
    needs(platform)

    def attempt(case: tuple[Role, _By]) -> None:
        role, by = case
        sharing, to = _credited(platform, role)
        platform.advance(170 * _A_DAY)
        back = GiveBack(sharing, to, 40, by)
        _result(platform.v2.sharing.give_back(back).is_accepted(because="The share was given 170 days ago."))
        platform.advance(20 * _A_DAY)
        is_not_returned(platform, GiveBack(sharing, to, 1, by), "The share was given 190 days ago.")

    ways: tuple[_By, ...] = ("out_order_no", "order_id")
    try_all(platform, [(role, by) for role in roles(platform) for by in ways], attempt)


@judges(_RETURN)
def test_a_return_shows_known_states(platform: Platform) -> None:
    """A return is under way, made or failed, tells a reason only when it failed, never changes then, and takes nothing if it failed."""
    needs(platform)

    def attempt(case: tuple[Role, str | None]) -> None:
        role, event = case
        sharing, to = _credited(platform, role)
        before = left(platform, sharing.order)
        back = GiveBack(sharing, to, 40)
        seen = _result(platform.v2.sharing.give_back(back).is_accepted())
        if event is not None and seen == "PROCESSING":
            platform.let("sharing_return", event, back.number or "", role=role)
        for seconds in (0, 60, *_LATER):
            platform.advance(seconds)
            now = _result(platform.v2.sharing.query_return(back).is_accepted(because="The return was accepted."))
            if seen not in {"PROCESSING", now}:
                raise Violation("A decided return changed.", expected=seen, got=now)
            seen = now
        is_left(platform, sharing.order, before, "What is returned is the merchant's, and not shared again.")
        if seen in FAILED:
            again = GiveBack(sharing, to, _PART)
            _result(platform.v2.sharing.give_back(again).is_accepted(because="The first return failed; the receiver has all of its share."))

    events = (None, "fail", "settle") if "lives" in platform.capabilities else (None,)
    try_all(platform, [(role, event) for role in roles(platform) for event in events], attempt)


def _credited(platform: Platform, role: Role, amount: int = _PART) -> tuple[Sharing, Receiver]:
    """A finished sharing of which a merchant was given *amount* fen, and a payer more; and that merchant."""
    to = next(iter(merchants(platform, role)), None)
    if to is None:
        raise NotApplicable({"other-merchant"})
    order = marked(role)
    ready(platform, order, to, Receiver(None))
    sharing = Sharing(order, (Share(to, amount), Share(Receiver(None), 2 * _PART)))
    platform.v2.sharing.share(sharing).is_accepted()
    shown = shares_shown(platform, sharing, settled(platform, sharing))
    if shown[account_of(platform, sharing, sharing.shares[0])].get("result") != "SUCCESS":
        raise NotApplicable({"shares that are credited"})
    return sharing, to


def _refuses_what_never_arrived(platform: Platform, role: Role, to: Receiver) -> None:
    """A share that is under way is not taken back, nor one that failed."""
    order = marked(role)
    ready(platform, order, to)
    sharing = Sharing(order, (Share(to, _PART),))
    platform.v2.sharing.share(sharing).is_accepted()
    if list(states_shown(platform, sharing, platform.v2.sharing.query(sharing).is_accepted()).values()) != ["PENDING", "PROCESSING"]:
        return
    is_not_returned(platform, GiveBack(sharing, to, 1), "The share is under way.")
    if "lives" in platform.capabilities and let_share(platform, sharing, 0, "fail") is None:
        is_not_returned(platform, GiveBack(sharing, to, 1), "The share failed.")


def _result(answer: AnswerV2) -> str:
    """Return how a return stands: a known state, with a reason when it failed and only then."""
    result = answer["result"]
    if result not in _RETURNED:
        raise Violation("A return is in no known state.", expected=f"result {', '.join(_RETURNED)}", got=answer.described)
    if result not in FAILED:
        answer.lacks("fail_reason", because=f"The return is {result}.")
    return result
