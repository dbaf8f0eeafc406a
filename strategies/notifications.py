"""Valid notices of payments and refunds, direct and of a service provider, as a platform may word them.

Numbers, amounts and the time are those of the merchant's own books, given by whoever draws; what may vary without being wrong is drawn.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from hypothesis import strategies as st

from reference.identity import Identity
from strategies import times
from strategies.identities import Receiver, receivers
from strategies.posting import Notice
from strategies.text import texts

__all__ = ["REFUND_STATES", "RefundState", "notices", "payments", "refunds"]

RefundState = Literal["SUCCESS", "ABNORMAL", "CLOSED"]

REFUND_STATES: Final[tuple[RefundState, ...]] = ("SUCCESS", "ABNORMAL", "CLOSED")


def payments(
    identity: Identity, *, at: int, out_trade_no: str = "wxc000000000001", total: int | None = None, receiver: Receiver | None = None
) -> st.SearchStrategy[Notice]:
    """Draw the notice of an order paid at *at* (Unix seconds); *total* in fen fixes its amount, *receiver* whom it was paid to."""
    return st.builds(
        _payment,
        _one(receiver, identity),
        st.just(out_trade_no),
        _total(total),
        st.just(at),
        _FORMS,
        _AAD,
        _TYPES,
        _BANKS,
        _COUPONS,
        _EXTRAS,
    )


def refunds(
    identity: Identity,
    *,
    at: int,
    state: RefundState | None = None,
    out_trade_no: str = "wxc000000000001",
    out_refund_no: str = "wxc000000000002",
    total: int | None = None,
    receiver: Receiver | None = None,
) -> st.SearchStrategy[Notice]:
    """Draw the notice of a refund decided at *at* (Unix seconds), of the whole or a part of *total* fen."""
    states = st.sampled_from(REFUND_STATES) if state is None else st.just(state)
    numbers = st.just((out_trade_no, out_refund_no))
    return st.builds(_refund, _one(receiver, identity), numbers, _total(total), _SHARES, states, st.just(at), _FORMS, _ACCOUNTS)


def notices(identity: Identity, *, at: int, receiver: Receiver | None = None) -> st.SearchStrategy[Notice]:
    """Draw any valid notice: of a payment, or of a refund in any state."""
    return payments(identity, at=at, receiver=receiver) | refunds(identity, at=at, receiver=receiver)


_FORMS: Final = st.sampled_from(("offset", "zulu", "offset-milliseconds"))
_AAD: Final = st.sampled_from(("transaction", "", None, "fifteen-letters"))
_TYPES: Final = st.sampled_from(("JSAPI", "NATIVE", "APP", "MWEB"))
_BANKS: Final = st.sampled_from(("OTHERS", "CMB_DEBIT", "ICBC_CREDIT"))
_TOTALS: Final = (1, 100, 1_999, 2**31 - 1)
_COUPONS: Final = st.sampled_from((0, 0, 1, 50))
_SHARES: Final = st.sampled_from((0.0, 0.5, 1.0))
_ACCOUNTS: Final = st.sampled_from(("支付用户零钱", "招商银行信用卡0403", "商户基本账户"))
_EXTRAS: Final = st.fixed_dictionaries(
    {},
    optional={
        "attach": texts(max_characters=128, max_bytes=128),
        "scene_info": st.just({"device_id": "013467007045764"}),
        # A member of a later day: whoever reads notifications must let it pass.
        "wxc_member_of_tomorrow": st.sampled_from(("", 0, None, {"深": [1, 2]})),
    },
)


def _one(receiver: Receiver | None, identity: Identity) -> st.SearchStrategy[Receiver]:
    return receivers(identity) if receiver is None else st.just(receiver)


def _total(total: int | None) -> st.SearchStrategy[int]:
    return st.sampled_from(_TOTALS) if total is None else st.just(total)


def _payment(  # noqa: PLR0913, PLR0917 - drawn piece by piece
    receiver: Receiver,
    out_trade_no: str,
    total: int,
    at: int,
    form: str,
    associated_data: str | None,
    trade_type: str,
    bank_type: str,
    coupon: int,
    extras: dict[str, Any],
) -> Notice:
    merchant, sub = receiver.merchant, receiver.sub_mchid
    discount = min(coupon, total - 1)
    ids: dict[str, Any] = {"appid": merchant.appid, "mchid": merchant.mchid, "payer": {"openid": merchant.openid}}
    if sub is not None:
        ids = {"sp_appid": merchant.appid, "sp_mchid": merchant.mchid, "sub_mchid": sub, "payer": {"sp_openid": merchant.openid}}
    resource = ids | {
        "out_trade_no": out_trade_no,
        "transaction_id": _number("4200", at),
        "trade_type": trade_type,
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": bank_type,
        "success_time": times.documented(at)[form],
        "amount": {"total": total, "payer_total": total - discount, "currency": "CNY", "payer_currency": "CNY"},
    }
    if discount:
        resource["promotion_detail"] = [{"coupon_id": "109519", "scope": "GLOBAL", "type": "CASH", "amount": discount, "currency": "CNY"}]
    return Notice("TRANSACTION.SUCCESS", receiver, resource | extras, "支付成功", "transaction", associated_data, at)


def _refund(  # noqa: PLR0917 - drawn piece by piece
    receiver: Receiver, numbers: tuple[str, str], total: int, share: float, state: RefundState, at: int, form: str, account: str
) -> Notice:
    merchant, sub = receiver.merchant, receiver.sub_mchid
    part = max(1, int(total * share))
    resource: dict[str, Any] = {"mchid": merchant.mchid} if sub is None else {"sp_mchid": merchant.mchid, "sub_mchid": sub}
    resource |= {
        "out_trade_no": numbers[0],
        "transaction_id": _number("4200", at - 60),
        "out_refund_no": numbers[1],
        "refund_id": _number("5030", at),
        "refund_status": state,
        "user_received_account": account,
        "amount": {"total": total, "refund": part, "payer_total": total, "payer_refund": part},
    }
    if state == "SUCCESS":
        resource["success_time"] = times.documented(at)[form]
    return Notice(f"REFUND.{state}", receiver, resource, _SUMMARIES[state], "refund", "refund", at)


_SUMMARIES: Final[Mapping[RefundState, str]] = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}


def _number(prefix: str, at: int) -> str:
    return f"{prefix}{at:024d}"
