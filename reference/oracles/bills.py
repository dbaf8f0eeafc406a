"""Bills: is the file the one that was announced, what does it say, and how is one written."""

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from reference.oracles.bill_columns import (
    FUND_FLOW_ROW,
    FUND_FLOW_TOTALS,
    TRADE_ROW,
    TRADE_ROW_HEADERS,
    TRADE_TOTALS,
    TRADE_TOTALS_HEADERS,
    BillType,
    Column,
    FundFlowRow,
    FundFlowTotals,
    Kind,
    TradeRow,
    TradeTotals,
)
from reference.oracles.money import MoneyError, to_fen, to_yuan
from reference.oracles.times import BEIJING

__all__ = [
    "BillError",
    "BillType",
    "FundFlowBill",
    "FundFlowRow",
    "FundFlowTotals",
    "TradeBill",
    "TradeRow",
    "TradeTotals",
    "fund_flow_bill",
    "parse_fund_flow_bill",
    "parse_trade_bill",
    "render",
    "sha1_matches",
    "totals_problems",
    "trade_bill",
]

_BOM = "\ufeff"
_QUOTE = "`"
_INCOME, _EXPENSE = "收入", "支出"
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_COUNT = re.compile(r"([0-9]+)(?:\.0+)?")
_YUAN = re.compile(r"-?[0-9]+(?:\.[0-9]{1,5})?")


class BillError(ValueError):
    """A text is not a bill; the message names the line and what was expected there."""


@dataclass(frozen=True, slots=True)
class TradeBill:
    """A day's payments and refunds (ALL), or only one of the two."""

    bill_type: BillType
    rows: tuple[TradeRow, ...]
    totals: TradeTotals


@dataclass(frozen=True, slots=True)
class FundFlowBill:
    """A day's movements of one account."""

    rows: tuple[FundFlowRow, ...]
    totals: FundFlowTotals


def sha1_matches(hash_value: str, data: bytes, tar_type: str | None) -> bool:
    """Tell whether *hash_value* is the SHA-1, in hexadecimal of either case, of the bill in *data*.

    *tar_type* is None or ``GZIP``, and then the uncompressed bytes count; a damaged gzip matches nothing.
    Source: "Apply for the trade bill", hash_value.
    """
    if tar_type not in {None, "GZIP"}:
        raise ValueError(f"tar_type is {tar_type!r}; expected GZIP or nothing.")
    if tar_type == "GZIP":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return False
    return hashlib.sha1(data, usedforsecurity=False).hexdigest() == hash_value.lower()


def trade_bill(bill_type: BillType, rows: Iterable[TradeRow]) -> TradeBill:
    """Return the bill of *rows*, with the totals they make."""
    kept = tuple(rows)
    totals = TradeTotals(
        count=len(kept),
        settlement_total=sum(row.settlement_total for row in kept),
        refund=sum(row.refund for row in kept),
        coupon_refund=sum(row.coupon_refund for row in kept),
        service_charge=sum((row.service_charge for row in kept), Decimal(0)),
        total=sum(row.total for row in kept),
        refund_requested=sum(row.refund_requested for row in kept),
    )
    return TradeBill(bill_type, kept, totals)


def fund_flow_bill(rows: Iterable[FundFlowRow]) -> FundFlowBill:
    """Return the bill of *rows*, with the totals they make."""
    kept = tuple(rows)
    income = [row.amount for row in kept if row.direction == _INCOME]
    expense = [row.amount for row in kept if row.direction == _EXPENSE]
    totals = FundFlowTotals(count=len(kept), income_count=len(income), income=sum(income), expense_count=len(expense), expense=sum(expense))
    return FundFlowBill(kept, totals)


def totals_problems(bill: TradeBill | FundFlowBill) -> tuple[str, ...]:
    """Return where a bill's last line is not the sum of its rows; nothing if it adds up."""
    summed = trade_bill(bill.bill_type, bill.rows).totals if isinstance(bill, TradeBill) else fund_flow_bill(bill.rows).totals
    return tuple(
        f"{field.name} is {getattr(bill.totals, field.name)}; the rows make {getattr(summed, field.name)}."
        for field in fields(summed)
        if getattr(bill.totals, field.name) != getattr(summed, field.name)
    )


def parse_trade_bill(text: str) -> TradeBill:
    """Return what a trade bill says; its header tells which kind it is, and columns go by name. Raises BillError."""
    lines = _lines(text)
    header = lines[0]
    bill_type: BillType = "REFUND" if "退款申请时间" in header else "ALL" if "微信退款单号" in header else "SUCCESS"
    rows, totals = _parse(lines, (TRADE_ROW, TRADE_ROW_HEADERS[bill_type]), (TRADE_TOTALS, TRADE_TOTALS_HEADERS[bill_type]))
    return TradeBill(bill_type, tuple(TradeRow(**row) for row in rows), TradeTotals(**totals))


def parse_fund_flow_bill(text: str) -> FundFlowBill:
    """Return what a fund flow bill says; columns go by name. Raises BillError."""
    rows, totals = _parse(_lines(text), (FUND_FLOW_ROW, tuple(FUND_FLOW_ROW)), (FUND_FLOW_TOTALS, tuple(FUND_FLOW_TOTALS)))
    return FundFlowBill(tuple(FundFlowRow(**row) for row in rows), FundFlowTotals(**totals))


