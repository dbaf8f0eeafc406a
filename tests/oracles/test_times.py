"""Points in time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles.times import BEIJING, TimeError, format_rfc3339, parse_rfc3339, unix_seconds, within_window

NOW = 1_700_000_000
ZONES = st.integers(min_value=-1439, max_value=1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001  # Hypothesis wants bounds without a zone


@given(MOMENTS)
def test_there_and_back(moment: datetime) -> None:
    """A moment to the second survives being written and read, in whatever zone."""
    whole = moment.replace(microsecond=0)
    zone = whole.tzinfo
    assert zone is not None

    assert parse_rfc3339(format_rfc3339(whole)) == whole
    assert parse_rfc3339(format_rfc3339(whole, zone)).utcoffset() == whole.utcoffset()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-06-08T10:34:56+08:00", datetime(2018, 6, 8, 2, 34, 56, tzinfo=UTC)),
        ("2018-06-08T02:34:56Z", datetime(2018, 6, 8, 2, 34, 56, tzinfo=UTC)),
        ("2018-06-08T10:34:56.120+08:00", datetime(2018, 6, 8, 2, 34, 56, 120_000, tzinfo=UTC)),
        ("2018-06-07T21:04:56.123456789-05:30", datetime(2018, 6, 8, 2, 34, 56, 123_456, tzinfo=UTC)),
        ("2024-02-29T00:00:00+08:00", datetime(2024, 2, 28, 16, tzinfo=UTC)),
    ],
)
def test_reads_zone_fraction_and_z(text: str, moment: datetime) -> None:
    """Zones, fractions of a second and Z are understood."""
    assert parse_rfc3339(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20180608103456",
        "2018-06-08T10:34:56",
        "2018-06-08 10:34:56+08:00",
        "2018-06-08T10:34:56+0800",
        "2018-06-08T10:34+08:00",
        "2018-06-08T10:34:56,1+08:00",
        "2018-06-08T10:34:56.+08:00",
        "2018-06-08t10:34:56z",
        "2018-02-30T10:34:56+08:00",
        "2018-06-08T24:00:00+08:00",
        "2018-06-08T10:34:56+24:00",
        "2018-06-08T10:34:56+08:60",
        "2018-06-08T10:34:56+08:00\n",
        "2018-06-08T10:34:56 08:00",
        "２０18-06-08T10:34:56+08:00",
    ],
)
def test_refuses_other_forms(text: str) -> None:
    """Any other form, and any day or hour that does not exist, is refused with the text in the message."""
    with pytest.raises(TimeError) as caught:
        parse_rfc3339(text)

    assert repr(text) in str(caught.value)


def test_writes_beijing_time() -> None:
    """Unix seconds are written in China's zone unless another is asked for."""
    assert format_rfc3339(1_528_425_296) == "2018-06-08T10:34:56+08:00"
    assert format_rfc3339(datetime(2018, 6, 8, 2, 34, 56, 999_999, tzinfo=UTC)) == "2018-06-08T10:34:56+08:00"
    assert format_rfc3339(0, UTC) == "1970-01-01T00:00:00+00:00"
    assert datetime.fromtimestamp(0, BEIJING).utcoffset() == timedelta(hours=8)


def test_wants_a_zone() -> None:
    """A datetime that names no zone is not a moment."""
    with pytest.raises(TimeError, match="no zone"):
        format_rfc3339(datetime(2018, 6, 8))  # noqa: DTZ001  # the missing zone is what is tested


@pytest.mark.parametrize(("offset", "inside"), [(0, True), (299, True), (-299, True), (301, False), (-301, False), (86_400, False)])
def test_window_is_five_minutes_either_way(offset: int, inside: bool) -> None:  # noqa: FBT001  # a parametrised expectation
    """A timestamp less than 300 s away is inside, one further away is not."""
    assert within_window(NOW, str(NOW + offset)) is inside


@pytest.mark.parametrize("offset", [300, -300])
def test_the_edge_is_not_judged(offset: int) -> None:
    """Exactly 300 s is neither inside nor outside."""
    assert within_window(NOW, str(NOW + offset)) is None


def test_window_may_be_another() -> None:
    """The width of the window can be given."""
    assert within_window(NOW, str(NOW - 9), 10) is True
    assert within_window(NOW, str(NOW - 11), 10) is False


@pytest.mark.parametrize(
    "text", ["", "abc", "0170000000", "+1700000000", "-1", " 1700000000", "1700000000 ", "1.7e9", "1700000000.0", "１", "1" * 5000]
)
def test_only_canonical_seconds_are_a_timestamp(text: str) -> None:
    """A timestamp with sign, space, fraction or leading zero is malformed, however plain its meaning."""
    with pytest.raises(TimeError):
        within_window(NOW, text)


@given(st.integers(min_value=0, max_value=10**15))
def test_canonical_seconds_are_read(number: int) -> None:
    """Plain digits are read as the number they are."""
    assert unix_seconds(str(number)) == number
