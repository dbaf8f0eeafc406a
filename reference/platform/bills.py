"""Bills of what happened, and the files they are downloaded as."""

import gzip
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha1
from typing import Any

from reference.machines import Entity
from reference.oracles import bills
from reference.oracles.bills import BillType, FundFlowBill, FundFlowRow, TradeBill, TradeRow
from reference.oracles.times import BEIJING
from reference.platform.intake import Ask
from reference.platform.refusals import BAD_PARAMETER, BILL_CREATING, BILL_MISSING, FILE_GONE
from reference.platform.signing import Signing
from reference.platform.store import Store
from reference.platform.wire import Refused

__all__ = ["TOKEN_LIFE", "BillFile", "Bills", "beijing"]

TOKEN_LIFE = 300
"""Seconds a download_url works."""
_MOST_DAYS_BACK = 92


@dataclass(frozen=True)
class BillFile:
    """A file waiting to be downloaded by *mchid* until *until* (Unix seconds)."""

    mchid: str
    data: bytes
    until: int


class Bills(Signing):
    """Applies for bills and serves their files."""

    store: Store
    files: dict[str, BillFile]
    base_url: str

    def apply_trade_bill(self, ask: Ask) -> dict[str, Any]:
        """Answer an application for the trade bill of one day."""
        return self.offer(ask, self.trade_bill(ask, self.bill_day(ask)))

    def apply_fund_flow_bill(self, ask: Ask) -> dict[str, Any]:
        """Answer an application for the fund-flow bill of one day."""
        return self.offer(ask, self.fund_flow_bill(ask, self.bill_day(ask)))

    def bill_day(self, ask: Ask) -> date:
        """Return the day asked for: a past day of the last three months, whose bill is ready after ten the next morning."""
        now = beijing(self.now())
        try:
            day = datetime.strptime(ask.params["bill_date"], "%Y-%m-%d").replace(tzinfo=BEIJING).date()
        except ValueError:
            raise self.bad_day("no calendar day as YYYY-MM-DD") from None
        if not self.is_billable(day, now):
            raise self.bad_day("not a past day of the last three months")
        if not self.is_ready(day, now):
            raise Refused(BILL_CREATING, {"field": "bill_date", "location": "query"})
        return day

    def bad_day(self, issue: str) -> Refused:
        """The refusal of a day no bill can be asked for."""
        return Refused(BAD_PARAMETER, {"field": "bill_date", "issue": issue, "location": "query"})

    def is_billable(self, day: date, now: datetime) -> bool:
        """Tell whether *day* lies between yesterday and three months ago."""
        return now.date() - timedelta(days=_MOST_DAYS_BACK) <= day < now.date()

    def is_ready(self, day: date, now: datetime) -> bool:
        """Tell whether the bill of *day* is made: after ten the next morning."""
        return now >= datetime.combine(day + timedelta(days=1), time(10), BEIJING)

    def day_of(self, seconds: int) -> date:
        """The day a bill counts a moment to."""
        return beijing(seconds).date()

    def trade_bill(self, ask: Ask, day: date) -> str:
        """Return the trade bill's text: a row for each payment and each refund of *day*."""
        kind: BillType = ask.params.get("bill_type", "ALL")  # type: ignore[assignment]  # the contract admits no other
        rows = self.trade_rows(ask, day, kind)
        if not rows:
            raise Refused(BILL_MISSING, {"field": "bill_date", "location": "query"})
        return self.written(bills.trade_bill(kind, rows))

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        """The rows of a trade bill of that kind."""
        rows: list[TradeRow] = []
        for order in self.paid_orders(ask):
            if kind in {"ALL", "SUCCESS"} and self.day_of(order.data["paid_at"]) == day:
                rows.append(self.payment_row(order))
            if kind in {"ALL", "REFUND"}:
                rows += [self.refund_row(order, refund) for refund in self.store.refunds_of(order) if self.day_of(refund.created) == day]
        return rows

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        """The text of a bill's file."""
        return bills.render(bill)

    def paid_orders(self, ask: Ask) -> list[Entity]:
        """The paid orders the bill is about."""
        sub = ask.sub_mchid
        paid = (order for order in self.store.orders() if order.owner == ask.merchant.mchid and "paid_at" in order.data)
        return [order for order in paid if sub is None or order.draft.get("sub_mchid") == sub]

    def payment_row(self, order: Entity) -> TradeRow:
        """The row of a payment."""
        total = self.billed(order.draft["amount"]["total"])
        return TradeRow(
            trade_time=beijing(order.data["paid_at"]), trade_state="SUCCESS", settlement_total=total, total=total, **self.row_facts(order)
        )

    def refund_row(self, order: Entity, refund: Entity) -> TradeRow:
        """The row of a refund."""
        amount = self.billed(refund.draft["amount"]["refund"])
        settled = refund.data.get("settled_at")
        return TradeRow(
            trade_time=beijing(refund.created),
            trade_state="REFUND",
            settlement_total=0,
            total=0,
            refund_apply_time=beijing(refund.created),
            refund_success_time=None if settled is None else beijing(settled),
            refund_id=refund.data["refund_id"],
            out_refund_no=refund.number,
            refund=amount,
            refund_requested=amount,
            refund_channel="ORIGINAL",
            refund_status=refund.state,
            **self.row_facts(order),
        )

    def row_facts(self, order: Entity) -> dict[str, Any]:
        """What every row says about its order."""
        draft = order.draft
        payer = order.data["payer"]
        return {
            "appid": draft.get("appid") or draft.get("sp_appid", ""),
            "mchid": order.owner,
            "sub_mchid": draft.get("sub_mchid", "0"),
            "transaction_id": order.data["transaction_id"],
            "out_trade_no": order.number,
            "openid": next(iter(payer.values()), ""),
            "trade_type": order.data["trade_type"],
            "description": draft["description"],
            "attach": draft.get("attach", ""),
        }

    def billed(self, fen: int) -> int:
        """The amount a bill shows for an amount that moved, in fen."""
        return fen

    def fund_flow_bill(self, ask: Ask, day: date) -> str:
        """Return the fund-flow bill's text: what came in and went out on *day*."""
        rows: list[FundFlowRow] = []
        balance = 0
        for at, income, fen, order, number in sorted(self.movements(ask), key=lambda movement: movement[0]):
            balance += fen if income else -fen
            if self.day_of(at) == day:
                rows.append(
                    FundFlowRow(
                        booked_time=beijing(at),
                        business_id=order.data["transaction_id"],
                        flow_id=number,
                        business_name="交易" if income else "退款",
                        business_type="交易" if income else "退款",
                        direction="收入" if income else "支出",
                        amount=self.billed(fen),
                        balance=balance,
                        voucher=order.number,
                    )
                )
        if not rows:
            raise Refused(BILL_MISSING, {"field": "bill_date", "location": "query"})
        return self.written(bills.fund_flow_bill(rows))

    def movements(self, ask: Ask) -> list[tuple[int, bool, int, Entity, str]]:
        """Every movement of money: when, whether it came in, how many fen, of which order, under which id."""
        found = []
        for order in self.paid_orders(ask):
            found.append((order.data["paid_at"], True, order.draft["amount"]["total"], order, order.data["transaction_id"]))
            found += [
                (refund.data["settled_at"], False, refund.draft["amount"]["refund"], order, refund.data["refund_id"])
                for refund in self.store.refunds_of(order)
                if "settled_at" in refund.data
            ]
        return found

    def offer(self, ask: Ask, text: str) -> dict[str, Any]:
        """Keep the file for a while and answer where it is, with the SHA-1 of the uncompressed text."""
        data = text.encode()
        token = self.nonce(40)
        self.files = {kept: file for kept, file in self.files.items() if self.now() <= file.until}
        zipped = ask.params.get("tar_type") == "GZIP"
        self.files[token] = BillFile(ask.merchant.mchid, self.packed(data, zipped=zipped), self.now() + self.token_life())
        url = f"{self.base_url}/v3/billdownload/file?token={token}"
        return {"hash_type": "SHA1", "hash_value": self.bill_hash(data), "download_url": url + ("&tartype=gzip" if zipped else "")}

    def packed(self, data: bytes, *, zipped: bool) -> bytes:
        """The file's bytes as they are downloaded."""
        return gzip.compress(data, mtime=0) if zipped else data

    def token_life(self) -> int:
        """Seconds a download_url works."""
        return TOKEN_LIFE

    def bill_hash(self, data: bytes) -> str:
        """The SHA-1 of the uncompressed bill, in hex."""
        return sha1(data, usedforsecurity=False).hexdigest()

    def download(self, ask: Ask) -> bytes:
        """Return the file a token stands for."""
        file = self.files.get(ask.params["token"])
        if file is None or not self.is_downloadable(file, ask):
            raise Refused(FILE_GONE, {"field": "token", "location": "query"})
        return file.data

    def is_downloadable(self, file: BillFile, ask: Ask) -> bool:
        """Tell whether the asker may have *file*, now."""
        return file.mchid == ask.merchant.mchid and self.now() <= file.until


def beijing(seconds: int) -> datetime:
    """Return a moment in the zone all bills are written in."""
    return datetime.fromtimestamp(seconds, BEIJING)
