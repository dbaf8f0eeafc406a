"""How a platform treats the members of an order: every documented bound, broken wherever an order can be placed."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.placing import Placement, every_kind, refuses, try_bounds
from conformance.checks.platform.stages import Kind, kinds, notified, shows
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies.cases import Order, Product, Refund
from strategies.faults.body import Member
from strategies.orders import PREPAID
from strategies.text import AWKWARD, exactly, texts

GROUP = "orders"

_GOODS = "detail.goods_detail[]"
_ATTACH = texts(max_characters=128, max_bytes=128)


@judges("v3.order.refuses-bad-total")
def test_refuses_a_bad_total(platform: Platform) -> None:
    """A total that is absent, zero, negative, a fraction, a text or no number at all is refused and places nothing; one fen is taken."""
    try_bounds(platform, "amount", "amount.total")


@judges("v3.order.refuses-bad-total")
@given(total=st.integers(1, 10_000_000) | st.sampled_from((1, 2, 99, 101, 2**31 - 1)), product=st.sampled_from(PREPAID))
def test_takes_any_whole_number_of_fen(platform: Platform, total: int, product: Product) -> None:
    """Any whole number of fen is accepted and shown exactly."""
    order = Kind(product).order(total)
    platform.place(order).is_accepted()
    platform.query(order).is_accepted().has("amount.total", total)


@judges("v3.order.refuses-foreign-currency")
def test_refuses_a_foreign_currency(platform: Platform) -> None:
    """Any currency but CNY is refused, RMB too; CNY, and none at all, are accepted."""
    try_bounds(platform, "amount.currency")

    def attempt(kind: Kind) -> None:
        platform.place(kind.order(amount={"total": 100})).is_accepted(because="The currency is optional.")

    try_all(platform, every_kind(platform), attempt)


@judges("v3.order.requires-a-description")
def test_requires_a_description(platform: Platform) -> None:
    """An order whose description is absent, null, empty or no text is refused and does not exist."""
    try_bounds(platform, "description", keywords={"required", "minLength", "type"})


@judges("v3.order.limits-description-to-127-characters")
def test_limits_the_description(platform: Platform) -> None:
    """A description of 128 characters, Latin or Chinese, is refused; 127 Latin characters are accepted."""
    try_bounds(platform, "description", keywords={"maxLength"})


@judges("v3.order.limits-attach-to-128-characters")
def test_limits_attach(platform: Platform) -> None:
    """An attach of 129 characters, Latin or Chinese, or that is no text, is refused; 128 Latin characters are accepted."""
    try_bounds(platform, "attach")


@judges("v3.order.refuses-an-overlong-goods-tag")
def test_limits_the_goods_tag(platform: Platform) -> None:
    """A goods_tag of 33 characters, Latin or Chinese, or that is no text, is refused; 32 Latin characters are accepted."""
    try_bounds(platform, "goods_tag")


@judges("v3.order.refuses-an-overlong-device-id")
def test_limits_the_device_id(platform: Platform) -> None:
    """A device_id of 33 characters, Latin or Chinese, or that is no text, is refused; 16 Latin characters are accepted."""
    try_bounds(platform, "scene_info.device_id")


@judges("v3.order.refuses-a-bad-payer-ip")
def test_refuses_what_is_no_address(platform: Platform) -> None:
    """A payer_client_ip that is no IPv4 or IPv6 address is refused, overlong ones too; addresses of both families are accepted."""
    field = "scene_info.payer_client_ip"
    try_bounds(platform, field, keywords={"format", "type"}, products=PREPAID)
    overlong = [Member(field, text) for text in ("203.0.113.7," * 4, ":".join(["2001"] * 12), "1" * 46)]
    placements = [Placement(kind, fault) for kind in kinds(platform) for fault in overlong]
    try_all(platform, placements, lambda placement: refuses(platform, placement, BAD_PARAMETER))


@judges("v3.order.refuses-unknown-limit-pay")
def test_refuses_unknown_payment_limits(platform: Platform) -> None:
    """A limit_pay that is no list, or has a limit nobody knows in any place, is refused; each documented limit is accepted."""
    try_bounds(platform, "limit_pay", "limit_pay[]", products=PREPAID)


@judges("v3.order.requires-goods-members")
def test_requires_the_members_of_goods(platform: Platform) -> None:
    """A row of goods, the first or the second, without its id, its quantity or its price is refused."""
    members = (f"{_GOODS}.merchant_goods_id", f"{_GOODS}.quantity", f"{_GOODS}.unit_price")
    try_bounds(platform, *members, keywords={"required"})


@judges("v3.order.refuses-bad-goods-values")
def test_refuses_bad_values_of_goods(platform: Platform) -> None:
    """A row of goods, the first or the second, counts whole pieces and whole fen and is named by a text; one piece for nothing is taken."""
    try_bounds(platform, f"{_GOODS}.quantity", f"{_GOODS}.unit_price", keywords={"type", "minimum"})
    try_bounds(platform, f"{_GOODS}.merchant_goods_id", keywords={"type"})


@judges("v3.order.echoes-attach")
@given(attach=_ATTACH, product=st.sampled_from(PREPAID), partner=st.booleans(), part=st.sampled_from((1, 50, 100)))
def test_echoes_attach(platform: Platform, attach: str, product: Product, partner: bool, part: int) -> None:  # noqa: FBT001
    """A paid order shows its attach exactly as sent, in both queries and in its notification, and so it does once refunded."""
    platform.needs("payer")
    kind = Kind(product, "partner" if partner and "partner-merchant" in platform.capabilities else "merchant")
    order = kind.order(attach=attach)
    platform.must_pay(order)
    _echoes(platform, order, "SUCCESS", attach)
    _announces(platform, order, attach)
    platform.refund(Refund(order, part)).is_accepted()
    _echoes(platform, order, "REFUND", attach)


@judges("v3.order.echoes-attach")
def test_echoes_awkward_attachments(platform: Platform) -> None:
    """Quotes, backslashes, markup, JSON text and Chinese come back as they were sent, and as much of it as attach can hold."""
    platform.needs("payer")
    known = (*AWKWARD, exactly(128), "茶" * 42 + "xx")
    ways = kinds(platform)

    def attempt(attach: str) -> None:
        order = ways[known.index(attach) % len(ways)].order(attach=attach)
        platform.must_pay(order)
        _echoes(platform, order, "SUCCESS", attach)
        _announces(platform, order, attach)

    try_all(platform, known, attempt)


@judges("v3.order.echoes-attach")
def test_echoes_no_attach_that_was_not_sent(platform: Platform) -> None:
    """A paid order placed without attach shows none, or an empty one."""
    platform.needs("payer")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.must_pay(order)
        _echoes(platform, order, "SUCCESS", None)
        if kind.product != "codepay":
            _announces(platform, order, None)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.order.echoes-attach")
def test_echoes_the_attach_of_code_payments(platform: Platform) -> None:
    """An order paid by code shows its attach too."""
    platform.needs("payer", "code-plans")

    def attempt(kind: Kind) -> None:
        order = kind.order(attach='{"店":"一","route":1}')
        platform.place(order).is_accepted()
        _echoes(platform, order, "SUCCESS", order.fields["attach"])

    try_all(platform, kinds(platform, "codepay"), attempt)


def _echoes(platform: Platform, order: Order, state: str, attach: str | None) -> None:
    shown = shows(platform, order, state, because="The order was paid.")
    for answer in (shown, platform.query_by_id(order, str(shown["transaction_id"])).is_accepted()):
        if attach is None:
            answer.lacks("attach", because="The order has no attach.")
        else:
            answer.has("attach", attach, because="attach comes back exactly as it was sent.")


def _announces(platform: Platform, order: Order, attach: str | None) -> None:
    if not {"time-travel", "notifications"} <= platform.capabilities:
        return
    for resource in notified(platform, order, platform.deliveries()):
        if (resource.get("attach") or None) != attach:
            raise Violation(
                "The notification holds attach exactly as it was sent.",
                expected=f"attach {attach!r}",
                got=f"attach {resource.get('attach')!r}",
            )
