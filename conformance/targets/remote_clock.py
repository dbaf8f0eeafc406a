"""The clock of a platform that gives us no control: ours, corrected by what its answers say."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from conformance.targets.transport import Reply, Transport
from strategies.cases import Wire

__all__ = ["remote_clock"]


def remote_clock(transport: Transport, local: Callable[[], float] = time.time) -> Callable[[], int]:
    """Ask the platform once and return its clock in Unix seconds; one that tells no time is taken to go as this machine's does.

    An answer names a whole second, so a difference is only believed where no fraction of a second explains it.
    Raises Unreachable or Inconclusive when there is no answer.
    """
    sent = local()
    reply = transport.send(Wire("GET", "/v3/certificates", (("Accept", "application/json"),), b""))
    received = local()
    said = _time_of(reply)
    if said is None:
        return lambda: int(local())
    least, most = said - received, said + 1 - sent
    offset = 0.0 if least <= 0 <= most else (least + most) / 2
    return lambda: int(local() + offset)


def _time_of(reply: Reply) -> int | None:
    timestamp = reply.header("Wechatpay-Timestamp") or ""
    if timestamp.isascii() and timestamp.isdecimal():
        return int(timestamp)
    try:
        return int(parsedate_to_datetime(reply.header("Date") or "").timestamp())
    except (ValueError, OverflowError):
        return None
