"""The sandbox of APIv2: micropay and orderquery by other paths and with a key of its own, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.targets.v2.answer import AnswerV2
from conformance.targets.v2.calls import CallsV2
from conformance.targets.v2.client import PlatformV2
from conformance.targets.v2.noticed import Noticed
from conformance.targets.verdicts import NotApplicable, NotOffered, Violation
from reference.identity import Merchant
from reference.oracles.v2_result import authenticity
from reference.platform.v2.deviations import COUPONS, KEY_LIFE
from strategies.cases import Order, Role
from strategies.v2.cases import CallV2, FaultV2, SigningV2

if TYPE_CHECKING:
    from conformance.targets.platform import Platform

__all__ = ["KEY_RULE", "SandboxCalls", "SandboxKeys", "SandboxV2"]

KEY_RULE: Final = "v2.sandbox.hands-out-its-key"
_ROUTES: Final = {"micropay": "sandbox_micropay", "orderquery": "sandbox_orderquery"}
"""What is asked of the sandbox in the place of production."""
_OFFERED: Final = frozenset({*_ROUTES, *_ROUTES.values(), "getsignkey"})
_ABSENT: Final = (404, 405, 501)
_SMALLEST: Final = min(COUPONS)


class SandboxKeys:
    """The sandbox keys that were handed out, by mchid, for as long as they are good."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, int]] = {}

    def get(self, mchid: str, now: int) -> str | None:
        """Return the key of *mchid* if it is still good at *now* (Unix seconds)."""
        key, since = self._kept.get(mchid, ("", 0))
        return key if key and now - since < KEY_LIFE else None

    def keep(self, mchid: str, key: str, now: int) -> None:
        """Keep a key that was handed out *now*."""
        self._kept[mchid] = (key, now)

    def forget(self, mchid: str) -> None:
        """Forget a key that is not taken any more."""
        self._kept.pop(mchid, None)


class SandboxCalls(CallsV2):
    """Builds calls for the sandbox, where the amount chooses the outcome."""

    def place(self, order: Order) -> CallV2:
        """Charge *order*; one the sandbox has no case for becomes one of 1 fen."""
        if order.product == "codepay" and order.total not in COUPONS:
            order.fields["amount"] = {**order.fields["amount"], "total": _SMALLEST}
        return super().place(order)

    def query_by_id(self, order: Order, transaction_id: str, role: Role | None = None) -> CallV2:  # noqa: ARG002 - one way to ask fewer
        """Refuse: the sandbox finds orders by out_trade_no only."""
        raise NotOffered({"orderquery by transaction_id"})


class SandboxV2(PlatformV2):
    """Speaks to the sandbox of *side*, as `PlatformV2` does to its production: the same drafts, the same sentences.

    The key is fetched at first need, kept for its three days in *keys*, and fetched anew once when a request that is right is refused for
    its signature. What is known to be odd, and what the sandbox plays, is written down in *noticed* and blamed on nobody.
    """

    def __init__(self, side: "Platform", keys: SandboxKeys | None = None, noticed: Noticed | None = None) -> None:
        super().__init__(side)
        self.calls = SandboxCalls(side.calls)
        self.noticed = noticed or Noticed()
        self._keys = keys or SandboxKeys()

    def offers(self, operation: str) -> bool:
        """Tell whether the sandbox has *operation*."""
        return operation in _OFFERED

    def send(self, call: CallV2, *, broken_by: FaultV2 | None = None, label: str = "", signed_by: Merchant | None = None) -> AnswerV2:
        """Send *call* to the sandbox's operation, signed with the sandbox's key. Raises NotOffered for what the sandbox has not."""
        if not self.offers(call.operation):
            raise NotOffered({call.operation})
        call = replace(call, operation=_ROUTES.get(call.operation, call.operation))
        acting = signed_by or self.platform.merchant(call.role)
        if self.contract.operations[call.operation].sign_key is None:
            answer = super().send(call, broken_by=broken_by, label=label or "get sandbox key", signed_by=acting)
            if broken_by is None and answer.accepted and (handed_out := answer.get("sandbox_signkey")) is not None:
                self._keys.keep(acting.mchid, handed_out, self.platform.now())
            return answer
        key = self.key(acting)
        answer = self._carried(call, broken_by, label, replace(acting, apiv2_key=key))
        if broken_by is None and answer.result.code in {"SIGNERROR", "SIGN ERROR"}:
            self._keys.forget(acting.mchid)
            renewed = self.key(acting)
            if renewed != key:
                return self._carried(call, None, f"{label}, with a new key", replace(acting, apiv2_key=renewed))
        return answer

    def send_elsewhere(
        self, operation: str, target: str, members: Mapping[str, str], *, role: Role = "merchant", sandbox_key: bool = True
    ) -> AnswerV2:
        """Send *operation* to the path *target*, whatever the sandbox offers, signed with its key or with that of production."""
        acting = self.platform.merchant(role)
        call = CallV2(operation, role, members, target=target, certificate="none")
        signing = replace(acting, apiv2_key=self.key(acting)) if sandbox_key else acting
        return super().send(call, label=f"POST {target}", signed_by=signing)

    def key(self, merchant: Merchant) -> str:
        """Return the sandbox key of *merchant*: the one at hand while it is good, else a new one.

        Raises NotApplicable where there is no sandbox, Violation where it hands out no key.
        """
        kept = self._keys.get(merchant.mchid, self.platform.now())
        if kept is not None:
            return kept
        answer = self.ask_for_key(merchant)
        if answer.status in _ABSENT:
            raise NotApplicable({"sandbox"})
        try:
            return answer.is_accepted(because="It asks for the sandbox's key.")["sandbox_signkey"]
        except Violation as violation:
            violation.rule = KEY_RULE
            raise

    def has_key(self, merchant: Merchant) -> bool:
        """Tell whether a key of *merchant* that is still good is at hand."""
        return self._keys.get(merchant.mchid, self.platform.now()) is not None

    def ask_for_key(self, merchant: Merchant) -> AnswerV2:
        """Ask for the sandbox key of *merchant*, which is kept if there is one; how the answer is written is not looked at here."""
        watched, self.platform.observing = self.platform.observing, False
        try:
            return self.send(CallV2("getsignkey"), signed_by=merchant)
        finally:
            self.platform.observing = watched

    def _carried(self, call: CallV2, broken_by: FaultV2 | None, label: str, signed_by: Merchant) -> AnswerV2:
        """Send *call* and look at the answer's signature, which every answer that speaks of a result has to bear."""
        answer = super().send(call, broken_by=broken_by, label=label, signed_by=signed_by)
        signing = answer.exchange.signing
        if not self.platform.observing or not isinstance(signing, SigningV2):
            return answer
        self.noticed.look(answer.operation, answer.exchange)
        values = answer.result.values
        verdict = authenticity(values, signing.sandbox_key or "") if values.get("return_code") == "SUCCESS" else "unsigned"
        if verdict in {"missing", "forged"} and not self.noticed.excuses(answer.exchange):
            raise Violation(
                f"An answer of the sandbox cannot be believed: its signature is {verdict}.",
                expected="a sign with the sandbox's key over every element that is not empty",
                got=f"{answer.described} to {answer.exchange.label}",
                rule="v2.sign.signs-its-answers",
            )
        return answer
