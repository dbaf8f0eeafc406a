"""Points in time: RFC 3339 in JSON, Unix seconds in signatures, and the five-minute window."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

__all__ = ["BEIJING", "WINDOW", "TimeError", "format_rfc3339", "parse_rfc3339", "unix_seconds", "within_window"]

BEIJING = timezone(timedelta(hours=8))
WINDOW = 300
"""Seconds by which a timestamp may differ from the verifier's clock."""

_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))",
)
_SECONDS = re.compile(r"0|[1-9][0-9]{0,17}")


class TimeError(ValueError):
    """A text is not a point in time in the form the protocol asks for."""


def parse_rfc3339(text: str) -> datetime:
    """Return the moment *text* names, with its zone.

    The form is ``2018-06-08T10:34:56+08:00``, optionally with a fraction of a second (kept to microseconds) or ``Z`` for the zone.
    Raises TimeError. Source: APIv3 guide, "Date format".
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise TimeError(f"{text!r} is not a time in RFC 3339; expected one such as 2018-06-08T10:34:56+08:00.")
    date, clock, fraction, sign, hours, minutes = match.groups()
    zone: tzinfo = UTC
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(-offset if sign == "-" else offset)
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}")
    except ValueError as error:
        raise TimeError(f"{text!r} is not a point in time: {error}.") from None
    return moment.replace(microsecond=int((fraction or "0").ljust(6, "0")[:6]), tzinfo=zone)


def format_rfc3339(moment: int | datetime, zone: tzinfo = BEIJING) -> str:
    """Return *moment* (Unix seconds, or a datetime with a zone) to the second, in *zone*: ``2018-06-08T10:34:56+08:00``."""
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise TimeError(f"{moment} has no zone; expected a datetime that names one.")
        return moment.astimezone(zone).isoformat(timespec="seconds")
    return datetime.fromtimestamp(moment, zone).isoformat(timespec="seconds")


def unix_seconds(text: str) -> int:
    """Return a header's timestamp as a number.

    Only the canonical text is taken: digits without sign, space, fraction or leading zero. Raises TimeError.
    """
    if not _SECONDS.fullmatch(text):
        raise TimeError(f"{text!r} is not a timestamp; expected Unix seconds in plain digits, such as 1554208460.")
    return int(text)


def within_window(now: int, timestamp_text: str, seconds: int = WINDOW) -> bool | None:
    """Tell whether a header's timestamp is at most *seconds* away from *now* (Unix seconds), before or after.

    None exactly at the edge: official verifiers disagree there, so it is not judged. Raises TimeError for a malformed timestamp.
    """
    distance = abs(now - unix_seconds(timestamp_text))
    return None if distance == seconds else distance < seconds
