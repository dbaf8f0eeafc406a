"""Faults in which days have a bill, and when it is there."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from reference.machines import Refusal
from reference.oracles.bills import BillType, TradeRow
from reference.oracles.times import BEIJING
from reference.platform.bills import beijing
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import BILL_CREATING, BILL_MISSING
from reference.platform.wire import Refused

__all__: list[str] = []


class _Lax(Platform):
    """Reads a bill_date the way `read_day` does, if it can."""

    ignored_keywords = frozenset({("bill_date", "format"), ("bill_date", "required")})

    def read_day(self, text: str) -> date | None:
        raise NotImplementedError

    def bill_day(self, ask: Ask) -> date:
        text = ask.params.get("bill_date", "")
        day = self.read_day(text)
        try:
            written = day is None and date.fromisoformat(text).isoformat() == text
        except ValueError:
            written = False
        if day is None and not written:
            raise self.bad_day("no calendar day as YYYY-MM-DD")
        return super().bill_day(replace(ask, params={**ask.params, "bill_date": text if day is None else day.isoformat()}))


def _read(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=BEIJING).date()
    except ValueError:
        return None


@breaks("v3.bill.refuses-a-malformed-date")
class ReadsDaysAsApiv2Does(_Lax):
    """Takes yyyyMMdd."""

    def read_day(self, text: str) -> date | None:
        return _read(text, "%Y%m%d")


@breaks("v3.bill.refuses-a-malformed-date")
class ReadsDaysWithoutZeros(_Lax):
    """Takes days and months of one digit."""

    def read_day(self, text: str) -> date | None:
        return _read(text, "%Y-%m-%d") if text.isascii() else None


@breaks("v3.bill.refuses-a-malformed-date")
class ReadsTheDayOfATime(_Lax):
    """Takes a time and drops it."""

    def read_day(self, text: str) -> date | None:
        return _read(text[:10], "%Y-%m-%d") if len(text) > 10 and text[10] in "T " else None


@breaks("v3.bill.refuses-a-malformed-date")
class GuessesYesterday(_Lax):
    """Takes a bill_date that is left out or empty for yesterday."""

    def read_day(self, text: str) -> date | None:
        return beijing(self.now()).date() - timedelta(days=1) if text == "" else None


@breaks("v3.bill.refuses-a-malformed-date")
class RollsImpossibleDaysOver(_Lax):
    """Takes day 0 for the last of the month before, and day 32 for one of the next."""

    def read_day(self, text: str) -> date | None:
        first = _read(f"{text[:7]}-01", "%Y-%m-%d")
        return None if first is None or not text[8:].isdecimal() else first + timedelta(days=int(text[8:]) - 1)

    def is_billable(self, day: date, now: datetime) -> bool:
        return super().is_billable(day, now) or day >= now.date()

    def is_ready(self, day: date, now: datetime) -> bool:
        return True

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        return super().trade_rows(ask, day, kind) or [row for back in range(60) for row in self.rows_before(ask, day, back, kind)][:1]

    def rows_before(self, ask: Ask, day: date, back: int, kind: BillType) -> list[TradeRow]:
        """The rows of a day some days *back*."""
        return super().trade_rows(ask, day - timedelta(days=back), kind)


@breaks("v3.bill.refuses-today-and-later")
class BillsToday(Platform):
    """Gives the bill of a day before it is over."""

    def is_billable(self, day: date, now: datetime) -> bool:
        return super().is_billable(day, now) or day == now.date()

    def is_ready(self, day: date, now: datetime) -> bool:
        return day == now.date() or super().is_ready(day, now)


@breaks("v3.bill.refuses-today-and-later")
class BillsTodayAfterNightfall(Platform):
    """Gives the fund-flow bill of today in its last hour."""

    def bill_day(self, ask: Ask) -> date:
        now = beijing(self.now())
        late = now.hour == 23 and ask.operation.id == "fundflowbill_apply" and ask.params["bill_date"] == now.date().isoformat()
        return now.date() if late else super().bill_day(ask)


@breaks("v3.bill.refuses-today-and-later")
class BillsTheFuture(Platform):
    """Gives an empty bill of a day to come."""

    def trade_bill(self, ask: Ask, day: date) -> str:
        return "" if day > beijing(self.now()).date() else super().trade_bill(ask, day)

    def is_billable(self, day: date, now: datetime) -> bool:
        return super().is_billable(day, now) or day > now.date()

    def is_ready(self, day: date, now: datetime) -> bool:
        return day > now.date() or super().is_ready(day, now)


@breaks("v3.bill.refuses-a-date-too-old")
class KeepsBillsForAYear(Platform):
    """Gives bills for a year."""

    def is_billable(self, day: date, now: datetime) -> bool:
        return now.date() - timedelta(days=365) <= day < now.date()


@breaks("v3.bill.refuses-a-date-too-old")
class KeepsBillsForAMonth(Platform):
    """Gives bills for a month."""

    def is_billable(self, day: date, now: datetime) -> bool:
        return now.date() - timedelta(days=31) <= day < now.date()


@breaks("v3.bill.refuses-a-date-too-old")
class KeepsFundFlowBillsForEver(Platform):
    """Gives fund-flow bills of any age."""

    def bill_day(self, ask: Ask) -> date:
        if ask.operation.id == "fundflowbill_apply":
            day = date.fromisoformat(ask.params["bill_date"])
            if day < beijing(self.now()).date() - timedelta(days=92):
                return day
        return super().bill_day(ask)


class _Early(Platform):
    """Has something to say of a bill before ten."""

    def is_early(self, ask: Ask) -> bool:
        """Tell whether the bill of yesterday is asked for before ten."""
        now = beijing(self.now())
        yesterday = (now.date() - timedelta(days=1)).isoformat()
        return now.hour < 10 and ask.params.get("bill_date") == yesterday


@breaks("v3.bill.says-when-a-bill-is-not-ready")
class BillsAMorningInPart(_Early):
    """Gives a part of the bill before ten."""

    def is_ready(self, day: date, now: datetime) -> bool:
        return True

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        rows = super().trade_rows(ask, day, kind)
        return rows[: (len(rows) + 1) // 2] if self.is_early(ask) else rows


@breaks("v3.bill.says-when-a-bill-is-not-ready")
class SaysNothingHappenedBeforeTen(_Early):
    """Says that there is no bill before it is made."""

    def bill_day(self, ask: Ask) -> date:
        if self.is_early(ask):
            raise Refused(BILL_MISSING)
        return super().bill_day(ask)


@breaks("v3.bill.says-when-a-bill-is-not-ready")
class AnswersWithoutABill(_Early):
    """Answers 200 without a download_url before ten."""

    def is_ready(self, day: date, now: datetime) -> bool:
        return True

    def offer(self, ask: Ask, text: str) -> dict[str, Any]:
        return {"hash_type": "SHA1", "hash_value": ""} if self.is_early(ask) else super().offer(ask, text)


@breaks("v3.bill.says-when-a-bill-is-not-ready")
class MakesBillsAtNoon(Platform):
    """Makes bills at noon."""

    def is_ready(self, day: date, now: datetime) -> bool:
        return super().is_ready(day, now - timedelta(hours=2))


@breaks("v3.bill.says-when-a-bill-is-not-ready")
class MakesFundFlowBillsInTheEvening(Platform):
    """Makes fund-flow bills at four in the afternoon."""

    def apply_fund_flow_bill(self, ask: Ask) -> dict[str, Any]:
        now = beijing(self.now())
        if now.hour < 16 and ask.params["bill_date"] == (now.date() - timedelta(days=1)).isoformat():
            raise Refused(BILL_CREATING)
        return super().apply_fund_flow_bill(ask)


_EMPTY = Refusal("bill-empty", 400, "PARAM_ERROR", "There is nothing to show.")


@breaks("v3.bill.says-when-there-is-nothing-to-bill")
class BillsAnEmptyDay(Platform):
    """Gives a bill without rows of a day on which nothing happened."""

    def trade_bill(self, ask: Ask, day: date) -> str:
        try:
            return super().trade_bill(ask, day)
        except Refused:
            return "`0\r\n"


@breaks("v3.bill.says-when-there-is-nothing-to-bill")
class IsForEverAtWork(Platform):
    """Says of a day on which nothing happened that its bill is being made."""

    def trade_bill(self, ask: Ask, day: date) -> str:
        try:
            return super().trade_bill(ask, day)
        except Refused:
            raise Refused(BILL_CREATING) from None


@breaks("v3.bill.says-when-there-is-nothing-to-bill")
class BlamesTheDay(Platform):
    """Calls the day of a service provider on which nothing happened a wrong parameter."""

    def trade_bill(self, ask: Ask, day: date) -> str:
        try:
            return super().trade_bill(ask, day)
        except Refused as refused:
            raise (Refused(_EMPTY) if ask.merchant.sub_mchids else refused) from None
