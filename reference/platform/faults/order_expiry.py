"""Faults in until when an order can be paid."""

import re
from typing import Any

from reference.contract import Problem
from reference.machines import Case, Entity, Refusal
from reference.machines.order import PARAMETERS_CHANGED
from reference.oracles import times
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []


class _ReadsEnds(Platform):
    """Reads time_expire in a form of its own, and goes on with the right one."""

    def read_end(self, text: Any) -> Any:
        raise NotImplementedError

    def without_nulls(self, value: Any) -> Any:
        fields = super().without_nulls(value)
        if isinstance(fields, dict) and "time_expire" in fields:
            fields["time_expire"] = self.read_end(fields["time_expire"])
        return fields


@breaks("v3.order.requires-rfc3339-time-expire")
class TakesTimesWithoutZone(_ReadsEnds):
    """Takes a time without a zone for one in Beijing."""

    def read_end(self, text: Any) -> Any:
        return f"{text}+08:00" if re.fullmatch(r"\S{10}T[0-9:]{8}", str(text)) else text


@breaks("v3.order.requires-rfc3339-time-expire")
class TakesTimesOfVersion2(_ReadsEnds):
    """Takes yyyyMMddHHmmss."""

    def read_end(self, text: Any) -> Any:
        found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", str(text))
        return "{}-{}-{}T{}:{}:{}+08:00".format(*found.groups()) if found else text


@breaks("v3.order.requires-rfc3339-time-expire")
class TakesUnixTimes(_ReadsEnds):
    """Takes a number of seconds."""

    def read_end(self, text: Any) -> Any:
        return times.format_rfc3339(text) if isinstance(text, int) and text > 1 else text


@breaks("v3.order.requires-rfc3339-time-expire")
class TakesASpaceForT(_ReadsEnds):
    """Takes a space between date and time."""

    def read_end(self, text: Any) -> Any:
        return str(text).replace(" ", "T")


@breaks("v3.order.requires-rfc3339-time-expire")
class LooksAtTheFormOfTimesOnly(Platform):
    """Takes a time in the right form that no clock ever shows for the day after tomorrow."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00")
        return tuple(item for item in super().minded(found, name) if not (item.keyword == "format" and form.fullmatch(str(item.value))))

    def moment(self, text: str) -> float:
        try:
            return super().moment(text)
        except times.TimeError:
            return self.now() + 2 * 86_400


@breaks("v3.order.requires-rfc3339-time-expire")
class IgnoresEndsItCannotRead(Platform):
    """Takes any time_expire, and forgets what it cannot read."""

    ignored_keywords = frozenset({("time_expire", "format"), ("time_expire", "type")})

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        draft = super().order_draft(ask)
        try:
            times.parse_rfc3339(str(draft.get("time_expire")))
        except times.TimeError:
            draft.pop("time_expire", None)
        return draft


@breaks("v3.order.requires-rfc3339-time-expire")
class TakesNoZoneButUtc(Platform):
    """Refuses times in Beijing."""

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        if "+" in ask.fields.get("time_expire", ""):
            raise self.bad_parameter("time_expire", "not in UTC", "body")
        return super().order_draft(ask)


@breaks("v3.order.raises-a-near-time-expire")
class EndsOrdersBeforeTheyCanBePaid(Platform):
    """Accepts an end a few seconds ahead, and keeps to it."""

    def effective_expiry(self, asked: float) -> int:
        return int(asked)


@breaks("v3.order.raises-a-near-time-expire")
class ForgetsNearEnds(Platform):
    """Accepts an end less than a minute ahead, and lets the order live for a day."""

    def effective_expiry(self, asked: float) -> int:
        return int(asked) if asked >= self.now() + 60 else self.now() + 86_400


@breaks("v3.order.raises-a-near-time-expire")
class RaisesNearEndsToAnHour(Platform):
    """Moves an end less than half a minute ahead by an hour."""

    def effective_expiry(self, asked: float) -> int:
        return super().effective_expiry(asked) if asked >= self.now() + 30 else int(asked) + 3600


@breaks("v3.order.raises-a-near-time-expire")
class RefusesNearEndsButKeepsTheOrder(Platform):
    """Refuses an end less than a minute ahead after the order was placed."""

    def new_order(self, machine: str, ask: Any, draft: dict[str, Any], state: str) -> Entity:
        order = super().new_order(machine, ask, draft, state)
        if "time_expire" in draft and self.moment(draft["time_expire"]) < self.now() + 60:
            raise self.bad_parameter("time_expire", "too near", "body")
        return order


@breaks("v3.order.not-payable-after-time-expire")
class KnowsNoEnd(Platform):
    """Lets an order be paid after its end."""

    overlooked = frozenset({"order-expired"})


@breaks("v3.order.not-payable-after-time-expire")
class KnowsNoEndOfProvidersOrders(Platform):
    """Lets a provider's order be paid after its end."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        partner = case.subject is not None and case.subject.draft.get("mode") == "partner"
        return frozenset({"order-expired"}) if partner else frozenset()


