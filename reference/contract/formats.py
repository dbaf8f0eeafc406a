"""The formats the contract names, asserted the way the field writes them."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from ipaddress import ip_address
from types import MappingProxyType

__all__ = ["FORMATS", "is_ip", "is_moment", "is_rfc3339"]

_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
_MOMENTS: Mapping[str, tuple[re.Pattern[str], str]] = MappingProxyType(
    {
        "yyyyMMddHHmmss": (re.compile(r"[0-9]{14}"), "%Y%m%d%H%M%S"),
        "yyyyMMdd": (re.compile(r"[0-9]{8}"), "%Y%m%d"),
        "yyyy-MM-dd HH:mm:ss": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"), "%Y-%m-%d %H:%M:%S"),
    }
)
_SCOPE = "%"


def is_rfc3339(text: str) -> bool:
    """Whether *text* is a moment with a zone: `2018-06-08T10:34:56+08:00`, with or without fractional seconds, `Z` for UTC.

    Source: APIv3 basic rules, date format. The lower-case `t` and `z` and the leap second of RFC 3339 are not used here.
    """
    if _RFC3339.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_moment(layout: str, text: str) -> bool:
    """Whether *text* is a moment of the calendar written as *layout*, such as `yyyyMMddHHmmss`; the zone is Beijing's and never written.

    Source: APIv2 tables, `time_expire`, `bill_date`, `send_time`.
    """
    digits, reading = _MOMENTS[layout]
    if digits.fullmatch(text) is None:
        return False
    try:
        datetime.strptime(text, reading)  # noqa: DTZ007 - only asks whether there is such a moment
    except ValueError:
        return False
    return True


def is_ip(text: str) -> bool:
    """Whether *text* is one IPv4 or IPv6 address, without port, prefix length or zone index."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return _SCOPE not in text


FORMATS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"date-time": is_rfc3339, "ip": is_ip} | {layout: partial(is_moment, layout) for layout in _MOMENTS}
)
