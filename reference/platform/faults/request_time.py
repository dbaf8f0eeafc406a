"""Faults in how the timestamp of a request is read."""

from contextlib import suppress
from datetime import datetime

from reference.identity import Merchant
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.wire import Request

__all__: list[str] = []


@breaks("v3.request.refuses-stale-timestamp")
class AcceptsAnyTimestamp(Platform):
    """Never looks at the timestamp."""

    def is_fresh(self, timestamp: str) -> bool:
        return True


class _Window(Platform):
    """Accepts timestamps from *early* seconds ahead of the clock to *late* seconds behind it."""

    early = 300
    late = 300

    def is_fresh(self, timestamp: str) -> bool:
        return timestamp.isascii() and timestamp.isdigit() and -self.early <= self.now() - int(timestamp) <= self.late


@breaks("v3.request.refuses-stale-timestamp")
class AcceptsFutureTimestamps(_Window):
    """Accepts a timestamp however far ahead."""

    early = 10**12


@breaks("v3.request.refuses-stale-timestamp")
class AcceptsASecondTooLate(_Window):
    """Accepts a timestamp 301 s old."""

    late = 301


@breaks("v3.request.refuses-stale-timestamp")
class AcceptsTenMinutes(_Window):
    """Accepts a timestamp up to ten minutes away."""

    early = late = 600


@breaks("v3.request.refuses-stale-timestamp")
class RefusesAfterFourMinutes(_Window):
    """Refuses a timestamp more than four minutes old."""

    late = 240


@breaks("v3.request.refuses-stale-timestamp")
class AcceptsStaleQueries(Platform):
    """Looks at the timestamp of requests that change something, and of no others."""

    method = ""

    def authenticate(self, request: Request) -> Merchant:
        self.method = request.method
        return super().authenticate(request)

    def is_fresh(self, timestamp: str) -> bool:
        return self.method == "GET" or super().is_fresh(timestamp)


@breaks("v3.request.refuses-timestamp-not-in-seconds")
class AcceptsMilliseconds(Platform):
    """Reads a timestamp of thirteen digits as milliseconds."""

    def is_fresh(self, timestamp: str) -> bool:
        return super().is_fresh(timestamp[:-3] if len(timestamp) == 13 else timestamp)


@breaks("v3.request.refuses-timestamp-not-in-seconds")
class AcceptsFractions(Platform):
    """Reads a timestamp as a number of any form."""

    def is_fresh(self, timestamp: str) -> bool:
        with suppress(ValueError):
            return abs(self.now() - float(timestamp)) <= 300
        return False


@breaks("v3.request.refuses-timestamp-not-in-seconds")
class ForgetsTheSign(Platform):
    """Reads a negative timestamp as a positive one."""

    def is_fresh(self, timestamp: str) -> bool:
        return super().is_fresh(timestamp.removeprefix("-"))


@breaks("v3.request.refuses-timestamp-not-in-seconds")
class AcceptsDates(Platform):
    """Accepts a timestamp written as a date."""

    def is_fresh(self, timestamp: str) -> bool:
        with suppress(ValueError):
            return super().is_fresh(str(int(datetime.fromisoformat(timestamp).timestamp())))
        return super().is_fresh(timestamp)


@breaks("v3.request.refuses-timestamp-not-in-seconds")
class AcceptsWhatIsNoNumber(Platform):
    """Lets a timestamp pass that is no number, for it cannot be compared."""

    def is_fresh(self, timestamp: str) -> bool:
        return not timestamp.isdigit() or super().is_fresh(timestamp)
