"""The notify endpoints of a check: what arrives at its addresses, verified and opened as the merchant would."""

import json
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from conformance.targets.observers import keyring
from conformance.targets.platform import Platform
from conformance.targets.verdicts import NotApplicable, Violation, shown
from reference.identity import Merchant
from reference.oracles import aead
from reference.oracles.keys import KeyRing
from reference.oracles.message_check import Verdict, verify_message
from reference.platform import LADDER, Delivery
from strategies.cases import Role

__all__ = ["ACKNOWLEDGED", "Inbox", "Letter"]

ACKNOWLEDGED = frozenset({200, 204})
"""The answers that end a notification's deliveries."""
_HOST = "https://merchant.example/notify"
_PATIENCE = (0, 60, 3540)
"""Seconds a first delivery is waited for, step by step; how long it may take is not judged."""


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


class Inbox:
    """Addresses nobody else uses, and what arrives there. Used in a ``with``, it leaves nothing unacknowledged behind.

    A letter belongs to an address by its URL alone, so it is found whatever it holds. Signature probes are not kept.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._keys = keyring(platform.identity)
        self._owners: dict[str, Merchant] = {}
        self._answers: dict[str, tuple[int | None, ...]] = {}
        self._letters: dict[str, list[Letter]] = {}
        self._all: list[Delivery] = []
        self._named: list[tuple[Letter, set[str]] | None] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.acknowledge()

    def address(self, role: Role, *answers: int | None, path: str = "") -> str:
        """Return a fresh notify_url of the merchant that plays *role*.

        *answers* are given there in turn, the last one for ever; without any it is 200, None is no answer in time. *path* is appended.
        """
        address = f"{_HOST}/{self.platform.mint.number()}{path}"
        self._owners[address] = self.platform.merchant(role)
        self._answers[address] = answers or (200,)
        self._letters[address] = []
        return address

    def at(self, address: str) -> list[Letter]:
        """What has arrived there, oldest first."""
        return self._letters[address]

    def about(self, *numbers: str | None) -> list[Letter]:
        """Every delivery, to whatever address, whose sealed content names one of *numbers* (of an order or a refund)."""
        wanted = {number for number in numbers if number}
        for delivery in self._all[len(self._named) :]:
            opened = (
                (Letter(delivery, merchant, self._keys), _numbers(merchant, delivery)) for merchant in self.platform.identity.merchants
            )
            self._named.append(next(((letter, found) for letter, found in opened if found), None))
        return [letter for letter, found in filter(None, self._named) if wanted & found]

    def wait(self, seconds: float = 0) -> None:
        """Let time pass and take in what arrives meanwhile; what is not addressed here is accepted."""
        self.platform.advance(seconds, self._answer)

    def expect(self, address: str, count: int = 1) -> None:
        """Wait until *count* letters have arrived at *address*, but not for ever."""
        for seconds in _PATIENCE:
            self.wait(seconds)
            if len(self._letters[address]) >= count:
                return

    def acknowledge(self) -> None:
        """From now on accept everything, and wait for what is still to be repeated."""
        pending = [address for address, letters in self._letters.items() if letters and self._last(address) not in ACKNOWLEDGED]
        self._answers = dict.fromkeys(self._answers, (200,))
        if any(len(self._letters[address]) <= len(LADDER) for address in pending):
            self.wait(max(LADDER) + 60)

    def _answer(self, delivery: Delivery) -> int | None:
        self._all.append(delivery)
        owner = self._owners.get(delivery.url)
        if owner is None:
            return 200
        letter = Letter(delivery, owner, self._keys)
        if letter.is_probe:
            return 401
        self._letters[delivery.url].append(letter)
        return self._last(delivery.url)

    def _last(self, address: str) -> int | None:
        answers = self._answers[address]
        return answers[min(len(self._letters[address]), len(answers)) - 1]
