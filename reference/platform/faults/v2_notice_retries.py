"""Faults in how often APIv2 delivers a notification."""

from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.outbox import LADDER, Notice

__all__: list[str] = []

_REPEATS = "v2.notify.repeats-until-acknowledged"
_STOPS = "v2.notify.stops-when-acknowledged"
_SCHEDULE = "v2.notify.follows-the-schedule"


@breaks(_REPEATS)
class TakesAnyBody(Platform):
    """Takes HTTP 200 for an acknowledgement, whatever the body says."""

    def v2_is_taken(self, status: int, body: bytes) -> bool:
        return status == 200


@breaks(_REPEATS)
class TakesSuccessWithAnyStatus(Platform):
    """Takes return_code SUCCESS for an acknowledgement, whatever the status is."""

    def v2_is_taken(self, status: int, body: bytes) -> bool:
        return super().v2_is_taken(200, body)


@breaks(_REPEATS)
class LooksForTheWordSuccess(Platform):
    """Takes the word SUCCESS anywhere in the body for an acknowledgement."""

    def v2_is_taken(self, status: int, body: bytes) -> bool:
        return status == 200 and b"SUCCESS" in body


@breaks(_REPEATS)
class TakesSuccessInSmallLetters(Platform):
    """Takes a body that is nothing but success for an acknowledgement."""

    def v2_is_taken(self, status: int, body: bytes) -> bool:
        return body.strip().lower() == b"success" or super().v2_is_taken(status, body)


@breaks(_REPEATS)
class TakesARedirection(Platform):
    """Takes a redirection for an acknowledgement."""

    def v2_is_taken(self, status: int, body: bytes) -> bool:
        return status == 302 or super().v2_is_taken(status, body)


@breaks(_REPEATS)
class ForgetsWhoAnswersLate(Platform):
    """Delivers a notification no more that got no answer in time."""

    def heard(self, notice_id: str, status: int | None, body: bytes) -> None:
        super().heard(notice_id, status, body)
        if status is None and not self.notices[notice_id].signed:
            self.notices[notice_id].done = True
            self.waiting.pop(notice_id, None)


@breaks(_REPEATS)
class SignsANoticeOnce(Platform):
    """Delivers a notification again exactly as it was."""

    notice_nonce = ""

    def nonce(self, length: int = 32) -> str:
        return self.notice_nonce or super().nonce(length)

    def v2_sign_notice(self, notice: Notice) -> bytes:
        self.notice_nonce = notice.id.replace("-", "")
        try:
            return super().v2_sign_notice(notice)
        finally:
            self.notice_nonce = ""


@breaks(_REPEATS)
class TellsARetryAsAnotherPayment(Platform):
    """Tells a payment that comes again under another transaction_id."""

    def v2_sign_notice(self, notice: Notice) -> bytes:
        values = v2.read_xml(notice.body.encode())
        if "transaction_id" in values and notice.failures:
            notice.body = self.v2_write(values | {"transaction_id": f"{values['transaction_id'][:26]}{notice.failures:02d}"}).decode()
        return super().v2_sign_notice(notice)


class _Acknowledged(Platform):
    """Is particular about how an acknowledgement is written."""

    def v2_is_taken(self, status: int, body: bytes) -> bool:
        return self.pleases(body) and super().v2_is_taken(status, body)

    def pleases(self, body: bytes) -> bool:
        """Tell whether *body* is written as it is wanted."""
        return True


@breaks(_STOPS)
class TakesCdataOnly(_Acknowledged):
    """Takes return_code only in CDATA."""

    def pleases(self, body: bytes) -> bool:
        return b"CDATA" in body


@breaks(_STOPS)
class TakesPlainTextOnly(_Acknowledged):
    """Takes return_code only without CDATA."""

    def pleases(self, body: bytes) -> bool:
        return b"CDATA" not in body


@breaks(_STOPS)
class WantsAMessage(_Acknowledged):
    """Takes an acknowledgement only with a return_msg."""

    def pleases(self, body: bytes) -> bool:
        return b"return_msg" in body


@breaks(_STOPS)
class WantsNoEmptyMessage(_Acknowledged):
    """Takes no acknowledgement whose return_msg is empty."""

    def pleases(self, body: bytes) -> bool:
        return b"<return_msg><![CDATA[]]>" not in body


@breaks(_STOPS)
class WantsOneLine(_Acknowledged):
    """Takes an acknowledgement only on one line."""

    def pleases(self, body: bytes) -> bool:
        return b"\n" not in body


class _Goes(Platform):
    """Delivers a notification again although it was acknowledged."""

    def heard(self, notice_id: str, status: int | None, body: bytes) -> None:
        notice = self.notices[notice_id]
        before = notice.failures
        super().heard(notice_id, status, body)
        if notice.accepted and not notice.signed and self.again(notice, before) and before < len(LADDER):
            notice.accepted = notice.done = False
            notice.due, notice.failures = self.now() + LADDER[before], before + 1
            self.waiting[notice_id] = notice

    def again(self, notice: Notice, failures: int) -> bool:
        """Tell whether *notice*, acknowledged after so many failures, comes again."""
        return True


@breaks(_STOPS)
class NeverStopsInApiv2(_Goes):
    """Delivers every notification of APIv2 sixteen times."""


@breaks(_STOPS)
class HearsTheFirstAnswerOnly(_Goes):
    """Delivers a notification again that was not acknowledged at its first delivery."""

    def again(self, notice: Notice, failures: int) -> bool:
        return failures > 0


@breaks(_STOPS)
class RepeatsRefundNotices(_Goes):
    """Delivers the notice of a refund again."""

    def again(self, notice: Notice, failures: int) -> bool:
        return notice.event_type.startswith("REFUND")


class _Climbs(Platform):
    """Delivers notifications of APIv2 by another schedule."""

    steps: tuple[int, ...] = LADDER
    climbing = False

    def ladder(self) -> tuple[int, ...]:
        return self.steps if self.climbing else super().ladder()

    def heard(self, notice_id: str, status: int | None, body: bytes) -> None:
        self.climbing = not self.notices[notice_id].signed and self.applies(status)
        try:
            super().heard(notice_id, status, body)
        finally:
            self.climbing = False

    def applies(self, status: int | None) -> bool:
        """Tell whether the schedule holds after an answer of *status*."""
        return True


@breaks(_SCHEDULE)
class GivesUpInApiv2AfterThree(_Climbs):
    """Gives up after three deliveries."""

    steps = LADDER[:2]


@breaks(_SCHEDULE)
class LeavesOutTheLastInApiv2(_Climbs):
    """Gives up after fifteen deliveries."""

    steps = LADDER[:-1]


@breaks(_SCHEDULE)
class GoesOnForADayInApiv2(_Climbs):
    """Delivers once more a day after the last delivery."""

    steps = (*LADDER, 86_400)


@breaks(_SCHEDULE)
class RetriesEveryMinuteInApiv2(_Climbs):
    """Delivers again every minute at first."""

    steps = (60, 60, 60, *LADDER[3:])


@breaks(_SCHEDULE)
class WaitsThreeTimesLongerOnce(_Climbs):
    """Waits half an hour where ten minutes are due."""

    steps = (*LADDER[:4], 1800, *LADDER[5:])


@breaks(_SCHEDULE)
class HurriesAfterErrors(_Climbs):
    """Delivers by half the pauses after an error of the merchant's."""

    steps = tuple(pause // 2 for pause in LADDER)

    def applies(self, status: int | None) -> bool:
        return status is not None and status >= 500
