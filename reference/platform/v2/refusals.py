"""What APIv2 calls a refusal: one table from the refusals of machines and protocol to its codes, and its own besides."""

from collections.abc import Mapping
from types import MappingProxyType

from reference.machines import Refusal
from reference.machines.order import ORDER_UNKNOWN
from reference.machines.refund import UNKNOWN as REFUND_UNKNOWN
from reference.oracles import v2_errors

__all__ = [
    "AMOUNT_LIMIT",
    "BODY_EMPTY",
    "CERTIFICATE_WRONG",
    "CODE_DECLINED",
    "LACKING",
    "MALFORMED",
    "MERCHANT_UNKNOWN",
    "NOT_POSTED",
    "NOT_UTF8",
    "ORDER_UNKNOWN",
    "REFUND_UNKNOWN",
    "SEND_FAILED",
    "STILL_PAYING",
    "STILL_SENDING",
    "code_of",
    "description",
    "return_msg",
]


def _own(name: str, code: str, message: str) -> Refusal:
    return Refusal(f"v2-{name}", 200, code, message, (200,), (code,))


NOT_POSTED = _own("not-posted", "REQUIRE_POST_METHOD", "APIv2 is spoken in POST requests.")
BODY_EMPTY = _own("body-empty", "POST_DATA_EMPTY", "The request has no body.")
NOT_UTF8 = _own("not-utf8", "NOT_UTF8", "The request is not UTF-8.")
MALFORMED = _own("malformed", "XML_FORMAT_ERROR", "The request is not an APIv2 message.")
MERCHANT_UNKNOWN = _own("merchant-unknown", "MCHID_NOT_EXIST", "There is no such merchant, or it does not use APIv2.")
LACKING = _own("lacking", "LACK_PARAMS", "A parameter is missing.")
CERTIFICATE_WRONG = _own("certificate", "CERT_ERROR", "The connection does not bear the merchant's certificate.")
STILL_PAYING = _own("still-paying", "USERPAYING", "The payer is typing the password.")
CODE_DECLINED = _own("code-declined", "NOTENOUGH", "The payment failed.")
AMOUNT_LIMIT = _own("amount-limit", "AMOUNT_LIMIT", "The amount is outside the bounds.")
STILL_SENDING = _own("still-sending", "PROCESSING", "The red packet is being sent.")
SEND_FAILED = _own("send-failed", "SEND_FAILED", "The payout failed.")

_CODES: Mapping[str, str] = MappingProxyType(
    {
        "sign-error": "SIGNERROR",
        "bad-parameter": "PARAM_ERROR",
        "foreign-merchant": "NOAUTH",
        "sub-merchant": "NOAUTH",
        "appid-mismatch": "APPID_MCHID_NOT_MATCH",
        "rate-limited": "FREQUENCY_LIMITED",
        "system-error": "SYSTEMERROR",
        "order-unknown": "ORDERNOTEXIST",
        "order-paid": "ORDERPAID",
        "order-closed": "ORDERCLOSED",
        "part-of-a-whole": "ORDERNOTEXIST",
        "order-reversed": "ORDERREVERSED",
        "parameters-changed": "OUT_TRADE_NO_USED",
        "only-reversible": "TRADE_STATE_ERROR",
        "already-refunded": "TRADE_STATE_ERROR",
        "code-used": "AUTH_CODE_INVALID",
        "code-expired": "AUTHCODEEXPIRE",
        "reverse-expired": "REVERSE_EXPIRE",
        "refund-unknown": "REFUNDNOTEXIST",
        "order-not-paid": "TRADE_STATE_ERROR",
        "over-refund": "ERROR",
        "too-many-refunds": "ERROR",
        "refund-too-late": "TRADE_OVERDUE",
        "wrong-total": "PARAM_ERROR",
        "funds-short": "NOTENOUGH",
        "refund-changed": "REFUND_FEE_MISMATCH",
        "over-frozen": "NOTENOUGH",
        "bill-creating": "Bill Creating",
        "bill-missing": "No Bill Exist",
        "sharing-unknown": "PARAM_ERROR",
        "sharing-unpaid": "TRADE_STATE_ERROR",
        "not-share-order": "NOT_SHARE_ORDER",
        "sharing-too-soon": "ORDER_NOT_READY",
        "receiver-not-added": "NOAUTH",
        "receiver-unknown": "PARAM_ERROR",
        "over-share": "NOTENOUGH",
        "nothing-left": "NOTENOUGH",
        "sharing-changed": "PARAM_ERROR",
        "return-unknown": "PARAM_ERROR",
        "over-return": "NOTENOUGH",
        "return-too-late": "TRADE_OVERDUE",
        "return-changed": "PARAM_ERROR",
    }
)
_MESSAGES: Mapping[str, str] = MappingProxyType({"SIGNERROR": "签名错误", "MCHID_NOT_EXIST": "商户号mch_id或sub_mch_id不存在"})
_LONGEST = 120


def code_of(refusal: Refusal) -> str:
    """Return the code APIv2 has for *refusal*."""
    return _CODES.get(refusal.name, refusal.code)


def description(refusal: Refusal, detail: Mapping[str, object]) -> str:
    """Return the sentence that goes with the code: what the documents say of it, and the parameter concerned."""
    known = v2_errors.find(code_of(refusal))
    text = refusal.message if known is None else known.zh
    field = str(detail.get("field", "")).strip("/")
    return f"{text}{field and f' ({field})'}"[:_LONGEST]


def return_msg(code: str) -> str:
    """Return what stands in return_msg where there is no second level to bear *code*: a sentence that is known for it, or *code* itself."""
    return _MESSAGES.get(code, code)
