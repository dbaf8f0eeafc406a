"""Requests to somebody else's server: their pace, their number, and what is done when they come too fast all the same."""

from dataclasses import dataclass, field

import pytest

from conformance.targets.pacing import Lane, PacedTransport
from conformance.targets.transport import Reply
from conformance.targets.verdicts import Inconclusive, NotExercised, NotOffered
from strategies.cases import Wire

_KNOWN = "/xdc/apiv2sandbox/pay/micropay"
_FINE = Reply(200, (("Content-Type", "text/xml"),), b"<xml><return_code>SUCCESS</return_code></xml>")
_PAGE = Reply(200, (("Content-Type", "text/html"),), b"  <!DOCTYPE html><html></html>")
_AWAY = Reply(302, (("Location", "/core/404.html"), ("Content-Type", "text/html")), b"")
_TOO_MANY = Reply(429, (), b"")


@dataclass
class _World:
    """A server that gives one reply after the other, the last one for ever, and a clock that only sleeping moves."""

    replies: list[Reply]
    now: float = 0.0
    sent_at: list[float] = field(default_factory=list)

    concurrent = False
    shows_certificates = True

    def send(self, _wire: Wire) -> Reply:
        self.sent_at.append(self.now)
        return self.replies[min(len(self.sent_at), len(self.replies)) - 1]

    def close(self) -> None:
        """Nothing to let go of."""

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def _way(world: _World, *, pace: float = 0.0, budget: int = 100) -> tuple[PacedTransport, Lane]:
    lane = Lane(pace, budget, sleep=world.sleep, clock=lambda: world.now)
    return PacedTransport(world, lane, below="/xdc/", patient=frozenset({_KNOWN})), lane


def _wire(path: str = _KNOWN) -> Wire:
    return Wire("POST", path, (), b"")


def test_requests_keep_their_distance() -> None:
    """The first request goes at once, every other one a pace after the one before."""
    world = _World([_FINE])
    transport, _ = _way(world, pace=2.0)
    for _ in range(3):
        transport.send(_wire())

    assert world.sent_at == [0.0, 2.0, 4.0]


def test_no_pace_waits_for_nobody() -> None:
    """An imitation may be asked as fast as it answers."""
    world = _World([_FINE])
    transport, _ = _way(world)
    for _ in range(3):
        transport.send(_wire())

    assert world.sent_at == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("turned", [_PAGE, _AWAY, _TOO_MANY], ids=["page", "redirect", "429"])
def test_whoever_is_turned_away_asks_again_ever_later(turned: Reply) -> None:
    """A page, a redirect and a 429 are no answers: the same request is sent again after 1, 2 and 4 seconds."""
    world = _World([turned, turned, turned, _FINE])
    transport, lane = _way(world)

    assert transport.send(_wire()) is _FINE
    assert world.sent_at == [0.0, 1.0, 3.0, 7.0]
    assert (lane.spent, lane.turned_away) == (4, 3)


def test_whoever_is_turned_away_for_ever_gives_up() -> None:
    """After four tries it is inconclusive, and nothing is asked any more."""
    world = _World([_AWAY])
    transport, lane = _way(world)
    with pytest.raises(Inconclusive, match=r"4 times it answered 302 with text/html"):
        transport.send(_wire())
    with pytest.raises(Inconclusive, match=r"not asked any more"):
        transport.send(_wire())

    assert len(world.sent_at) == lane.spent == 4


def test_a_page_elsewhere_is_an_answer() -> None:
    """Where nothing is known to be, a redirect says just that."""
    world = _World([_AWAY])
    transport, lane = _way(world)

    assert transport.send(_wire("/xdc/apiv2sandbox/pay/unifiedorder")) is _AWAY
    assert lane.turned_away == 0


def test_the_budget_is_kept() -> None:
    """Beyond its budget nothing is sent; tries that were turned away count."""
    world = _World([_AWAY, _FINE])
    transport, _ = _way(world, budget=3)
    transport.send(_wire())
    transport.send(_wire())
    with pytest.raises(NotExercised, match=r"budget of 3 requests"):
        transport.send(_wire())

    assert len(world.sent_at) == 3


@pytest.mark.parametrize(
    "path", ["/pay/micropay", "/v3/certificates", "/xdc/../pay/micropay", "/xdc/%2e%2e/pay/micropay", "xdc/", "/", "*"]
)
def test_nothing_else_of_the_host_is_asked(path: str) -> None:
    """Only paths below the sandbox's go out, whatever a check may try."""
    world = _World([_FINE])
    transport, _ = _way(world)
    with pytest.raises(NotOffered, match=r"/xdc/"):
        transport.send(_wire(path))

    assert world.sent_at == []


def test_no_certificate_is_shown() -> None:
    """The sandbox asks for none, so none is shown, whatever the connection could bear."""
    assert not _way(_World([_FINE]))[0].shows_certificates
