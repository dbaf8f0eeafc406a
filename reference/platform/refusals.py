"""The protocol's own refusals; those of orders and refunds stand in their machines."""

from reference.machines import Refusal

__all__ = [
    "APPID_MISMATCH",
    "BAD_PARAMETER",
    "BILL_CREATING",
    "BILL_MISSING",
    "FILE_GONE",
    "FOREIGN_MERCHANT",
    "KEY_UNKNOWN",
    "METHOD_UNKNOWN",
    "NO_CERTIFICATES",
    "PATH_UNKNOWN",
    "RATE_LIMITED",
    "SIGN_ERROR",
    "SUB_MERCHANT",
    "SYSTEM_ERROR",
]

SIGN_ERROR = Refusal("sign-error", 401, "SIGN_ERROR", "The signature is missing, malformed, stale or wrong.", (401,), ("SIGN_ERROR",))
PATH_UNKNOWN = Refusal("path-unknown", 404, "RESOURCE_NOT_EXISTS", "There is no such interface.", (404,), ())
METHOD_UNKNOWN = Refusal("method-unknown", 405, "INVALID_REQUEST", "The interface has no such method.", (404, 405), ())
BAD_PARAMETER = Refusal(
    "bad-parameter", 400, "PARAM_ERROR", "A parameter is missing or not as documented.", (400,), ("PARAM_ERROR", "INVALID_REQUEST")
)
FOREIGN_MERCHANT = Refusal("foreign-merchant", 403, "NO_AUTH", "The signing merchant is not the acting merchant.", (400, 401, 403), ())
SUB_MERCHANT = Refusal("sub-merchant", 403, "NO_AUTH", "The sub-merchant is not one of this service provider.", (400, 403, 404), ())
APPID_MISMATCH = Refusal(
    "appid-mismatch", 400, "APPID_MCHID_NOT_MATCH", "The appid is not bound to the merchant.", (400, 403), ("APPID_MCHID_NOT_MATCH",)
)
KEY_UNKNOWN = Refusal(
    "key-unknown", 400, "PARAM_ERROR", "Wechatpay-Serial names no key that opens the encrypted field.", (400,), ("PARAM_ERROR",)
)
RATE_LIMITED = Refusal("rate-limited", 429, "FREQUENCY_LIMITED", "Too many requests.", (429,), ("FREQUENCY_LIMITED",))
SYSTEM_ERROR = Refusal(
    "system-error", 500, "SYSTEM_ERROR", "The system failed; query, or repeat with the same number.", (500,), ("SYSTEM_ERROR",)
)
NO_CERTIFICATES = Refusal("no-certificates", 404, "RESOURCE_NOT_EXISTS", "There is no platform certificate.", (403, 404), ())
BILL_CREATING = Refusal(
    "bill-creating", 400, "STATEMENT_CREATING", "The bill is made after ten the next morning.", (400,), ("STATEMENT_CREATING",)
)
BILL_MISSING = Refusal("bill-missing", 400, "NO_STATEMENT_EXIST", "Nothing happened on that day.", (400,), ("NO_STATEMENT_EXIST",))
FILE_GONE = Refusal("file-gone", 404, "RESOURCE_NOT_EXISTS", "The download token is unknown or no longer valid.", (400, 401, 403, 404), ())
