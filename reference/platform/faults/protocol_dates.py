"""Faults in how the dates of requests are read."""

from typing import Any

from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask

__all__: list[str] = []


class _ReadsTheEndOf(Platform):
    """Reads time_expire in its own way."""

    def read_end(self, text: str) -> str:
        raise NotImplementedError

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        draft = super().order_draft(ask)
        return draft | {"time_expire": self.read_end(draft["time_expire"])} if "time_expire" in draft else draft


@breaks("v3.protocol.accepts-every-date-form")
class KnowsNoZ(_ReadsTheEndOf):
    """Refuses dates with Z."""

    def read_end(self, text: str) -> str:
        if text.endswith("Z"):
            raise self.bad_parameter("time_expire", "no offset", "body")
        return text


@breaks("v3.protocol.accepts-every-date-form")
class KnowsNoMilliseconds(_ReadsTheEndOf):
    """Refuses dates with a fraction of a second."""

    def read_end(self, text: str) -> str:
        if "." in text:
            raise self.bad_parameter("time_expire", "a fraction of a second", "body")
        return text


@breaks("v3.protocol.accepts-every-date-form")
class TakesZForBeijing(_ReadsTheEndOf):
    """Reads a date with Z as one in Beijing, eight hours early."""

    def read_end(self, text: str) -> str:
        return text.replace("Z", "+08:00")


@breaks("v3.protocol.accepts-every-date-form")
class LosesTheZoneAfterMilliseconds(_ReadsTheEndOf):
    """Reads a date with milliseconds as one of Greenwich, eight hours late."""

    def read_end(self, text: str) -> str:
        return text.replace("+08:00", "Z") if "." in text else text
