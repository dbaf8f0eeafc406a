"""Who may share: whoever signs by HMAC-SHA256, over the lists exactly as they are sent, and shows the merchant's certificate."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.sharing import is_left, marked, merchants, needs, ready, receivers, settled, shares_shown
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable
from reference.rules import judges
from strategies.cases import Order, Role
from strategies.v2.cases import CallV2, Shown
from strategies.v2.json_texts import WRITINGS
from strategies.v2.sharing import Finish, GiveBack, Receiver, Share, Sharing, hmac_faults

GROUP = "v2 sharing"

_HMAC = "v2.sharing.takes-hmac-only"
_NO_CERTIFICATE = ("CA_ERROR", "CERT_ERROR")
_LISTED = {"adding": "receiver", "removing": "receiver", "sharing once": "receivers", "sharing several times": "receivers"}
"""Members that hold JSON, by what is asked."""


@dataclass(frozen=True, slots=True)
class _Ask:
    """A request about profit sharing."""

    name: str
    role: Role

    def __str__(self) -> str:
        return f"{self.name} of a {self.role}"


@dataclass(frozen=True, slots=True)
class _Stage:
    """An order of which *frozen* fen can be shared to every receiver but *to*."""

    platform: Platform
    order: Order
    frozen: int
    to: Receiver

    def share(self, *, several: bool = True) -> Sharing:
        """A sharing of a few fen."""
        return Sharing(self.order, (Share(self.to, 10),), several)

    def unchanged(self) -> None:
        """Nothing was shared or ended since."""
        is_left(self.platform, self.order, self.frozen, "The request was refused.")


_Prepared = tuple[CallV2, Callable[[], object]]
"""A valid call, and a look at whether anything has changed since."""


@judges(_HMAC)
def test_takes_hmac_only(platform: Platform) -> None:
    """Signed by MD5, without sign_type, or over a list written otherwise than sent, every operation is refused and changes nothing."""
    needs(platform)

    def attempt(ask: _Ask) -> None:
        call, unchanged = _ASKS[ask.name](_stage(platform, ask.role))
        listed = _LISTED.get(ask.name)
        for fault in hmac_faults(*([listed] if listed else [])):
            answer = platform.v2.send(call, broken_by=fault).is_refused_anyhow(because=f"The request was {fault!r}.")
            answer.lacks("unsplit_amount", "max_ratio", "order_id", "return_no", because="The request was refused.")
            unchanged()
        platform.v2.send(call).is_accepted(because="The same request, signed by HMAC-SHA256, is valid.")

    asks = [_Ask(name, role) for role in roles(platform) for name in _ASKS]
    try_all(platform, [ask for ask in asks if ask.role == "partner" or ask.name != "querying the greatest share"], attempt)


@judges(_HMAC)
def test_takes_a_list_however_it_is_written(platform: Platform) -> None:
    """Receivers with blanks, on several lines, in another order of members: signed as sent, they are added and given their shares."""
    needs(platform)

    def attempt(case: tuple[Role, str]) -> None:
        role, how = case
        order = marked(role)
        ready(platform, order)
        to = receivers(platform, role)[-2:]
        for receiver in to:
            call = platform.v2.sharing.calls.add(receiver, order, WRITINGS[how])
            platform.v2.send(call, label=f"add {receiver} as receiver").is_accepted(because=f"The receiver is written {how}.")
        sharing = Sharing(order, tuple(Share(receiver, 10 + number) for number, receiver in enumerate(to)), writing=WRITINGS[how])
        platform.v2.sharing.share(sharing).is_accepted(because=f"The list is written {how}.")
        shares_shown(platform, sharing, platform.v2.sharing.query(sharing).is_accepted())

    try_all(platform, [(role, how) for role in roles(platform) for how in WRITINGS], attempt)


@judges("v2.certificate.refuses-money-going-out-without-it")
def test_money_is_shared_by_certificate_only(platform: Platform) -> None:
    """A sharing, a finish and a return without certificate, or with another merchant's, change nothing; with the own one they are done."""
    needs(platform)
    platform.needs("other-merchant")
    platform.observing = False  # a refusal by HTTP status is one, too

    def attempt(case: tuple[_Ask, Shown]) -> None:
        ask, shown = case
        call, unchanged = _ASKS[ask.name](_stage(platform, ask.role))
        whose = "no certificate" if shown == "none" else "another merchant's certificate"
        answer = platform.v2.send(replace(call, certificate=shown), label=f"{ask} with {whose}")
        answer.is_refused_anyhow(*_NO_CERTIFICATE, because=f"The connection bears {whose}.")
        unchanged()
        platform.v2.send(call).is_accepted(because="The connection bears the merchant's own certificate.")

    wrong: tuple[Shown, ...] = ("none", "other")
    asks = [_Ask(name, role) for role in roles(platform) for name in ("sharing once", "sharing several times", "finishing", "returning")]
    try_all(platform, [(ask, shown) for ask in asks for shown in wrong], attempt)


