"""How a platform treats the timestamp of a request."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.asking import Ask, Asked, asks, at_one_moment, more_asks, try_faults
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies import orders
from strategies.cases import Order
from strategies.faults.time import Skew, not_in_seconds

GROUP = "requests"

_WINDOW = 300
"""Seconds a timestamp may differ from the platform's clock; exactly so many is never tried, for implementations differ there."""
_STALE = "A request with a timestamp beyond the window was not refused."
_FRESH = "The timestamp is within the window."


@judges("v3.request.refuses-stale-timestamp")
@given(order=orders.any_product(), seconds=st.sampled_from((301, 302, 330, 3600, 86_400)), late=st.booleans())
def test_refuses_a_stale_timestamp(platform: Platform, order: Order, seconds: int, late: bool) -> None:  # noqa: FBT001
    """A timestamp beyond the window on either side is refused and places no order; one just inside places it."""
    sign = -1 if late else 1
    margin = _margin(platform)
    stale = Skew(sign * (seconds + margin))
    at_one_moment(platform, lambda: platform.place(order, broken_by=stale)).is_refused(SIGN_ERROR, because=_STALE)
    platform.query(order).is_refused(because="The order of a stale request exists.")
    fresh = Skew(sign * (_WINDOW - 1 - margin))
    at_one_moment(platform, lambda: platform.place(order, broken_by=fresh)).is_accepted(because=_FRESH)


@judges("v3.request.refuses-stale-timestamp")
def test_keeps_to_the_window_for_every_kind_of_request(platform: Platform) -> None:
    """Placing, querying, closing, refunding and listing are refused a second beyond the window, and accepted a second within it."""
    margin = _margin(platform)

    def attempt(ask: Ask) -> None:
        for sign in (-1, 1):
            asked = ask.prepare(platform)
            for seconds in (_WINDOW + 1 + margin, 7 * 86_400, 10 * 365 * 86_400):
                _refuses(platform, asked, Skew(sign * seconds))
            _accepts(platform, asked, Skew(sign * (_WINDOW - 1 - margin)))

    try_all(platform, more_asks(platform), attempt)


@judges("v3.request.refuses-timestamp-not-in-seconds")
def test_refuses_a_timestamp_that_is_not_in_seconds(platform: Platform) -> None:
    """The present time in milliseconds, as a date, with a fraction, negative or in words is refused; in seconds it is accepted."""
    try_faults(platform, asks(platform), lambda _ask: not_in_seconds())


def _refuses(platform: Platform, asked: Asked, skew: Skew) -> None:
    at_one_moment(platform, lambda: platform.send(asked.call, broken_by=skew)).is_refused(SIGN_ERROR, because=_STALE)
    asked.untouched()


def _accepts(platform: Platform, asked: Asked, skew: Skew) -> None:
    at_one_moment(platform, lambda: platform.send(asked.call, broken_by=skew)).is_accepted(because=_FRESH)


def _margin(platform: Platform) -> int:
    """Seconds to stay away from the edge of the window: none where the platform's clock is known."""
    return 0 if platform.world is not None else 20
