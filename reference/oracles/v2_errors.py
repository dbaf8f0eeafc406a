"""Error codes of APIv2: which leave a result unknown, and which are final.

Source: error tables of APIv2 documents (micropay, unifiedorder, closeorder, refund, refundquery, red packets, transfers).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reference.oracles.errors import canonical

__all__ = ["ERROR_CODES", "ErrorCode", "code_in", "find"]


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A code and what it says in English and Chinese.

    *decided*: nothing was done and nothing will be, or it had been done before. What is not decided may have been done, or may yet be:
    the same number is asked about or sent again, and never a new one.
    """

    code: str
    en: str
    zh: str
    decided: bool = True


_UNDECIDED: Final = (
    ("SYSTEMERROR", "The platform failed; whether it did what was asked is unknown.", "系统异常，结果未知。"),
    ("BANKERROR", "The bank failed; whether the payer paid is unknown.", "银行系统异常，支付结果未知。"),
    ("USERPAYING", "The payer is typing the password.", "用户支付中，需要输入密码。"),
    ("BIZERR_NEED_RETRY", "The refund was not carried out yet; repeat it under the same number.", "退款业务流程错误，需用原单号重试。"),
    ("PROCESSING", "It is still being carried out.", "处理中，结果未知。"),
    ("NOT_FOUND", "There is no such transfer, or not yet.", "查询不到该单，可能尚未入账。"),
    ("Bill Creating", "The bill is being made.", "账单生成中。"),
)
_DECIDED: Final = (
    # What was asked cannot be understood, or its sender is not believed.
    ("SIGNERROR", "The signature is wrong.", "签名错误。"),
    ("SIGN ERROR", "The signature is wrong.", "签名错误。"),
    ("XML_FORMAT_ERROR", "The request is not the XML it should be.", "XML 格式错误。"),
    ("REQUIRE_POST_METHOD", "The request is not a POST.", "请使用 POST 方法。"),
    ("POST_DATA_EMPTY", "The request has no body.", "POST 数据为空。"),
    ("NOT_UTF8", "The request is not UTF-8.", "编码格式不是 UTF-8。"),
    ("LACK_PARAMS", "A parameter is missing.", "缺少参数。"),
    ("PARAM_ERROR", "A parameter is wrong.", "参数错误。"),
    ("CERT_ERROR", "The client certificate is missing or wrong.", "证书校验错误。"),
    ("CA_ERROR", "The client certificate is missing or wrong.", "缺少证书或证书不正确。"),
    ("NOAUTH", "The merchant may not do this.", "商户无此接口权限。"),
    ("APPID_NOT_EXIST", "There is no such appid.", "APPID 不存在。"),
    ("MCHID_NOT_EXIST", "There is no such mch_id.", "MCHID 不存在。"),
    ("APPID_MCHID_NOT_MATCH", "appid and mch_id are not bound to each other.", "appid 和 mch_id 不匹配。"),
    ("FREQUENCY_LIMITED", "Too many requests in a short time; this one was not carried out.", "频率限制，请求未被受理。"),
    # Orders and code payments.
    ("ORDERPAID", "The order is paid already.", "该订单已支付。"),
    ("ORDERCLOSED", "The order is closed.", "该订单已关闭。"),
    ("ORDERREVERSED", "The order was reversed.", "该订单已撤销。"),
    ("ORDERNOTEXIST", "There is no such order.", "该订单不存在。"),
    ("OUT_TRADE_NO_USED", "The out_trade_no was used for another order.", "商户订单号重复。"),
    ("TRADE_STATE_ERROR", "The order's state does not allow this.", "订单状态错误。"),
    ("AUTHCODEEXPIRE", "The payment code has expired.", "付款码已过期，请刷新后重试。"),
    ("AUTH_CODE_ERROR", "The payment code is wrong.", "付款码参数错误。"),
    ("AUTH_CODE_INVALID", "The payment code is not one of WeChat Pay, or was used.", "付款码无效或已使用。"),
    ("BUYER_MISMATCH", "The order belongs to another payer.", "支付账号与下单账号不一致。"),
    ("NOTENOUGH", "There is not enough money.", "余额不足。"),
    ("NOTSUPORTCARD", "The payer's card is not supported.", "不支持的卡类型。"),
    ("REVERSE_EXPIRE", "It is too late to reverse the order.", "订单已超过可撤销的期限。"),
    # Refunds.
    ("ERROR", "The refund was refused.", "业务错误。"),
    ("TRADE_OVERDUE", "The order is too old to be refunded.", "订单已超过退款期限。"),
    ("USER_ACCOUNT_ABNORMAL", "The payer's account cannot take money.", "用户账号异常或已注销。"),
    ("INVALID_REQ_TOO_MUCH", "Too many wrong requests in a short time; this one was not carried out.", "无效请求过多，请求未被受理。"),
    ("INVALID_TRANSACTIONID", "The transaction_id is wrong.", "无效的 transaction_id。"),
    ("ORDER_NOT_READY", "The order is not ready to be refunded.", "订单处理中，暂时无法退款。"),
    ("REFUND_FEE_MISMATCH", "The amount differs from the one this out_refund_no stands for.", "退款金额与之前请求不一致。"),
    ("REFUNDNOTEXIST", "There is no such refund.", "退款单不存在。"),
    # Red packets and transfers.
    ("SEND_FAILED", "The red packet was not sent.", "红包发放失败。"),
    ("FATAL_ERROR", "The number was used with other parameters.", "同一单号重入，参数不一致。"),
    ("AMOUNT_LIMIT", "The amount is outside the bounds.", "金额超出限制。"),
    ("MONEY_LIMIT", "The amount is outside the bounds.", "金额超出限制。"),
    ("SENDNUM_LIMIT", "The payee has received as many today as one may.", "用户今日领取个数已达上限。"),
    ("FREQ_LIMIT", "Too many requests in a short time; this one was not carried out.", "超过频率限制，请求未被受理。"),
    ("NAME_MISMATCH", "The payee's name differs.", "收款人姓名校验不一致。"),
    # Profit sharing.
    ("NOT_SHARE_ORDER", "The order was not placed for sharing.", "非分账订单不支持分账。"),
    ("RULE_LIMIT", "A limit of the business forbids it.", "业务规则限制。"),
    # Bills.
    ("No Bill Exist", "There is no bill of that day.", "账单不存在。"),
    ("invalid bill_type", "There is no such kind of bill.", "账单类型错误。"),
    ("data format error", "A parameter is wrong.", "参数格式错误。"),
    ("missing parameter", "A parameter is missing.", "缺少参数。"),
)

