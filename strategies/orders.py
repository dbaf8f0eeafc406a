"""Valid orders: a lean template with a few draws, and a full one with every optional field.

A lean order costs about as much as one RSA signature to draw; that is what keeps the suite near its physical limit.
"""

from typing import Any

from hypothesis import strategies as st

from strategies.cases import Order, Product, Role
from strategies.text import texts

__all__ = ["any_product", "app", "codepay", "full", "h5", "jsapi", "native", "of"]

_PREPAID: tuple[Product, ...] = ("jsapi", "app", "h5", "native")
_DESCRIPTIONS = ("茶", "Image形象店-深圳腾大-QQ公仔", "a&b=c+d / 100%", "x" * 127, "茶" * 42)
_TOTALS = (1, 2, 99, 100, 1_000_000, 2**31 - 1)


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
    totals = st.just(total) if total is not None else st.sampled_from(_TOTALS)
    return st.builds(_lean, st.just(product), st.just(role), st.sampled_from(_DESCRIPTIONS), totals)


def any_product(*, role: Role = "merchant", total: int | None = None) -> st.SearchStrategy[Order]:
    """Draw a lean order of any product but code payment."""
    totals = st.just(total) if total is not None else st.sampled_from(_TOTALS)
    return st.builds(_lean, st.sampled_from(_PREPAID), st.just(role), st.sampled_from(_DESCRIPTIONS), totals)


def _lean(product: Product, role: Role, description: str, total: int) -> Order:
    return Order(product, template(product) | {"description": description, "amount": {"total": total, "currency": "CNY"}}, role)


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
    products = st.sampled_from(_PREPAID) if product is None else st.just(product)
    return st.builds(_with_options, products, st.just(role), texts(max_characters=127, max_bytes=127), st.integers(1, 2**31 - 1), _OPTIONS)


_GOODS = st.fixed_dictionaries(
    {
        "merchant_goods_id": st.sampled_from(("1217752501201407033233368018", "M1006")),
        "quantity": st.integers(1, 99),
        "unit_price": st.integers(0, 10**6),
    },
    optional={"goods_name": texts(max_characters=64), "wechatpay_goods_id": st.just("1001")},
)
_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "attach": texts(max_characters=128, max_bytes=127),
        "goods_tag": st.sampled_from(("WXG", "x" * 32)),
        "support_fapiao": st.booleans(),
        "limit_pay": st.lists(
            st.sampled_from(("no_balance", "no_credit", "no_debit", "balance_only")), min_size=1, max_size=2, unique=True
        ),
        "detail": st.fixed_dictionaries(
            {"goods_detail": st.lists(_GOODS, min_size=1, max_size=3)},
            optional={"cost_price": st.integers(1, 10**6), "invoice_id": st.just("wx123")},
        ),
        "scene": st.fixed_dictionaries(
            {"payer_client_ip": st.sampled_from(("14.23.150.211", "2001:db8::1"))},
            optional={"device_id": st.sampled_from(("013467007045764", "x" * 32))},
        ),
        "settle_info": st.fixed_dictionaries({"profit_sharing": st.booleans()}),
    },
)


def _with_options(product: Product, role: Role, description: str, total: int, options: dict[str, Any]) -> Order:
    order = _lean(product, role, description, total)
    options = dict(options)
    scene = options.pop("scene", None)
    if scene is not None:
        order.fields["scene_info"] = {**order.fields.get("scene_info", {}), **scene}
    order.fields |= options
    return order
