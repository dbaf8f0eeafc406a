"""The notify endpoints of a check: what arrives at its addresses, verified and opened as the merchant would."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.targets.mailbox import Mailbox
from conformance.targets.observers import keyring
from conformance.targets.platform import Platform
from conformance.targets.verdicts import NotApplicable, Violation, shown
from reference.identity import Merchant
from reference.oracles import aead
from reference.oracles.keys import KeyRing
from reference.oracles.message_check import Verdict, verify_message
from reference.platform import Delivery, Said

__all__ = ["ACKNOWLEDGED", "Inbox", "Letter"]

ACKNOWLEDGED = frozenset({200, 204})
"""The answers that end a notification's deliveries."""


@dataclass(frozen=True)
class Letter:
    """One delivery, as *merchant* receives it. What cannot be read raises Violation under the rule that says it must."""

    delivery: Delivery
    merchant: Merchant
    keys: KeyRing

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return next((value for key, value in self.delivery.headers if key.lower() == name.lower()), None)

    @property
    def is_probe(self) -> bool:
        """Whether the platform only tests that signatures are verified."""
        return (self.header("Wechatpay-Signature") or "").startswith("WECHATPAY/SIGNTEST/")

    @cached_property
    def verdict(self) -> Verdict:
        """Whether its signature holds, at the moment it was sent."""
        return verify_message(self.delivery.headers, self.delivery.body, self.keys, self.delivery.at)

    @cached_property
    def envelope(self) -> dict[str, Any]:
        """The body."""
        try:
            value = json.loads(self.delivery.body.decode("utf-8"))
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise Violation(
                "The body of a notification is no JSON object in UTF-8.",
                expected="a JSON object",
                got=self.described,
                rule="v3.notify.delivers-json-by-post",
            )
        return value

    @property
    def event_type(self) -> Any:
        """What the envelope says happened."""
        return self.envelope.get("event_type")

    @cached_property
    def resource(self) -> dict[str, Any]:
        """What was sealed for the merchant. Raises NotApplicable for a cipher other than AES."""
        sealed = self.envelope.get("resource")
        if isinstance(sealed, dict) and sealed.get("algorithm") == "AEAD_SM4_GCM":
            raise NotApplicable({"notifications under AEAD_AES_256_GCM"})
        try:
            return _opened(self.merchant, sealed)
        except (ValueError, KeyError, TypeError) as error:
            raise Violation(
                f"A notification does not open with the APIv3 key of its merchant: {error}",
                expected="AES-256-GCM under the merchant's key, over a JSON object in UTF-8",
                got=shown(sealed),
                rule="v3.decryption.seals-with-the-apiv3-key",
            ) from None

    @property
    def described(self) -> str:
        """The delivery in a few words."""
        return f"delivery {self.delivery.attempt} to {self.delivery.url}: {shown(self.delivery.body.decode('utf-8', 'replace'))}"


def _opened(merchant: Merchant, sealed: Any) -> dict[str, Any]:
    plaintext = aead.decrypt(merchant.apiv3_key.encode(), sealed["nonce"], sealed.get("associated_data"), sealed["ciphertext"])
    resource = json.loads(plaintext.decode("utf-8"))
    if not isinstance(resource, dict):
        raise TypeError("the plaintext is no JSON object")
    return resource


def _numbers(merchant: Merchant, delivery: Delivery) -> set[str]:
    try:
        resource = _opened(merchant, json.loads(delivery.body)["resource"])
    except (ValueError, KeyError, TypeError):
        return set()
    return {number for number in (resource.get("out_trade_no"), resource.get("out_refund_no")) if isinstance(number, str)}


class Inbox(Mailbox[Letter]):
    """The notify endpoints of APIv3. Signature probes are not kept."""

    usual = 200

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform)
        self._keys = keyring(platform.identity)
        self._all: list[Delivery] = []
        self._named: list[tuple[Letter, set[str]] | None] = []

    def read(self, delivery: Delivery, owner: Merchant) -> Letter:
        """Return *delivery* as *owner* receives it."""
        return Letter(delivery, owner, self._keys)

    def accepts(self, said: Said) -> bool:
        """Tell whether an answer ends the deliveries: by its status alone."""
        return (said[0] if isinstance(said, tuple) else said) in ACKNOWLEDGED

    def about(self, *numbers: str | None) -> list[Letter]:
        """Every delivery, to whatever address, whose sealed content names one of *numbers* (of an order or a refund)."""
        wanted = {number for number in numbers if number}
        for delivery in self._all[len(self._named) :]:
            opened = (
                (Letter(delivery, merchant, self._keys), _numbers(merchant, delivery)) for merchant in self.platform.identity.merchants
            )
            self._named.append(next(((letter, found) for letter, found in opened if found), None))
        return [letter for letter, found in filter(None, self._named) if wanted & found]

    def take(self, delivery: Delivery) -> Said:
        """Take *delivery* in and say what is said to it; a probe is refused."""
        self._all.append(delivery)
        owner = self.owner(delivery)
        return 401 if owner is not None and self.read(delivery, owner).is_probe else super().take(delivery)
