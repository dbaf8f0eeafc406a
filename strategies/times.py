"""Points in time as a request writes them: the documented forms of one moment, and forms that are none."""

from collections.abc import Mapping
from datetime import UTC, datetime

from hypothesis import strategies as st

from reference.oracles.times import BEIJING, format_rfc3339

__all__ = ["beyond", "documented", "malformed"]


def documented(moment: int) -> Mapping[str, str]:
    """Return *moment* (Unix seconds) in the four forms the documents list, by name. Source: APIv3 basic rules, "Date format"."""
    beijing, zulu = format_rfc3339(moment), format_rfc3339(moment, UTC).replace("+00:00", "Z")
    return {
        "offset": beijing,
        "zulu": zulu,
        "offset-milliseconds": beijing.replace("+08:00", ".000+08:00"),
        "zulu-milliseconds": zulu.replace("Z", ".000Z"),
    }


def malformed(moment: int) -> Mapping[str, str]:
    """Return *moment* (Unix seconds) in forms a time_expire must not have, by name: no zone, other separators, impossible dates."""
    text = format_rfc3339(moment)
    local = datetime.fromtimestamp(moment, BEIJING)
    return {
        "digits": f"{local:%Y%m%d%H%M%S}",
        "space-for-t": text.replace("T", " "),
        "no-zone": text[:19],
        "space-and-no-zone": text[:19].replace("T", " "),
        "unix-seconds": str(moment),
        "date-only": text[:10],
        "no-seconds": text[:16] + text[19:],
        "slashes": text.replace("-", "/", 2),
        "thirteenth-month": f"{text[:5]}13{text[7:]}",
        "february-30": f"{text[:5]}02-30{text[10:]}",
        "hour-25": f"{text[:11]}25{text[13:]}",
        "minute-60": f"{text[:14]}60{text[16:]}",
        "word": "tomorrow",
    }


def beyond(*, seconds: int, at_most: int = 86_400) -> st.SearchStrategy[int]:
    """Draw a distance in seconds, early or late, of more than *seconds* and at most *at_most*."""
    return st.integers(seconds + 1, at_most) | st.integers(-at_most, -seconds - 1)
