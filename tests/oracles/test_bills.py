"""Bills."""

import base64
import gzip
import hashlib
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles.bills import (
    BillError,
    BillType,
    FundFlowRow,
    TradeRow,
    fund_flow_bill,
    parse_fund_flow_bill,
    parse_trade_bill,
    render,
    sha1_matches,
    totals_problems,
    trade_bill,
)
from reference.oracles.times import BEIJING
from tests.oracles.known import each
from vectors import Vector

ALL_HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
ALL_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
SUCCESS_HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "商品名称,商户数据包,手续费,费率,订单金额,费率备注"
)
PAYMENT = (
    "`2024-08-05 17:33:41,`wx1,`1900000001,`0,`,`4200001,`order1,`o1,`JSAPI,`SUCCESS,`OTHERS,`CNY,`19.99,`0.00,"
    "`0,`0,`0.00,`0.00,`,`,`Pen, blue,`a`b,`0.11994,`0.60%,`19.99,`0.00,`"
)
REFUND = (
    "`2024-08-05 18:00:00,`wx1,`1900000001,`0,`,`4200001,`order1,`o1,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,"
    "`5030001,`refund1,`9.99,`0.00,`ORIGINAL,`SUCCESS,`Pen, blue,`,`-0.05994,`0.60%,`0.00,`9.99,`"
)
TEXT = f"{ALL_HEADER}\n{PAYMENT}\n{REFUND}\n{ALL_TOTALS}\n`2.0,`19.99,`9.99,`0.0,`0.06,`19.99,`9.99\n"

WORDS = st.text(st.characters(exclude_characters="\r\n`", exclude_categories=["Cs"]), max_size=10)
FEN = st.integers(min_value=0, max_value=10**10)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001  # Hypothesis wants bounds without a zone
    lambda moment: moment.replace(microsecond=0, tzinfo=BEIJING)
)
FEES = st.decimals(min_value=-1000, max_value=1000, places=5)
PAYMENTS = {
    "trade_time": TIMES,
    **dict.fromkeys(
        ("appid", "mchid", "transaction_id", "out_trade_no", "openid", "trade_type", "trade_state", "description", "attach"), WORDS
    ),
    **dict.fromkeys(("settlement_total", "total", "coupon"), FEN),
    "service_charge": FEES,
}
REFUNDS = {
    **dict.fromkeys(("refund_id", "out_refund_no", "refund_channel", "refund_status"), WORDS),
    **dict.fromkeys(("refund", "coupon_refund", "refund_requested"), FEN),
}
REFUND_TIMES = {"refund_apply_time": TIMES | st.none(), "refund_success_time": TIMES | st.none()}
COLUMNS = {"SUCCESS": PAYMENTS, "ALL": PAYMENTS | REFUNDS, "REFUND": PAYMENTS | REFUNDS | REFUND_TIMES}
FLOW = {
    "booked_time": TIMES,
    **dict.fromkeys(("business_id", "flow_id", "business_name", "business_type", "applicant", "remark", "voucher"), WORDS),
    "direction": st.sampled_from(["收入", "支出"]),
    **dict.fromkeys(("amount", "balance"), FEN),
}


def _row(**changes: object) -> TradeRow:
    return replace(parse_trade_bill(TEXT).rows[0], **changes)  # type: ignore[arg-type]


@each("bill_download", "bill-hash")
def test_hash_of_each_vector(vector: Vector) -> None:
    """The announced SHA-1 is that of the uncompressed bytes, byte for byte."""
    matches = sha1_matches(vector.inputs["hash_value"], base64.b64decode(vector.inputs["data_b64"]), vector.inputs["tar_type"])

    assert matches is vector.expected.get("match", True)


def test_a_damaged_gzip_matches_nothing() -> None:
    """A file that cannot be uncompressed is not the one announced, and nothing is raised."""
    data = gzip.compress(b"bill", mtime=0)
    digest = hashlib.sha1(b"bill").hexdigest()  # noqa: S324  # the protocol's hash

    assert sha1_matches(digest, data, "GZIP")
    for wrong in (b"bill", b"", data[:-4], data[:12], data[:15] + b"\xff" + data[16:]):
        assert not sha1_matches(digest, wrong, "GZIP")
    with pytest.raises(ValueError, match="expected GZIP"):
        sha1_matches(digest, data, "ZIP")


def test_reads_a_trade_bill_as_printed() -> None:
    """Rows and totals of a published form are read, amounts exactly in fen, commas and back-quotes kept."""
    bill = parse_trade_bill(TEXT)
    payment, refund = bill.rows

    assert bill.bill_type == "ALL"
    assert (payment.settlement_total, payment.total, payment.service_charge) == (1999, 1999, Decimal("0.11994"))
    assert (payment.description, payment.attach, payment.sub_mchid, payment.refund_id) == ("Pen, blue", "a`b", "0", "0")
    assert payment.trade_time == datetime(2024, 8, 5, 17, 33, 41, tzinfo=BEIJING)
    assert (refund.trade_state, refund.refund, refund.refund_requested, refund.service_charge) == ("REFUND", 999, 999, Decimal("-0.05994"))
    assert (bill.totals.count, bill.totals.settlement_total, bill.totals.refund) == (2, 1999, 999)
    assert totals_problems(bill) == ()


def test_totals_are_recounted() -> None:
    """A last line that is not the sum of the rows is told, figure by figure."""
    bill = parse_trade_bill(TEXT.replace("`2.0,`19.99", "`3,`20.00"))

    assert totals_problems(bill) == ("count is 3; the rows make 2.", "settlement_total is 2000; the rows make 1999.")