def _stage(platform: Platform, role: Role) -> _Stage:
    order, (to, *others) = marked(role), receivers(platform, role)
    return _Stage(platform, order, ready(platform, order, *others), to)


def _with_receiver(stage: _Stage) -> _Stage:
    stage.platform.v2.sharing.add(stage.to, stage.order).is_accepted()
    return stage


def _adding(stage: _Stage) -> _Prepared:
    stage.platform.v2.sharing.remove(stage.to, stage.order)
    call = stage.platform.v2.sharing.calls.add(stage.to, stage.order)
    return call, lambda: stage.platform.v2.sharing.share(stage.share()).is_refused(because="The receiver was not added.")


def _removing(stage: _Stage) -> _Prepared:
    call = stage.platform.v2.sharing.calls.remove(stage.to, _with_receiver(stage).order)
    return call, lambda: stage.platform.v2.sharing.share(stage.share()).is_accepted(because="The receiver was not removed.")


def _sharing_once(stage: _Stage) -> _Prepared:
    return stage.platform.v2.sharing.calls.share(_with_receiver(stage).share(several=False)), stage.unchanged


def _sharing_several_times(stage: _Stage) -> _Prepared:
    return stage.platform.v2.sharing.calls.share(_with_receiver(stage).share()), stage.unchanged


def _finishing(stage: _Stage) -> _Prepared:
    return stage.platform.v2.sharing.calls.finish(Finish(stage.order)), stage.unchanged


def _asking_what_is_left(stage: _Stage) -> _Prepared:
    return stage.platform.v2.sharing.calls.amount(stage.order), stage.unchanged


def _asking_the_greatest_share(stage: _Stage) -> _Prepared:
    return stage.platform.v2.sharing.calls.ratio(stage.order), stage.unchanged


def _querying(stage: _Stage) -> _Prepared:
    made = _shared(stage)
    return stage.platform.v2.sharing.calls.query(made), lambda: is_left(
        stage.platform, stage.order, stage.frozen - made.amount, "The request was refused."
    )


def _returning(stage: _Stage) -> _Prepared:
    back = _back(stage)
    call = stage.platform.v2.sharing.calls.give_back(back)
    return call, lambda: stage.platform.v2.sharing.query_return(back).is_refused(because="A refused return can be queried.")


def _querying_a_return(stage: _Stage) -> _Prepared:
    back = _back(stage)
    stage.platform.v2.sharing.give_back(back).is_accepted()
    return stage.platform.v2.sharing.calls.query_return(back), lambda: None


def _shared(stage: _Stage) -> Sharing:
    made = _with_receiver(stage).share()
    stage.platform.v2.sharing.share(made).is_accepted()
    return made


def _back(stage: _Stage) -> GiveBack:
    if stage.to not in merchants(stage.platform, stage.order.role):
        raise NotApplicable({"other-merchant"})
    made = _shared(stage)
    settled(stage.platform, made)
    return GiveBack(made, stage.to, 4)


_ASKS: dict[str, Callable[[_Stage], _Prepared]] = {
    "adding": _adding,
    "removing": _removing,
    "sharing once": _sharing_once,
    "sharing several times": _sharing_several_times,
    "finishing": _finishing,
    "querying what is left": _asking_what_is_left,
    "querying the greatest share": _asking_the_greatest_share,
    "querying a sharing": _querying,
    "returning": _returning,
    "querying a return": _querying_a_return,
}
