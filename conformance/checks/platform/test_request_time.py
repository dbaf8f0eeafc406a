"""How a platform treats the timestamp of a request."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.targets.platform import Platform
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies import orders
from strategies.cases import Order
from strategies.faults.time import Skew

GROUP = "requests"


@judges("v3.request.refuses-stale-timestamp")
@given(order=orders.any_product(), seconds=st.sampled_from((301, 302, 330, 3600, 86_400)), late=st.booleans())
def test_refuses_a_stale_timestamp(platform: Platform, order: Order, seconds: int, late: bool) -> None:  # noqa: FBT001
    """A timestamp beyond the window on either side is refused and places no order; one just inside places it."""
    sign = -1 if late else 1
    platform.place(order, broken_by=Skew(sign * seconds)).is_refused(SIGN_ERROR)
    platform.query(order).is_refused()
    platform.place(order, broken_by=Skew(sign * 299)).is_accepted()