def render(bill: TradeBill | FundFlowBill, *, newline: str = "\r\n", bom: bool = True) -> str:
    """Return the text of a bill file.

    A line break in a text becomes a space, and a back-quote after a comma an apostrophe, for neither can be told from the file's own.
    """
    if isinstance(bill, TradeBill):
        tables = ((TRADE_ROW, TRADE_ROW_HEADERS[bill.bill_type]), (TRADE_TOTALS, TRADE_TOTALS_HEADERS[bill.bill_type]))
    else:
        tables = ((FUND_FLOW_ROW, tuple(FUND_FLOW_ROW)), (FUND_FLOW_TOTALS, tuple(FUND_FLOW_TOTALS)))
    (row_columns, row_header), (totals_columns, totals_header) = tables
    lines = [",".join(row_header)]
    lines += [_written(row, row_columns, row_header) for row in bill.rows]
    lines += [",".join(totals_header), _written(bill.totals, totals_columns, totals_header)]
    return (_BOM if bom else "") + "".join(line + newline for line in lines)


_Table = tuple[Mapping[str, Column], Sequence[str]]


def _parse(lines: Sequence[str], row_table: _Table, totals_table: _Table) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    row_header = _header(lines, 0, row_table)
    end = next((number for number, line in enumerate(lines[1:], 1) if not line.startswith(_QUOTE)), len(lines))
    rows = [_row(line, number, row_table[0], row_header) for number, line in enumerate(lines[1:end], 2)]
    totals_header = _header(lines, end, totals_table)
    if len(lines) != end + 2:
        raise BillError(f"Line {end + 2} should be the last and hold the totals; the bill has {len(lines)} lines.")
    return rows, _row(lines[end + 1], end + 2, totals_table[0], totals_header)


def _lines(text: str) -> list[str]:
    return re.split(r"\r?\n", text.removeprefix(_BOM).rstrip("\r\n"))


def _header(lines: Sequence[str], index: int, table: _Table) -> tuple[str, ...]:
    if index >= len(lines):
        raise BillError(f"The bill ends after line {len(lines)}; expected the header of the totals, {','.join(table[1])}.")
    names = tuple(lines[index].replace("（", "(").replace("）", ")").split(","))
    missing = [name for name in table[1] if name not in names]
    if missing:
        raise BillError(f"Line {index + 1} is a header without the column {missing[0]}; expected {','.join(table[1])}.")
    return names


def _row(line: str, number: int, columns: Mapping[str, Column], header: Sequence[str]) -> dict[str, Any]:
    cells = line[1:].split("," + _QUOTE)
    if not line.startswith(_QUOTE) or len(cells) != len(header):
        raise BillError(f"Line {number} should hold {len(header)} cells, each after a back-quote; it has {len(cells)}.")
    values = {}
    for name, cell in zip(header, cells, strict=True):
        if name in columns:
            attribute, kind = columns[name]
            try:
                values[attribute] = _READ[kind](cell)
            except (ValueError, MoneyError):
                raise BillError(f"Line {number}, {name}: {cell!r} is not {kind.value}.") from None
    return values


def _read_time(cell: str) -> datetime:
    return datetime.strptime(cell, _TIME_FORMAT).replace(tzinfo=BEIJING)


def _read_yuan(cell: str) -> Decimal:
    if not _YUAN.fullmatch(cell):
        raise MoneyError(cell)
    return Decimal(cell)


def _read_count(cell: str) -> int:
    match = _COUNT.fullmatch(cell)
    if match is None:
        raise ValueError(cell)
    return int(match[1])


_READ: Mapping[Kind, Callable[[str], Any]] = {
    Kind.TEXT: str,
    Kind.TIME: _read_time,
    Kind.MAYBE_TIME: lambda cell: _read_time(cell) if cell else None,
    Kind.FEN: to_fen,
    Kind.YUAN: _read_yuan,
    Kind.COUNT: _read_count,
}


def _written(record: object, columns: Mapping[str, Column], header: Sequence[str]) -> str:
    cells = (_WRITE[kind](getattr(record, attribute)) for attribute, kind in (columns[name] for name in header))
    return ",".join(_QUOTE + cell for cell in cells)


def _write_text(value: str) -> str:
    return re.sub(r"[\r\n]+", " ", value).replace("," + _QUOTE, ",'")


def _write_time(value: datetime) -> str:
    return value.astimezone(BEIJING).strftime(_TIME_FORMAT)


def _write_yuan(value: Decimal) -> str:
    if value != round(value, 5):
        raise BillError(f"A fee is {value} yuan; a bill holds at most five decimals.")
    return f"{value:.5f}"


_WRITE: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _write_text,
    Kind.TIME: _write_time,
    Kind.MAYBE_TIME: lambda value: _write_time(value) if value else "",
    Kind.FEN: to_yuan,
    Kind.YUAN: _write_yuan,
    Kind.COUNT: str,
}
