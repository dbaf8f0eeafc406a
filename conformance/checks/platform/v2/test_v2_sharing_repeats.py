"""Numbers of profit sharing: whatever is sent twice under one has one effect, and nothing else is taken for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.sharing import (
    FAILED,
    TOTAL,
    is_left,
    is_not_returned,
    marked,
    merchants,
    needs,
    ready,
    receivers,
    settled,
    shares_shown,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import NotApplicable, Violation
from reference.rules import judges
from strategies.cases import Role
from strategies.v2.sharing import Finish, GiveBack, Share, Sharing

GROUP = "v2 sharing"

_ONCE = "v2.sharing.repeats-share-once"
_PART = TOTAL // 10
_AMOUNT = 40


@dataclass(frozen=True, slots=True)
class _Request:
    """A request with a number: *send* it, *name* of what it is answered with, others under the same number, and a look at its effect.

    *once* demands that it had its effect once, *never* that it had none.
    """

    send: Callable[[], AnswerV2]
    name: str
    others: dict[str, Callable[[], AnswerV2]]
    once: Callable[[], object]
    never: Callable[[], object]


_KINDS = ("sharing once", "sharing several times", "finishing", "returning")


@judges(_ONCE)
def test_a_request_repeated_is_one(platform: Platform) -> None:
    """Sent again at once and when it is done, a sharing, a finish and a return name the same id and move no further fen."""
    needs(platform)

    def attempt(case: tuple[Role, str]) -> None:
        request = _request(platform, *case)
        first = request.send().is_accepted()
        request.once()
        for seconds in (0, 1, 3_600):
            platform.advance(seconds)
            _is_same(first, request.send().is_accepted(because="It is the same request."), request.name)
            request.once()

    try_all(platform, [(role, kind) for role in roles(platform) for kind in _KINDS], attempt)


@judges(_ONCE)
def test_requests_sent_at_once_are_one(platform: Platform) -> None:
    """Of four identical requests at the same moment all that are accepted name one id, and the effect is that of one."""
    needs(platform)

    def attempt(case: tuple[Role, str]) -> None:
        request = _request(platform, *case)
        accepted = [answer for answer in platform.together(*[request.send] * 4) if answer.accepted]
        if not accepted:
            request.send().is_accepted(because="None of several identical requests at once was accepted.")
        for answer in accepted:
            _is_same(accepted[0], answer, request.name)
        request.once()

    try_all(platform, [(role, kind) for role in roles(platform) for kind in _KINDS], attempt)


@judges(_ONCE)
def test_a_request_repeated_after_a_lost_answer_is_one(platform: Platform) -> None:
    """When the answer was lost, before or after it took effect, the same request is accepted and has one effect."""
    needs(platform)
    platform.needs("loss")

    def attempt(case: tuple[Role, str, str]) -> None:
        role, kind, when = case
        request = _request(platform, role, kind)
        platform.lose_next("after" if when == "after" else "before")
        lost = request.send()
        if lost.accepted:
            raise Violation("The answer was to be lost.", expected="an unknown result", got=lost.described)
        first = request.send().is_accepted(because="Nobody knows whether it was done; it is sent again.")
        request.once()
        _is_same(first, request.send().is_accepted(because="It is the same request."), request.name)

    try_all(platform, [(role, kind, when) for role in roles(platform) for kind in _KINDS for when in ("before", "after")], attempt)


@judges(_ONCE)
def test_a_number_in_use_takes_nothing_else(platform: Platform) -> None:
    """With another amount, another receiver or another order, a number in use is refused, and the first request stays as it is."""
    needs(platform)

    def attempt(case: tuple[Role, str]) -> None:
        request = _request(platform, *case)
        first = request.send().is_accepted()
        for seconds in (0, 3_600):
            platform.advance(seconds)
            for what, send in request.others.items():
                send().is_refused(because=f"The number stands for a request with another {what}.")
                request.once()
        _is_same(first, request.send().is_accepted(because="The first request is unchanged."), request.name)

    try_all(platform, [(role, kind) for role in roles(platform) for kind in _KINDS], attempt)


@judges(_ONCE)
def test_a_refused_number_is_free(platform: Platform) -> None:
    """A sharing refused for its amount, or a return, shares and returns nothing; under the same number a right one does so once."""
    needs(platform)

    def attempt(case: tuple[Role, str]) -> None:
        request = _request(platform, *case)
        asked = request.others["amount"]()
        if not asked.accepted or asked.get("result") not in FAILED:
            asked.is_refused(because="It is more than there is.")
        request.never()
        first = request.send()
        if first.accepted:
            _is_same(first, request.send().is_accepted(because="It is the same request."), request.name)
            request.once()
        else:
            request.never()

    try_all(platform, [(role, kind) for role in roles(platform) for kind in _KINDS if kind != "finishing"], attempt)


@judges(_ONCE)
def test_another_number_is_another_request(platform: Platform) -> None:
    """Two sharings alike, two returns and a finish of one order have an id of their own each, and each is shown under its number."""
    needs(platform)

    def attempt(role: Role) -> None:
        sharing, to = platform.v2.sharing, merchants(platform, role)
        if not to:
            raise NotApplicable({"other-merchant"})
        order = marked(role)
        ready(platform, order, to[0])
        alike = [Sharing(order, (Share(to[0], _PART),)) for _ in range(2)]
        made = [sharing.share(each).is_accepted(because="The order holds more than that.")["order_id"] for each in alike]
        for each in alike:
            settled(platform, each)
        backs = [GiveBack(alike[1], to[0], amount) for amount in (_AMOUNT, _AMOUNT - 1)]
        returned = [sharing.give_back(back).is_accepted(because=f"{to[0]} was given {_PART} fen.")["return_no"] for back in backs]
        made.append(sharing.finish(Finish(order)).is_accepted(because="The order holds something.")["order_id"])
        for ids in (made, returned):
            if len(set(ids)) != len(ids):
                raise Violation("Several requests have one id.", expected="one each", got=", ".join(ids))
        for each, known in zip(alike, made, strict=False):
            sharing.query(each).is_accepted().has("order_id", known, because="It was answered so.")
        for back, known in zip(backs, returned, strict=True):
            shown = sharing.query_return(back).is_accepted().has("return_no", known, because="It was answered so.")
            shown.has("order_id", made[1], because="It is a return of that sharing.")
            shown.has("return_amount", str(back.amount), because="It was asked for so.")

    try_all(platform, roles(platform), attempt)


def _is_same(first: AnswerV2, again: AnswerV2, name: str) -> None:
    again.has(name, first[name], because="It is the same request.")


def _request(platform: Platform, role: Role, kind: str) -> _Request:
    if kind == "finishing":
        return _finishing(platform, role)
    return _returning(platform, role) if kind == "returning" else _sharing(platform, role, several=kind == "sharing several times")


def _sharing(platform: Platform, role: Role, *, several: bool) -> _Request:
    sharing = platform.v2.sharing
    order, another, to = marked(role), marked(role), receivers(platform, role)
    frozen = ready(platform, order, *to)
    ready(platform, another)
    made = Sharing(order, (Share(to[0], _PART),), several)
    sharing.calls.number(made)
    others = {
        "amount": (Share(to[0], frozen + 1),),
        "lower amount": (Share(to[0], _PART - 1),),
        "receiver": (Share(to[-1], _PART),),
        "list of receivers": (*made.shares, Share(to[-1], 1)),
    }
    sent = {what: _sending(platform, made.but(*shares)) for what, shares in others.items() if shares != made.shares}

    def once() -> None:
        is_left(platform, order, frozen - _PART if several else 0, "The order was shared once.")
        shares_shown(platform, made, sharing.query(made).is_accepted())

    def never() -> None:
        is_left(platform, order, frozen, "Nothing was shared.")

    return _Request(_sending(platform, made), "order_id", {**sent, "order": _sending(platform, made.but(order=another))}, once, never)


def _sending(platform: Platform, sharing: Sharing) -> Callable[[], AnswerV2]:
    return lambda: platform.v2.sharing.share(sharing)


def _finishing(platform: Platform, role: Role) -> _Request:
    sharing = platform.v2.sharing
    order, another, to = marked(role), marked(role), receivers(platform, role)[0]
    frozen = ready(platform, order, to)
    rest = ready(platform, another)
    sharing.share(Sharing(order, (Share(to, _PART),))).is_accepted()
    finish = Finish(order)
    sharing.calls.number(finish)

    def once() -> None:
        is_left(platform, order, 0, "The sharing has ended.")
        is_left(platform, another, rest, "Nobody ended the sharing of this order.")

    def never() -> None:
        is_left(platform, order, frozen - _PART, "Nothing has ended.")

    others = {"order": lambda: sharing.finish(replace(finish, order=another))}
    return _Request(lambda: sharing.finish(finish), "order_id", others, once, never)


def _returning(platform: Platform, role: Role) -> _Request:
    sharing = platform.v2.sharing
    order, to = marked(role), merchants(platform, role)
    if not to:
        raise NotApplicable({"other-merchant"})
    ready(platform, order, *to)
    made = Sharing(order, tuple(Share(receiver, _PART) for receiver in to))
    another = Sharing(order, (Share(to[0], _PART),))
    for each in (made, another):
        sharing.share(each).is_accepted()
    for each in (made, another):
        settled(platform, each)
    back = GiveBack(made, to[0], _AMOUNT)
    sharing.calls.number(back)

    def room(fen: int) -> None:
        """Exactly *fen* more can be taken back: a fen more cannot."""
        is_not_returned(platform, GiveBack(made, to[0], fen + 1), f"{to[0]} was given {_PART} fen.")

    def once() -> None:
        shown = sharing.query_return(back).is_accepted(because="The return was accepted.")
        shown.has("return_amount", str(_AMOUNT)).has("return_account", sharing.calls.account(to[0], role)[1])
        room(_PART - _AMOUNT)

    def never() -> None:
        room(_PART)

    others: dict[str, Callable[[], AnswerV2]] = {
        "amount": lambda: sharing.give_back(back.but(_PART + 1)),
        "lower amount": lambda: sharing.give_back(back.but(_AMOUNT - 1)),
        "sharing": lambda: sharing.give_back(replace(back, sharing=another)),
    }
    if len(to) > 1:
        others["receiver"] = lambda: sharing.give_back(replace(back, receiver=to[1]))
    return _Request(lambda: sharing.give_back(back), "return_no", others, once, never)
