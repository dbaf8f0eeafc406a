"""The columns of the APIv3 bills, and the rows they are read into."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Literal

__all__ = [
    "FUND_FLOW_ROW",
    "FUND_FLOW_TOTALS",
    "TRADE_ROW",
    "TRADE_ROW_HEADERS",
    "TRADE_TOTALS",
    "TRADE_TOTALS_HEADERS",
    "BillType",
    "Column",
    "FundFlowRow",
    "FundFlowTotals",
    "Kind",
    "TradeRow",
    "TradeTotals",
]

BillType = Literal["ALL", "SUCCESS", "REFUND"]


class Kind(Enum):
    """How a cell is written."""

    TEXT = "any text"
    TIME = "a time such as 2024-08-05 17:33:41"
    MAYBE_TIME = "a time such as 2024-08-05 17:33:41, or nothing"
    FEN = "yuan with two decimals"
    YUAN = "yuan with up to five decimals"
    COUNT = "a whole number"


Column = tuple[str, Kind]
"""The attribute a column is read into, and how its cells are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRow:
    """One payment or refund. Amounts are fen, but *service_charge* is yuan: fees have fractions of a fen. Times are Beijing's.

    A refund's row has no amounts of the order; a payment's has ``0`` for the refund's numbers. Source: "Trade bill file format".
    """

    trade_time: datetime
    appid: str
    mchid: str
    sub_mchid: str = "0"
    device_info: str = ""
    transaction_id: str
    out_trade_no: str
    openid: str
    trade_type: str
    trade_state: str
    bank_type: str = "OTHERS"
    currency: str = "CNY"
    settlement_total: int
    coupon: int = 0
    refund_apply_time: datetime | None = None
    refund_success_time: datetime | None = None
    refund_id: str = "0"
    out_refund_no: str = "0"
    refund: int = 0
    coupon_refund: int = 0
    refund_channel: str = ""
    refund_status: str = ""
    description: str = ""
    attach: str = ""
    service_charge: Decimal = Decimal("0.00000")
    rate: str = "0.60%"
    total: int
    refund_requested: int = 0
    rate_remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeTotals:
    """The last line of a trade bill; fen, but *service_charge* is yuan."""

    count: int
    settlement_total: int
    refund: int = 0
    coupon_refund: int = 0
    service_charge: Decimal
    total: int
    refund_requested: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFlowRow:
    """One movement of an account: *amount* and *balance* in fen, *direction* is 收入 or 支出. Source: "Fund flow bill file format"."""

    booked_time: datetime
    business_id: str
    flow_id: str
    business_name: str
    business_type: str
    direction: str
    amount: int
    balance: int
    applicant: str = ""
    remark: str = ""
    voucher: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFlowTotals:
    """The last line of a fund flow bill; amounts in fen."""

    count: int
    income_count: int
    income: int
    expense_count: int
    expense: int


TRADE_ROW: Mapping[str, Column] = {
    "交易时间": ("trade_time", Kind.TIME),
    "公众账号ID": ("appid", Kind.TEXT),
    "商户号": ("mchid", Kind.TEXT),
    "特约商户号": ("sub_mchid", Kind.TEXT),
    "设备号": ("device_info", Kind.TEXT),
    "微信订单号": ("transaction_id", Kind.TEXT),
    "商户订单号": ("out_trade_no", Kind.TEXT),
    "用户标识": ("openid", Kind.TEXT),
    "交易类型": ("trade_type", Kind.TEXT),
    "交易状态": ("trade_state", Kind.TEXT),
    "付款银行": ("bank_type", Kind.TEXT),
    "货币种类": ("currency", Kind.TEXT),
    "应结订单金额": ("settlement_total", Kind.FEN),
    "代金券金额": ("coupon", Kind.FEN),
    "退款申请时间": ("refund_apply_time", Kind.MAYBE_TIME),
    "退款成功时间": ("refund_success_time", Kind.MAYBE_TIME),
    "微信退款单号": ("refund_id", Kind.TEXT),
    "商户退款单号": ("out_refund_no", Kind.TEXT),
    "退款金额": ("refund", Kind.FEN),
    "充值券退款金额": ("coupon_refund", Kind.FEN),
    "退款类型": ("refund_channel", Kind.TEXT),
    "退款状态": ("refund_status", Kind.TEXT),
    "商品名称": ("description", Kind.TEXT),
    "商户数据包": ("attach", Kind.TEXT),
    "手续费": ("service_charge", Kind.YUAN),
    "费率": ("rate", Kind.TEXT),
    "订单金额": ("total", Kind.FEN),
    "申请退款金额": ("refund_requested", Kind.FEN),
    "费率备注": ("rate_remark", Kind.TEXT),
}

TRADE_TOTALS: Mapping[str, Column] = {
    "总交易单数": ("count", Kind.COUNT),
    "应结订单总金额": ("settlement_total", Kind.FEN),
    "退款总金额": ("refund", Kind.FEN),
    "充值券退款总金额": ("coupon_refund", Kind.FEN),
    "手续费总金额": ("service_charge", Kind.YUAN),
    "订单总金额": ("total", Kind.FEN),
    "申请退款总金额": ("refund_requested", Kind.FEN),
}

FUND_FLOW_ROW: Mapping[str, Column] = {
    "记账时间": ("booked_time", Kind.TIME),
    "微信支付业务单号": ("business_id", Kind.TEXT),
    "资金流水单号": ("flow_id", Kind.TEXT),
    "业务名称": ("business_name", Kind.TEXT),
    "业务类型": ("business_type", Kind.TEXT),
    "收支类型": ("direction", Kind.TEXT),
    "收支金额(元)": ("amount", Kind.FEN),
    "账户结余(元)": ("balance", Kind.FEN),
    "资金变更提交申请人": ("applicant", Kind.TEXT),
    "备注": ("remark", Kind.TEXT),
    "业务凭证号": ("voucher", Kind.TEXT),
}

FUND_FLOW_TOTALS: Mapping[str, Column] = {
    "资金流水总笔数": ("count", Kind.COUNT),
    "收入笔数": ("income_count", Kind.COUNT),
    "收入金额": ("income", Kind.FEN),
    "支出笔数": ("expense_count", Kind.COUNT),
    "支出金额": ("expense", Kind.FEN),
}

_REFUND_TIMES = frozenset({"退款申请时间", "退款成功时间"})
_REFUND_ONLY = frozenset({"微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态", "申请退款金额"})
_REFUND_TOTALS = frozenset({"退款总金额", "充值券退款总金额", "申请退款总金额"})

TRADE_ROW_HEADERS: Mapping[BillType, tuple[str, ...]] = {
    "ALL": tuple(header for header in TRADE_ROW if header not in _REFUND_TIMES),
    "SUCCESS": tuple(header for header in TRADE_ROW if header not in _REFUND_TIMES | _REFUND_ONLY),
    "REFUND": tuple(TRADE_ROW),
}
"""The header of each kind of trade bill, in the order it is printed."""

TRADE_TOTALS_HEADERS: Mapping[BillType, tuple[str, ...]] = {
    "ALL": tuple(TRADE_TOTALS),
    "SUCCESS": tuple(header for header in TRADE_TOTALS if header not in _REFUND_TOTALS),
    "REFUND": tuple(TRADE_TOTALS),
}
"""The header above the last line of each kind of trade bill."""
