"""The clock of a platform whose world is not ours."""

import pytest

from conformance.targets.remote_clock import remote_clock
from conformance.targets.transport import Reply
from strategies.cases import Wire

_NOON = 1_781_496_000
_DATE = "Mon, 15 Jun 2026 04:00:00 GMT"


class _Told:
    """A transport whose answer says a time."""

    concurrent = False
    shows_certificates = False

    def __init__(self, *headers: tuple[str, str]) -> None:
        self.reply = Reply(401, headers, b"")

    def send(self, wire: Wire) -> Reply:
        """Answer anything."""
        del wire
        return self.reply

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.mark.parametrize(
    ("headers", "local", "now"),
    [
        ((("Date", _DATE),), _NOON + 0.4, _NOON),
        ((("Date", _DATE),), _NOON + 0.99, _NOON),
        ((("Date", _DATE),), _NOON - 3600.0, _NOON),
        ((("Date", _DATE),), _NOON + 86_400.25, _NOON),
        ((("Wechatpay-Timestamp", str(_NOON)), ("Date", "nonsense")), _NOON - 10.0, _NOON),
        ((("Wechatpay-Timestamp", "soon"), ("Date", _DATE)), _NOON - 10.0, _NOON),
        ((("Date", "nonsense"),), _NOON - 10.0, _NOON - 10),
        ((), _NOON - 10.0, _NOON - 10),
    ],
    ids=["the same second", "its end", "behind", "ahead", "signed", "no number", "nonsense", "nothing"],
)
def test_the_platform_s_time_is_learnt_from_an_answer(headers: tuple[tuple[str, str], ...], local: float, now: int) -> None:
    """A platform's clock is this machine's, corrected by what an answer says, where it says anything."""
    assert remote_clock(_Told(*headers), lambda: local)() == now