@breaks("v3.order.not-payable-after-time-expire")
class GivesFiveMinutesMore(Platform):
    """Lets an order be paid for five minutes after its end."""

    def effective_expiry(self, asked: float) -> int:
        return super().effective_expiry(asked) + 300


@breaks("v3.order.not-payable-after-time-expire")
class TrustsTheHandleOverTheEnd(Platform):
    """Lets a handle that still works pay an order after its end."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        return frozenset({"order-expired"}) if "credential_issued" in case.facts else frozenset()


@breaks("v3.order.not-payable-after-time-expire")
class MovesTheEndWithEveryRepeat(Platform):
    """Gives an order another five minutes whenever it is placed again."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if "time_expire" in order.data:
            order.data["time_expire"] += 300
        return draft


@breaks("v3.order.not-payable-after-time-expire")
class ForgetsTheEndAfterAFailedAttempt(Platform):
    """Forgets until when an order can be paid once an attempt failed."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None:
            order.data.pop("time_expire", None)
        return super().fail(mchid, out_trade_no)


@breaks("v3.order.not-payable-after-time-expire")
class EndsOrdersTooEarly(Platform):
    """Counts the end in local time without its zone, eight hours early, but for a minute at least."""

    def moment(self, text: str) -> float:
        return super().moment(text) - 8 * 3600


@breaks("v3.order.not-payable-after-time-expire")
class ReopensOrdersAfterTheirEnd(Platform):
    """Lets an order that has ended be placed again, and paid."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if order.data.get("time_expire", self.now()) < self.now():
            order.data["time_expire"] = self.now() + 600
        return draft


@breaks("v3.order.keeps-time-expire")
class AcceptsAnotherEnd(Platform):
    """Accepts a used number with another end, and keeps the first."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        return draft | {name: value for name, value in order.draft.items() if name == "time_expire"}


@breaks("v3.order.keeps-time-expire")
class TakesTheNewEnd(Platform):
    """Lets a repeat move the end of an order."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if "time_expire" in draft and order.state == "NOTPAY":
            order.draft["time_expire"] = draft["time_expire"]
            order.data["time_expire"] = self.effective_expiry(self.moment(draft["time_expire"]))
        return draft


@breaks("v3.order.keeps-time-expire")
class RefusesANewEndButTakesIt(Platform):
    """Refuses a later end and moves it all the same."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if draft.get("time_expire") != order.draft.get("time_expire") and order.state == "NOTPAY":
            order.data["time_expire"] = self.effective_expiry(self.moment(draft["time_expire"]))
            raise Refused(PARAMETERS_CHANGED)
        return draft


@breaks("v3.order.keeps-time-expire")
class AcceptsAnEarlierEnd(Platform):
    """Accepts a used number with an earlier end."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        earlier = draft.get("time_expire", "") < order.draft.get("time_expire", "")
        return draft | {"time_expire": order.draft["time_expire"]} if earlier and "time_expire" in draft else draft


@breaks("v3.order.keeps-time-expire")
class ComparesEndsByTheMinute(Platform):
    """Takes ends in the same minute for the same."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        first = order.draft.get("time_expire", "")
        return draft | {"time_expire": first} if first and draft.get("time_expire", "")[:16] == first[:16] else draft