ERROR_CODES: Final[Mapping[str, ErrorCode]] = {
    **{code: ErrorCode(code, en, zh, decided=False) for code, en, zh in _UNDECIDED},
    **{code: ErrorCode(code, en, zh) for code, en, zh in _DECIDED},
}
"""Every code the documents list, by its spelling in APIv2."""

_SENTENCES: Final = (
    ("签名错误", "SIGNERROR"),
    ("签名失败", "SIGNERROR"),
    ("获取沙箱密钥失败", "SIGNERROR"),
    ("商户号非法", "MCHID_NOT_EXIST"),
    ("mch_id或sub_mch_id不存在", "MCHID_NOT_EXIST"),
    ("请确认请求参数是否正确", "PARAM_ERROR"),
    ("沙箱支付金额", "PARAM_ERROR"),
    ("沙箱被扫支付金额", "PARAM_ERROR"),
)
"""What return_msg says in words, in production and in the sandbox, where it names no code."""

_BY_CLASS: Final = {canonical(code): row for code, row in ERROR_CODES.items()}


def find(code: str) -> ErrorCode | None:
    """Return the row of *code*, also for a spelling of other years (``SYSTEM_ERROR``); None for one the documents do not list."""
    return ERROR_CODES.get(code) or _BY_CLASS.get(canonical(code))


def code_in(sentence: str) -> ErrorCode | None:
    """Return the row of the code a return_msg names or means; None if it says nothing known."""
    text = sentence.strip()
    meant = (code for words, code in _SENTENCES if words in text)
    return find(text) or find(next(meant, ""))
