"""Valid orders: a lean template with a few draws, and a full one with every optional field.

A lean order costs about as much as one RSA signature to draw; that is what keeps the suite near its physical limit.
Pieces are made ahead and sampled, and the order is built anew for every example, for the target writes its number into it.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from itertools import product as combinations_of
from typing import Any, Final

from hypothesis import strategies as st

from strategies.cases import Order, Product, Role
from strategies.text import texts

__all__ = ["PREPAID", "any_product", "app", "codepay", "full", "h5", "jsapi", "lean", "native", "of", "template"]

PREPAID: Final[tuple[Product, ...]] = ("jsapi", "app", "h5", "native")
"""The products whose order is placed first and paid by the payer afterwards."""
_DESCRIPTIONS: Final = (
    "茶",
    "gift",
    "Image形象店-深圳腾大-QQ公仔",
    "a&b=c+d / 100%",
    "<b>½</b>",
    "x" * 127,
    "茶" * 42 + "x",
)
_TOTALS: Final = (1, 2, 99, 100, 1_000_000, 2**31 - 1)


def jsapi(*, role: Role = "merchant") -> st.SearchStrategy[Order]:
    """Draw a lean order for JSAPI or a mini program."""
    return of("jsapi", role=role)


def app(*, role: Role = "merchant") -> st.SearchStrategy[Order]:
    """Draw a lean order for APP."""
    return of("app", role=role)


def h5(*, role: Role = "merchant") -> st.SearchStrategy[Order]:
    """Draw a lean order for H5."""
    return of("h5", role=role)


def native(*, role: Role = "merchant") -> st.SearchStrategy[Order]:
    """Draw a lean order for Native."""
    return of("native", role=role)


def codepay(*, role: Role = "merchant") -> st.SearchStrategy[Order]:
    """Draw a lean order paid by payment code."""
    return of("codepay", role=role)


def of(product: Product, *, role: Role = "merchant", total: int | None = None) -> st.SearchStrategy[Order]:
    """Draw a lean order of *product*: its description and amount vary. *total* in fen fixes the amount."""
    return _one_of((product,), role, total)


def any_product(*, role: Role = "merchant", total: int | None = None) -> st.SearchStrategy[Order]:
    """Draw a lean order of any product but code payment."""
    return _one_of(PREPAID, role, total)


def lean(product: Product, role: Role = "merchant", *, total: int = 100, **fields: Any) -> Order:
    """Return a lean order of *product*, for lists that are tried to the end; *fields* are further members of its body."""
    return _lean(product, role, "茶", total).but(**fields)


def template(product: Product) -> dict[str, Any]:
    """The members besides ids and numbers without which an order of *product* is refused."""
    fields: dict[str, Any] = {"description": "茶", "amount": {"total": 100, "currency": "CNY"}}
    if product == "h5":
        fields["scene_info"] = {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}}
    if product == "codepay":
        fields["scene_info"] = {"store_info": {"id": "0001"}, "device_id": "013467007045764"}
    return fields


def full(*, role: Role = "merchant", product: Product | None = None) -> st.SearchStrategy[Order]:
    """Draw an order with any of the optional fields, at and within their documented limits."""
    products = st.sampled_from(PREPAID) if product is None else st.just(product)
    options = _AT_THE_TILL if product == "codepay" else _ONLINE
    return st.builds(_full, products, st.just(role), _LONG_DESCRIPTIONS, st.integers(1, 2**31 - 1), options)


def _one_of(products: Sequence[Product], role: Role, total: int | None) -> st.SearchStrategy[Order]:
    # Every draw costs a third of a signature, so all that varies is drawn at once; the simplest order comes first.
    cases = list(combinations_of(_TOTALS if total is None else (total,), _DESCRIPTIONS, products))
    return st.sampled_from(cases).map(lambda case: _lean(case[2], role, case[1], case[0]))


def _lean(product: Product, role: Role, description: str, total: int) -> Order:
    fields = template(product)
    fields["description"] = description
    fields["amount"] = {"total": total, "currency": "CNY"}
    return Order(product, fields, role)


def _full(product: Product, role: Role, description: str, total: int, options: Mapping[str, Any]) -> Order:
    order = _lean(product, role, description, total)
    for name, value in options.items():
        # Sampled pieces belong to every example; an order's own are not to reach into them.
        order.fields[name] = {**order.fields.get(name, {}), **deepcopy(value)} if isinstance(value, dict) else deepcopy(value)
    return order


def _any_of(members: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw *members*, None for one that is absent: unlike optional keys of a dictionary, each shrinks away alone."""
    names = tuple(members)
    return st.tuples(*members.values()).map(
        lambda values: {name: value for name, value in zip(names, values, strict=True) if value is not None}
    )


def _perhaps(*pieces: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from((None, *pieces))


_LONG_DESCRIPTIONS: Final = texts(max_characters=127, max_bytes=127)
_PLAIN: Final = {"merchant_goods_id": "M1006", "quantity": 1, "unit_price": 0}
_PHONE: Final = {"merchant_goods_id": "1217752501201407033233368018", "quantity": 1, "unit_price": 528_800, "goods_name": "iPhone6s 16G"}
_LONGEST: Final = {"merchant_goods_id": "x" * 32, "quantity": 99, "unit_price": 1, "goods_name": "茶" * 85}
_MOST: Final = {"merchant_goods_id": "M-1_a", "quantity": 2**31 - 1, "unit_price": 2**31 - 1}
_COMMON: Final[dict[str, st.SearchStrategy[Any]]] = {
    "attach": st.none() | texts(max_characters=128, max_bytes=128),
    "goods_tag": _perhaps("WXG", "x" * 32, "茶" * 10),
    "support_fapiao": st.sampled_from((None, False, True)),
    "settle_info": _perhaps({"profit_sharing": False}, {"profit_sharing": True}),
    "detail": _perhaps(
        {"goods_detail": [_PLAIN]},
        {"goods_detail": [_PHONE], "cost_price": 608_800},
        {"goods_detail": [_PHONE, _PLAIN], "cost_price": 1, "invoice_id": "wx123"},
        {"goods_detail": [_LONGEST, _MOST, _PLAIN]},
    ),
}
_ONLINE: Final = _any_of(
    _COMMON
    | {
        "limit_pay": _perhaps(["no_balance"], ["no_credit"], ["no_debit"], ["balance_only"]),
        "scene_info": _perhaps(
            {"payer_client_ip": "14.23.150.211"},
            {"payer_client_ip": "2001:db8::1", "device_id": "013467007045764"},
            {"payer_client_ip": "203.0.113.7", "store_info": {"id": "0001", "name": "腾讯大厦分店", "area_code": "440305"}},
        ),
    },
)
_AT_THE_TILL: Final = _any_of(
    _COMMON
    | {"scene_info": _perhaps({"device_ip": "14.23.150.211"}, {"device_id": "x" * 16}, {"store_info": {"id": "0001", "out_id": "A1"}})},
)
