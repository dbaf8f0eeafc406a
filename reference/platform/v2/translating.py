"""An APIv2 request in the words of APIv3, so that one order is the same order through either."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reference.oracles.times import BEIJING
from reference.platform.refusals import BAD_PARAMETER
from reference.platform.wire import Refused

__all__ = ["number", "order_fields", "order_params", "refund_fields", "who"]

_MOST_DIGITS = 18
_AS_THEY_ARE = ("out_trade_no", "attach", "goods_tag", "notify_url")
_OURS_ONLY = (
    "version",
    "detail",
    "limit_pay",
    "time_start",
    "receipt",
    "scene_info",
    "deposit",
    "product_id",
    "user_type",
    "user_creid",
    "user_truename",
)
_ACCOUNTS = {"REFUND_SOURCE_RECHARGE_FUNDS": "AVAILABLE", "REFUND_SOURCE_UNSETTLED_FUNDS": "UNSETTLED"}


def number(values: Mapping[str, str], name: str) -> int:
    """Return the number the digits of *name* write; one no counter could hold is refused."""
    digits = values[name].lstrip("0")
    if len(digits) > _MOST_DIGITS:
        raise _bad(name, "too large")
    return int(digits or "0")


def who(values: Mapping[str, str]) -> dict[str, str]:
    """Return mode and ids: a service provider's request names its sub-merchant."""
    if "sub_mch_id" not in values:
        return {"mode": "direct", "appid": values["appid"], "mchid": values["mch_id"]}
    names = {"sp_appid": "appid", "sp_mchid": "mch_id", "sub_appid": "sub_appid", "sub_mchid": "sub_mch_id"}
    return {"mode": "partner"} | {name: values[ours] for name, ours in names.items() if ours in values}


def order_params(values: Mapping[str, str]) -> dict[str, str]:
    """Return what names an order: transaction_id, which wins, or out_trade_no; and the sub-merchant."""
    name = "transaction_id" if "transaction_id" in values else "out_trade_no"
    found = {name: values[name]} if name in values else {}
    return found | ({"sub_mchid": values["sub_mch_id"]} if "sub_mch_id" in values else {})


def order_fields(values: Mapping[str, str], trade_type: str) -> dict[str, Any]:
    """Return the draft of an order; what APIv3 has no word for stands under ``v2``."""
    fields: dict[str, Any] = {**who(values), "trade_type": trade_type, "description": values["body"]}
    fields |= {name: values[name] for name in _AS_THEY_ARE if name in values}
    if values.get("fee_type", "CNY") != "CNY":
        raise _bad("fee_type", "not CNY")
    fields["amount"] = {"currency": "CNY", "total": number(values, "total_fee")}
    fields["scene_info"] = {"payer_client_ip": values["spbill_create_ip"]}
    if "device_info" in values:
        fields["scene_info"]["device_id"] = values["device_info"]
    if "time_expire" in values:
        fields["time_expire"] = rfc3339(values["time_expire"])
    if "profit_sharing" in values:
        fields["settle_info"] = {"profit_sharing": values["profit_sharing"] == "Y"}
    if payer := _payer(values, fields["mode"]):
        fields["payer"] = payer
    if kept := {name: values[name] for name in _OURS_ONLY if name in values}:
        fields["v2"] = kept
    return fields


def rfc3339(moment: str) -> str:
    """Return a moment written ``yyyyMMddHHmmss`` in Beijing's zone as APIv3 writes it."""
    return datetime.strptime(moment, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING).isoformat()


def refund_fields(values: Mapping[str, str]) -> dict[str, Any]:
    """Return the draft of a refund."""
    names = {"transaction_id": "transaction_id", "out_trade_no": "out_trade_no", "out_refund_no": "out_refund_no"}
    names |= {"reason": "refund_desc", "notify_url": "notify_url", "sub_mchid": "sub_mch_id"}
    fields: dict[str, Any] = {name: values[ours] for name, ours in names.items() if ours in values}
    if values.get("refund_fee_type", "CNY") != "CNY":
        raise _bad("refund_fee_type", "not CNY")
    fields["amount"] = {"total": number(values, "total_fee"), "refund": number(values, "refund_fee"), "currency": "CNY"}
    if "refund_account" in values:
        account = _ACCOUNTS.get(values["refund_account"])
        if account is None:
            raise _bad("refund_account", f"none of {', '.join(_ACCOUNTS)}")
        fields["funds_account"] = account
    if "detail" in values:
        fields["v2"] = {"detail": values["detail"]}
    return fields


def _payer(values: Mapping[str, str], mode: str) -> dict[str, str]:
    names = {"sp_openid" if mode == "partner" else "openid": "openid", "sub_openid": "sub_openid", "auth_code": "auth_code"}
    return {name: values[ours] for name, ours in names.items() if ours in values}


def _bad(field: str, issue: str) -> Refused:
    return Refused(BAD_PARAMETER, {"field": field, "issue": issue, "location": "body"})
