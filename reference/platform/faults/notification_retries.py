"""Faults in when a notification is repeated, and when no more."""

from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.outbox import LADDER

__all__: list[str] = []


@breaks("v3.notify.retries-until-acknowledged")
class TakesRedirectsForAcknowledgements(Platform):
    """Takes 3xx for an acknowledgement."""

    def is_acknowledged(self, status: int | None) -> bool:
        return super().is_acknowledged(status) or (status is not None and 300 <= status < 400)


@breaks("v3.notify.retries-until-acknowledged")
class TakesClientErrorsForAcknowledgements(Platform):
    """Takes 4xx for an acknowledgement: the merchant has seen it."""

    def is_acknowledged(self, status: int | None) -> bool:
        return super().is_acknowledged(status) or (status is not None and 400 <= status < 500)


@breaks("v3.notify.retries-until-acknowledged")
class TakesGoneForGood(Platform):
    """Takes 404 and 405 for a refusal that will not change."""

    def is_acknowledged(self, status: int | None) -> bool:
        return super().is_acknowledged(status) or status in {404, 405}


@breaks("v3.notify.retries-until-acknowledged")
class RepeatsNoRefunds(Platform):
    """Delivers refund notifications once."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        refund = self.notices[notice_id].event_type.startswith("REFUND")
        super().delivered(notice_id, 200 if refund and status is not None else status)


@breaks("v3.notify.retries-until-acknowledged")
class TiresOfErrors(Platform):
    """Takes a 5xx after eight failures for an acknowledgement."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        tired = self.notices[notice_id].failures >= 8 and status is not None and status >= 500
        super().delivered(notice_id, 200 if tired else status)


@breaks("v3.notify.retries-after-a-late-answer")
class TakesSilenceForAnAcknowledgement(Platform):
    """Takes no answer in time for an acknowledgement."""

    def is_acknowledged(self, status: int | None) -> bool:
        return super().is_acknowledged(status) or status is None


@breaks("v3.notify.retries-after-a-late-answer")
class TakesSilenceAfterAFailureForAnAcknowledgement(Platform):
    """Repeats after silence only where nothing failed before."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        super().delivered(notice_id, 200 if status is None and self.notices[notice_id].failures else status)


@breaks("v3.notify.retries-after-a-late-answer")
class WaitsOnlyForPayments(Platform):
    """Drops a refund notification that got no answer in time."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        refund = self.notices[notice_id].event_type.startswith("REFUND")
        super().delivered(notice_id, 200 if status is None and refund else status)


@breaks("v3.notify.retries-on-schedule")
class RepeatsAtOddTimes(Platform):
    """Has one interval of thirty minutes too few, and one hour too many."""

    def ladder(self) -> tuple[int, ...]:
        return (*LADDER[:6], 1_800, 1_800, 3_600, *LADDER[9:])


@breaks("v3.notify.retries-on-schedule")
class RepeatsEveryMinute(Platform):
    """Repeats fifteen times, a minute apart."""

    def ladder(self) -> tuple[int, ...]:
        return (60,) * len(LADDER)


@breaks("v3.notify.retries-on-schedule")
class CountsIntervalsFromTheFirstAttempt(Platform):
    """Counts every interval from the first attempt, where that is later."""

    def ladder(self) -> tuple[int, ...]:
        return (15, 0, 15, 150, 420, 600, 600, 1, 1, 1_800, 7_200, 1, 1, 10_800, 1)


@breaks("v3.notify.retries-on-schedule")
class RepeatsRefundsSooner(Platform):
    """Repeats refund notifications at half the intervals of payments."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        super().delivered(notice_id, status)
        notice = self.notices[notice_id]
        if not notice.done and notice.event_type.startswith("REFUND"):
            notice.due -= (notice.due - self.now()) // 2


@breaks("v3.notify.retries-on-schedule")
class RepeatsSlowlyAfterAClientError(Platform):
    """Doubles the interval after a 4xx."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        super().delivered(notice_id, status)
        notice = self.notices[notice_id]
        if not notice.done and status is not None and 400 <= status < 500:
            notice.due += notice.due - self.now()


@breaks("v3.notify.gives-up-after-the-last-retry")
class GivesUpAfterTenRetries(Platform):
    """Gives a notification up after ten retries."""

    def ladder(self) -> tuple[int, ...]:
        return LADDER[:10]


@breaks("v3.notify.gives-up-after-the-last-retry")
class NeverGivesUp(Platform):
    """Repeats every six hours for a month when the schedule is over."""

    def ladder(self) -> tuple[int, ...]:
        return (*LADDER, *(21_600,) * 120)


@breaks("v3.notify.gives-up-after-the-last-retry")
class TriesOnceMoreTheNextDay(Platform):
    """Repeats a refund notification once more, three days after the schedule is over."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        notice = self.notices[notice_id]
        spent = notice.failures == len(LADDER) and not self.is_acknowledged(status)
        if spent and notice.event_type.startswith("REFUND"):
            notice.failures += 1
            notice.due = self.now() + 3 * 86_400
            return
        super().delivered(notice_id, status)


@breaks("v3.notify.gives-up-after-the-last-retry")
class SkipsTheLastRetry(Platform):
    """Attempts fifteen times in all: the first one counts as a retry."""

    def ladder(self) -> tuple[int, ...]:
        return LADDER[:-1]


@breaks("v3.notify.stops-after-acknowledgement")
class TakesOnlyContentForAnAcknowledgement(Platform):
    """Does not take 204 for an acknowledgement."""

    def is_acknowledged(self, status: int | None) -> bool:
        return status == 200


@breaks("v3.notify.stops-after-acknowledgement")
class TakesOnlyEmptinessForAnAcknowledgement(Platform):
    """Does not take 200 for an acknowledgement."""

    def is_acknowledged(self, status: int | None) -> bool:
        return status == 204


@breaks("v3.notify.stops-after-acknowledgement")
class NeverStops(Platform):
    """Goes through the whole schedule whatever is answered."""

    def is_acknowledged(self, status: int | None) -> bool:
        return False


@breaks("v3.notify.stops-after-acknowledgement")
class HearsNothingAfterAnHour(Platform):
    """Does not take an answer to a late retry for an acknowledgement."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        late = self.notices[notice_id].failures >= 10
        super().delivered(notice_id, 500 if late else status)


@breaks("v3.notify.stops-after-acknowledgement")
class HearsNothingOfRefunds(Platform):
    """Does not take an acknowledgement of a refund for one."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        refund = self.notices[notice_id].event_type.startswith("REFUND")
        super().delivered(notice_id, 500 if refund else status)
