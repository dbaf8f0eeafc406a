"""What a check may do to the target's world besides calling its API: let people pay, let time pass, cause trouble.

`DirectWorld` reaches the reference platform in this process; `HttpWorld` reaches a served one through its control API.
"""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from reference.platform import Delivery
from reference.platform import Platform as ReferencePlatform
from reference.platform.payers import Coupon
from reference.platform.signing import KeyMode
from reference.platform.world import Answering

__all__ = ["ALL_POWERS", "Answering", "DirectWorld", "World"]

ALL_POWERS = frozenset(
    {
        "payer",
        "settle",
        "lives",
        "time-travel",
        "notifications",
        "rotation",
        "rate-limit",
        "loss",
        "code-plans",
        "code-ages",
        "coupons",
        "balance",
        "key-modes",
    }
)
"""Everything a world can offer; a target lists which of it its world does."""


class World(Protocol):
    """Powers over the target's world. Payments and settlements return the name of a refusal, or None when they happened."""

    powers: frozenset[str]

    def now(self) -> int:
        """Return the platform's time in Unix seconds."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> str | None:
        """Let the payer pay, with the prepay_id, code_url or h5_url in hand if *credential* names one."""

    def fail(self, mchid: str, out_trade_no: str) -> str | None:
        """Let the payer's attempt fail."""

    def cancel(self, mchid: str, out_trade_no: str) -> str | None:
        """Let the payer walk away."""

    def settle(self, mchid: str, out_refund_no: str, outcome: Literal["SUCCESS", "ABNORMAL", "CLOSED"] = "SUCCESS") -> str | None:
        """Let the banks decide a refund."""

    def let(self, machine: str, event: str, mchid: str, number: str, **facts: Any) -> str | None:
        """Let an event of a machine befall what *mchid* calls *number*: what a payer or the platform does."""

    def advance(self, seconds: float, answer: Answering | None = None) -> list[Delivery]:
        """Let time pass and return the notifications sent.

        *answer* plays the notify endpoint: it returns a status, or a status and a body, which alone accepts a notification of APIv2,
        or None for no answer in time. Without it everything is accepted.
        """

    def rotate(self) -> None:
        """Let the next platform certificate take over."""

    def limit(self, per_second: int | None) -> None:
        """Limit each merchant's requests per second; None lifts the limit."""

    def lose_next(self, when: Literal["before", "after"]) -> None:
        """Lose the next answer, *before* or *after* the request took effect."""

    def plan_code(self, auth_code: str, state: Literal["SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY"]) -> None:
        """Say what happens when a payment code is charged."""

    def show_code(self, auth_code: str) -> None:
        """Let a payer open a payment code, which ages from then on."""

    def give_coupons(self, mchid: str, out_trade_no: str, coupons: Sequence[Coupon]) -> None:
        """Give the payer of an order, placed or not yet, coupons that pay a part of it."""

    def fund(self, mchid: str, balance: int | None) -> None:
        """Give a merchant a balance for refunds and payouts, in fen; None is enough for anything."""

    def use_keys(self, key_mode: KeyMode) -> None:
        """Sign with certificates, with the public key, or with both from now on."""


class DirectWorld:
    """The world of a reference platform in this process."""

    powers = ALL_POWERS

    def __init__(self, platform: ReferencePlatform) -> None:
        self._platform = platform
        self.now = platform.now
        self.advance = platform.advance
        self.rotate = platform.rotate
        self.limit = platform.limit
        self.lose_next = platform.lose_next
        self.plan_code = platform.plan_code
        self.show_code = platform.show_code
        self.give_coupons = platform.give_coupons
        self.fund = platform.fund
        self.use_keys = platform.use_keys

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> str | None:
        """Let the payer pay."""
        return _name(self._platform.pay(mchid, out_trade_no, credential))

    def fail(self, mchid: str, out_trade_no: str) -> str | None:
        """Let the payer's attempt fail."""
        return _name(self._platform.fail(mchid, out_trade_no))

    def cancel(self, mchid: str, out_trade_no: str) -> str | None:
        """Let the payer walk away."""
        return _name(self._platform.cancel(mchid, out_trade_no))

    def settle(self, mchid: str, out_refund_no: str, outcome: Literal["SUCCESS", "ABNORMAL", "CLOSED"] = "SUCCESS") -> str | None:
        """Let the banks decide a refund."""
        return _name(self._platform.settle(mchid, out_refund_no, outcome))

    def let(self, machine: str, event: str, mchid: str, number: str, **facts: Any) -> str | None:
        """Let an event befall something."""
        return _name(self._platform.let(machine, event, mchid, number, **facts))


def _name(refusal: Any) -> str | None:
    return None if refusal is None else str(refusal.name)
