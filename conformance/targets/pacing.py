"""The way to somebody else's server: so many requests in all, so far apart, and further back each time it is too fast for them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from conformance.targets.transport import Reply, Transport
from conformance.targets.verdicts import Inconclusive, NotExercised, NotOffered
from strategies.cases import Wire

__all__ = ["Lane", "PacedTransport"]

_WAITS: Final = (1.0, 2.0, 4.0)
"""Seconds to stay away after the first, second and third time in a row that a request was turned away."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TOO_MANY: Final = 429


@dataclass
class Lane:
    """What all checks of a run share on their way: *pace* seconds lie between requests, and *budget* of them are sent in all.

    *spent* counts requests, *turned_away* those that were answered by a redirect or a page instead of an answer. Once a request was turned
    away through all its tries the lane is *closed*: whoever was told so often is not asked again.
    """

    pace: float
    budget: int
    sleep: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.monotonic
    spent: int = 0
    turned_away: int = 0
    closed: bool = False
    _next: float = field(default=0.0, repr=False)

    def enter(self) -> None:
        """Wait for the turn of the next request. Raises NotExercised when there is none left, Inconclusive when the lane is closed."""
        if self.closed:
            raise Inconclusive("the sandbox throttled every try of an earlier request and is not asked any more")
        if self.spent >= self.budget:
            raise NotExercised(f"the budget of {self.budget} requests is spent; a greater one reaches further")
        if (wait := self._next - self.clock()) > 0:
            self.sleep(wait)
        self.spent += 1
        self._next = self.clock() + self.pace

    def stay_away(self, seconds: float) -> None:
        """Let the next request wait for so many *seconds*."""
        self._next = max(self._next, self.clock() + seconds)


class PacedTransport:
    """Sends by *inner* along *lane*, to paths below *below* only. A request turned away for coming too fast is sent again, ever later.

    *patient* names the paths that are known to be there; elsewhere a redirect or a page may say that there is nothing.
    """

    concurrent = False
    shows_certificates = False

    def __init__(self, inner: Transport, lane: Lane, *, below: str, patient: frozenset[str]) -> None:
        self._inner = inner
        self._lane = lane
        self._below = below
        self._patient = patient

    def send(self, wire: Wire) -> Reply:
        """Send *wire* when it is its turn. Raises NotOffered for another path, Inconclusive, NotExercised."""
        path = wire.target.partition("?")[0]
        if not path.startswith(self._below) or ".." in unquote(path):
            raise NotOffered({f"paths that do not begin with {self._below}"})
        for wait in (*_WAITS, None):
            self._lane.enter()
            reply = self._inner.send(wire)
            if path not in self._patient or not _is_turned_away(reply):
                return reply
            self._lane.turned_away += 1
            if wait is not None:
                self._lane.stay_away(wait)
        self._lane.closed = True
        raise Inconclusive(
            f"the sandbox throttles: {len(_WAITS) + 1} times it answered {reply.status} with "
            f"{reply.header('Content-Type') or 'no content type'} instead of XML, as it does when it is asked too fast; "
            "a proxy on the way may do so, too. Wait a while, and try again at a slower pace"
        )

    def close(self) -> None:
        """Let go of connections."""
        self._inner.close()


def _is_turned_away(reply: Reply) -> bool:
    page = reply.body[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    return reply.status in _REDIRECTS or reply.status == _TOO_MANY or page