def test_layouts_are_the_documented_ones() -> None:
    """The headers are those of the documents: SUCCESS has no refund columns, REFUND has two times more."""
    rows = [_row()]
    lines = {kind: render(trade_bill(kind, rows), bom=False).split("\r\n") for kind in ("ALL", "SUCCESS", "REFUND")}

    assert (lines["ALL"][0], lines["ALL"][2]) == (ALL_HEADER, ALL_TOTALS)
    assert lines["ALL"][1] == PAYMENT
    assert (lines["SUCCESS"][0], lines["SUCCESS"][2]) == (SUCCESS_HEADER, "总交易单数,应结订单总金额,手续费总金额,订单总金额")
    assert (lines["REFUND"][0], lines["REFUND"][2]) == (
        ALL_HEADER.replace("微信退款单号", "退款申请时间,退款成功时间,微信退款单号"),
        ALL_TOTALS,
    )


@given(st.data(), st.sampled_from(["ALL", "SUCCESS", "REFUND"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_trade_bill_survives_being_written_and_read(data: st.DataObject, kind: BillType, newline: str, bom: bool) -> None:  # noqa: FBT001  # drawn
    """What is rendered reads as the same rows and totals, whatever the line ends and with or without a byte order mark."""
    bill = trade_bill(kind, data.draw(st.lists(st.builds(TradeRow, **COLUMNS[kind]), max_size=4)))
    text = render(bill, newline=newline, bom=bom)

    assert text.startswith("\ufeff") is bom
    assert parse_trade_bill(text) == bill
    assert totals_problems(bill) == ()


@given(st.lists(st.builds(FundFlowRow, **FLOW), max_size=4))
def test_a_fund_flow_bill_survives_being_written_and_read(rows: list[FundFlowRow]) -> None:
    """A fund flow bill reads as it was written, and its totals split income from expense."""
    bill = fund_flow_bill(rows)

    assert parse_fund_flow_bill(render(bill)) == bill
    assert bill.totals.income - bill.totals.expense == sum(row.amount if row.direction == "收入" else -row.amount for row in rows)
    assert totals_problems(bill) == ()


def test_reads_a_fund_flow_bill_as_printed() -> None:
    """Full-width brackets in the header and decimals in the counts, as older files have them, are understood."""
    text = (
        "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号\n"
        "`2024-08-05 04:21:23,`5030001,`1900009231,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`REF1\n"
        "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`1.0,`0.0,`0.0,`1.0,`0.02"
    )
    bill = parse_fund_flow_bill(text)

    assert (bill.rows[0].amount, bill.rows[0].balance, bill.totals.expense, bill.totals.count) == (2, 17, 2, 1)
    assert totals_problems(bill) == ()


def test_columns_go_by_name() -> None:
    """A column that is not known yet is passed over, wherever it stands."""
    text = TEXT.replace("交易时间,", "新列,交易时间,").replace("`2024", "`new,`2024")

    assert parse_trade_bill(text) == parse_trade_bill(TEXT)


def test_a_text_cannot_break_the_file() -> None:
    """Line breaks and cell marks in a text are written so that the file still reads row by row."""
    bill = parse_trade_bill(render(trade_bill("ALL", [_row(description="a\r\nb,`c\n", attach="`")])))

    assert (bill.rows[0].description, bill.rows[0].attach) == ("a b,'c ", "`")


def test_a_fee_has_five_decimals() -> None:
    """A fee that would have to be rounded is refused."""
    with pytest.raises(BillError, match="five decimals"):
        render(trade_bill("ALL", [_row(service_charge=Decimal("0.000001"))]))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Line 1 is a header without the column 交易时间"),
        ("总金额," + ALL_HEADER.replace("应结订单金额,", ""), "without the column 应结订单金额"),
        (ALL_HEADER, "ends after line 1"),
        (f"{ALL_HEADER}\n{PAYMENT}", "ends after line 2"),
        (f"{ALL_HEADER}\n{PAYMENT}\n{ALL_TOTALS}", "Line 4 should be the last and hold the totals"),
        (TEXT + PAYMENT, "Line 5 should be the last and hold the totals; the bill has 6 lines"),
        (TEXT.replace("`2.0,", "2.0,"), "Line 5 should hold 7 cells"),
        (TEXT.replace("`Pen, blue,", ""), "Line 2 should hold 27 cells, each after a back-quote; it has 26"),
        (TEXT.replace("`19.99,`0.00,`0,", "`19.999,`0.00,`0,"), "Line 2, 应结订单金额: '19.999' is not yuan with two decimals"),
        (TEXT.replace("0.11994", "0.119941"), "Line 2, 手续费: '0.119941' is not yuan with up to five decimals"),
        (TEXT.replace("2024-08-05 17:33:41", "2024-08-05T17:33:41"), "Line 2, 交易时间: '2024-08-05T17:33:41' is not a time"),
        (TEXT.replace("`2.0,", "`2.5,"), "Line 5, 总交易单数: '2.5' is not a whole number"),
    ],
)
def test_says_where_a_bill_is_broken(text: str, says: str) -> None:
    """A text that is not a bill is refused with the line, the column and what was expected."""
    with pytest.raises(BillError) as caught:
        parse_trade_bill(text)

    assert says in str(caught.value)


@given(st.text())
def test_never_raises_anything_else(text: str) -> None:
    """Whatever the text, it is a bill or the typed error."""
    for whole in (text, f"{ALL_HEADER}\n`{text}", f"{ALL_HEADER}\n{PAYMENT}\n{ALL_TOTALS}\n`{text}"):
        with pytest.raises(BillError):
            parse_trade_bill(whole)
        with pytest.raises(BillError):
            parse_fund_flow_bill(whole)
