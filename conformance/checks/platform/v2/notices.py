"""Occasions on which a platform notifies as APIv2 does, and what a notification must hold wherever it comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from conformance.checks.platform.refunding import A_MINUTE
from conformance.checks.platform.v2.asking import roles
from conformance.targets.platform import Platform
from conformance.targets.v2.inbox import InboxV2, LetterV2
from conformance.targets.verdicts import Violation
from reference.oracles import v2
from reference.oracles.v2 import SignType
from reference.platform import Said
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import PREPAID, lean
from strategies.refunds import EVERY_PRODUCT

__all__ = ["ACCEPTING", "FRESH", "REFUSING", "Paid", "arrived", "is_signed", "paid", "payers", "plain", "refunding", "refunds"]

_ATTACH: Final = "龙井 & <茶> a=b+c/100%"
FRESH: Final = frozenset({"nonce_str", "sign", "sign_type"})
"""The elements in which two deliveries of one payment may differ."""
_FAIL: Final = b"<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[SUCCESS]]></return_msg></xml>"
_SUCCESS: Final = b"<xml><return_code>SUCCESS</return_code></xml>"
REFUSING: Final[Mapping[str, Said]] = {
    "return_code FAIL": (200, _FAIL),
    "an empty body": (200, b""),
    "JSON": (200, b'{"code":"SUCCESS","message":"OK"}'),
    "success": (200, b"success"),
    "SUCCESS": (200, b"SUCCESS"),
    "XML without return_code": (200, b"<xml><return_msg>SUCCESS</return_msg></xml>"),
    "302": (302, b""),
    "404": (404, b""),
    "500": (500, b""),
    "500 and return_code SUCCESS": (500, _SUCCESS),
    "no answer in time": None,
}
"""Answers that acknowledge nothing, in words."""
ACCEPTING: Final[Mapping[str, Said]] = {
    "plain": (200, _SUCCESS),
    "in CDATA": (200, b"<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>"),
    "with an empty return_msg": (200, b"<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[]]></return_msg></xml>"),
    "with return_msg": (200, b"<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>"),
    "in CDATA with return_msg": (
        200,
        b"<xml>\n  <return_code><![CDATA[SUCCESS]]></return_code>\n  <return_msg><![CDATA[OK]]></return_msg>\n</xml>",
    ),
}
"""Answers that acknowledge a notification, in words."""


@dataclass(frozen=True, slots=True)
class Paid:
    """An order to be placed and paid: its *product*, who places it, and the algorithm the request is signed by."""

    product: Product
    role: Role
    sign_type: SignType

    def __str__(self) -> str:
        return f"{self.product} of a {self.role}, {self.sign_type}"

    def place(self, inbox: InboxV2, *answers: Said, path: str = "", **fields: Any) -> Order:
        """Place such an order, whose notifications are given *answers* in turn; *fields* are further members of it."""
        address = inbox.address(self.role, *answers, path=path)
        order = _of_some_sub_merchant(lean(self.product, self.role).but(**{"attach": _ATTACH, "notify_url": address, **fields}))
        call = replace(inbox.platform.v2.calls.place(order), sign_type=self.sign_type)
        inbox.platform.v2.send(call, label=f"place {self.product} order").is_accepted()
        return order

    def pay(self, inbox: InboxV2, *answers: Said, path: str = "", **fields: Any) -> Order:
        """Place such an order and let it be paid."""
        order = self.place(inbox, *answers, path=path, **fields)
        paid(inbox.platform, order)
        return order


def paid(platform: Platform, order: Order) -> None:
    """Let *order*, which was placed, be paid."""
    refused = platform.pay(order)
    if refused is not None:
        raise Violation("The payer cannot pay an order just placed.", expected="a payment", got=f"refused: {refused}")


def payers(platform: Platform) -> list[Paid]:
    """Every kind of order that is announced when it is paid, by either algorithm in turn and by both for the first product."""
    kinds: tuple[SignType, ...] = ("MD5", "HMAC-SHA256")
    found = [Paid(product, role, kinds[turn % 2]) for role in roles(platform) for turn, product in enumerate(PREPAID)]
    return found + [Paid(PREPAID[0], role, "HMAC-SHA256") for role in roles(platform)]


def refunds(platform: Platform) -> Iterator[tuple[Product, Role]]:
    """Every kind of order whose refund is announced."""
    return ((product, role) for role in roles(platform) for product in EVERY_PRODUCT)


def plain(product: Product, role: Role, total: int = 100) -> Order:
    """An order whose own notification nobody waits for."""
    return _of_some_sub_merchant(lean(product, role, total=total))


def _of_some_sub_merchant(order: Order) -> Order:
    """The same order, of a service provider's second sub-merchant for every other product."""
    order.sub = EVERY_PRODUCT.index(order.product) % 2 if order.partner else order.sub
    return order


def refunding(inbox: InboxV2, order: Order, amount: int, *answers: Said, sign_type: SignType = "MD5") -> Refund:
    """Apply for a refund of *order* that is announced at an address of its own."""
    refund = Refund(order, amount, {"notify_url": inbox.address(order.role, *answers), "reason": "商品已售完"})
    inbox.wait(A_MINUTE)
    inbox.platform.v2.send(replace(inbox.platform.v2.calls.refund(refund), sign_type=sign_type), label="refund").is_accepted()
    return refund


def arrived(inbox: InboxV2, subject: Order | Refund, count: int = 1) -> list[LetterV2]:
    """Wait until *count* letters about *subject* have come to its address, and return all that have."""
    address = str(subject.fields["notify_url"])
    inbox.expect(address, count)
    letters = inbox.at(address)
    if len(letters) < count:
        raise Violation("What happened was not announced.", expected=f"{count} deliveries to {address}", got=f"{len(letters)}")
    return letters


def is_signed(letter: LetterV2) -> None:
    """Demand that the sign of a payment notice holds over all of it."""
    if not v2.verify(letter.values, letter.key):
        raise Violation(
            "The sign of a payment notice does not hold.", expected="a sign over all elements under the APIv2 key", got=letter.described
        )
