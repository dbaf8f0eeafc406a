"""The amounts of a bill: yuan, behind back-quotes, and adding up."""

import re
from collections.abc import Iterable

from conformance.checks.platform.billing import cells, deed_of, fetch, fund_flow_bill, live, read, ready, roles, start_a_day, trade_bill
from conformance.checks.platform.stages import Kind
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles import bills, money
from reference.oracles.bills import FundFlowBill, TradeBill
from reference.rules import judges
from strategies.cases import Refund, Role
from strategies.histories import Deed

GROUP = "bills"

_TYPES = ("ALL", "SUCCESS", "REFUND")
_TOTALS = (1, 9, 10, 99, 100, 101, 1_990, 123_456_789, 2**31 - 1)
_AMOUNTS = ("订单金额", "退款金额", "申请退款金额", "订单总金额", "退款总金额", "申请退款总金额", "收支金额(元)", "收入金额", "支出金额")
_SUMMED = frozenset({"count", "total", "refund", "refund_requested", "income_count", "income", "expense_count", "expense"})


@judges("v3.bill.writes-amounts-in-yuan")
def test_writes_amounts_in_yuan(platform: Platform) -> None:
    """From 1 fen to the most there is, every amount is yuan with two decimals, behind a back-quote like every other field."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        day = start_a_day(platform)
        deeds = [deed_of("native", role, total=total, part=max(1, total // 3)) for total in _TOTALS]
        live(platform, deeds)
        ready(platform, day)
        for kind in _TYPES:
            text = fetch(platform, "tradebill_apply", day, role, bill_type=kind)
            read(bills.parse_trade_bill, text)
            rows = cells(text)
            _is_in_yuan(rows)
            for deed in deeds:
                _shows(rows, deed.order.number, "商户订单号", "订单金额", deed.order.total if kind != "REFUND" else None)
                _shows(rows, deed.refunds[0].number, "商户退款单号", "退款金额", deed.refunds[0].amount if kind != "SUCCESS" else None)
        text = fetch(platform, "fundflowbill_apply", day, role)
        read(bills.parse_fund_flow_bill, text)
        rows = cells(text)
        _is_in_yuan(rows)
        for deed in deeds:
            transaction_id = platform.transaction_id(deed.order)
            came = [row for row in rows if row.get("微信支付业务单号") == f"`{transaction_id}" and row.get("收支类型") == "`收入"]
            # What else is booked under the payment's number, fees and the like, is not judged.
            if came and all(row.get("收支金额(元)") != f"`{money.to_yuan(deed.order.total)}" for row in came):
                raise Violation("The fund-flow bill shows another amount than was paid.", expected=str(deed.order.total), got=str(came))

    try_all(platform, roles(platform), attempt)


@judges("v3.bill.totals-match-the-rows")
def test_totals_are_the_sums_of_the_rows(platform: Platform) -> None:
    """Of every kind of bill, of payments alone and with many refunds, plain and compressed, the last line adds up its rows."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        for split in ((), (1,), (1, 500, 250), (1_999,)):
            day = start_a_day(platform)
            deeds = [deed_of("h5", role), Deed(Kind("jsapi", role).order(2**31 - 1), "paid")]
            order = Kind("codepay", role).order(1_999)
            live(platform, [*deeds, Deed(order, "paid", tuple(Refund(order, part) for part in split))])
            ready(platform, day)
            for kind in _TYPES:
                _adds_up(trade_bill(platform, day, role, bill_type=kind), f"{kind} bill")
            _adds_up(trade_bill(platform, day, role, tar_type="GZIP"), "compressed bill")
            _adds_up(fund_flow_bill(platform, day, role), "fund-flow bill")
            _adds_up(fund_flow_bill(platform, day, role, tar_type="GZIP"), "compressed fund-flow bill")

    try_all(platform, roles(platform), attempt)


def _is_in_yuan(rows: Iterable[dict[str, str]]) -> None:
    for row in rows:
        for name in _AMOUNTS:
            if name in row and not re.fullmatch(r"`\d+\.\d\d", row[name]):
                raise Violation(
                    "An amount is not yuan with two decimals.", expected="digits, a point, two digits", got=f"{name} {row[name]}"
                )


def _shows(rows: Iterable[dict[str, str]], number: str | None, column: str, amount: str, fen: int | None) -> None:
    found = [row for row in rows if row.get(column) == f"`{number}"]
    # An order's number is in the rows of its refunds too, which have no amount of the order.
    shown = {row[amount] for row in found if column != "商户订单号" or row.get("商户退款单号", "`0") in {"`", "`0"}}
    if fen is not None and shown != {f"`{money.to_yuan(fen)}"}:
        raise Violation(
            "A bill shows another amount than moved.", expected=f"{amount} {money.to_yuan(fen)}", got=", ".join(shown) or "none"
        )


def _adds_up(bill: TradeBill | FundFlowBill, what: str) -> None:
    wrong = [problem for problem in bills.totals_problems(bill) if problem.partition(" ")[0] in _SUMMED]
    if wrong:
        raise Violation(f"The last line of a {what} is not the sum of its rows.", expected="sums", got=" ".join(wrong))
