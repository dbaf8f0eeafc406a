"""How a platform seals what only the merchant may read: AES-256-GCM under its APIv3 key."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.notices import brief, echoes, paid_out
from conformance.targets.inbox import Inbox, Letter
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Role

GROUP = "notifications"

_SEALED = "v3.decryption.seals-with-the-apiv3-key"


@judges(_SEALED)
def test_seals_for_the_merchant_who_gets_it(platform: Platform) -> None:
    """Every payment, refund and echo, at its first attempt and at later ones, opens with the key of the merchant it is sent to."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        begun = [occasion.begin(inbox, 500) for occasion in (*brief(platform), *paid_out(platform), *echoes(platform))]
        inbox.wait(1_000)
    try_all(platform, [letter for notified in begun for letter in notified.letters], _opens)


@judges(_SEALED)
@given(order=orders.full(), direct=st.booleans())
def test_seals_whatever_the_order_holds(platform: Platform, order: Order, direct: bool) -> None:  # noqa: FBT001
    """Long texts, quotes and Chinese come out of the sealed resource as they went in."""
    platform.needs("payer", "time-travel", "notifications")
    role: Role = "merchant" if direct or "partner-merchant" not in platform.capabilities else "partner"
    with Inbox(platform) as inbox:
        address = inbox.address(role)
        platform.must_pay(Order(order.product, {**order.fields, "notify_url": address}, role))
        inbox.expect(address)
        for letter in inbox.at(address):
            _opens(letter)
            attach = letter.resource.get("attach", order.fields.get("attach"))
            if attach != order.fields.get("attach"):
                raise Violation(
                    "A text came out of the sealed resource otherwise.", expected=repr(order.fields.get("attach")), got=repr(attach)
                )


@judges("v3.decryption.never-reuses-a-nonce")
def test_never_seals_twice_under_one_nonce(platform: Platform) -> None:
    """Among all payments, refunds, echoes and certificate lists of a merchant, and their repetitions, one nonce means one ciphertext."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        begun = [occasion.begin(inbox, 500, 500, 500, 200) for occasion in (*brief(platform), *paid_out(platform), *echoes(platform))]
        inbox.wait(1_000)
        roles = dict.fromkeys(notified.role for notified in begun)
        for role in roles:
            mine = [letter.envelope.get("resource") for notified in begun if notified.role == role for letter in notified.letters]
            _has_no_nonce_twice([*mine, *_listed(platform, role), *_listed(platform, role)])


def _opens(letter: Letter) -> None:
    if not letter.resource:
        raise Violation("What is sealed says nothing.", expected="a JSON object with members", got="{}")


def _listed(platform: Platform, role: Role) -> list[Any]:
    """The sealed certificates of a list, where the platform has one."""
    data = platform.certificates(role=role).get("data")
    return [item.get("encrypt_certificate") for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def _has_no_nonce_twice(resources: Iterable[Any]) -> None:
    seen: dict[str, str] = {}
    for resource in resources:
        if not isinstance(resource, dict):
            continue
        nonce, ciphertext = str(resource.get("nonce")), str(resource.get("ciphertext"))
        if seen.setdefault(nonce, ciphertext) != ciphertext:
            raise Violation("One nonce seals two different texts under the same key.", expected="a fresh nonce", got=f"{nonce!r} twice")
