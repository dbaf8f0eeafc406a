"""The APIv2 side of a platform under judgement: the same orders, refunds, payers and clock, asked in XML."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.targets.exchange import Step
from conformance.targets.v2.answer import AnswerV2
from conformance.targets.v2.calls import CallsV2
from conformance.targets.v2.observers import OBSERVERS
from conformance.targets.v2.sharing import SharingV2
from conformance.targets.v2.signer import SignerV2
from conformance.targets.v2.watching import watch
from conformance.targets.verdicts import NotOffered, Violation
from reference.contract import load
from reference.identity import Merchant
from reference.oracles.v2 import SignType
from strategies.cases import Order, Refund, Role
from strategies.v2.cases import CallV2, FaultV2

if TYPE_CHECKING:
    from conformance.targets.platform import Platform

__all__ = ["PlatformV2"]


class PlatformV2:
    """Speaks APIv2 to the platform of *side*, whose transport, mint, evidence and world it shares.

    *sign_type* is the algorithm of every call that does not choose one itself.
    """

    def __init__(self, side: "Platform") -> None:
        self.platform = side
        self.contract = load("v2")
        self.calls = CallsV2(side.calls)
        self.sign_type: SignType | None = None
        self.sharing = SharingV2(self)
        self._signer = SignerV2(self.contract, side.mint.nonce_str, side.merchant)

    def offers(self, operation: str) -> bool:
        """Tell whether this side has the contract's *operation*."""
        return self.platform.offers is None or self.platform.offers.operation(operation)

    def send(self, call: CallV2, *, broken_by: FaultV2 | None = None, label: str = "", signed_by: Merchant | None = None) -> AnswerV2:
        """Sign and send *call*, with at most one fault, and return the answer. *signed_by* acts in another merchant's place."""
        if call.target is None and not self.offers(call.operation):
            raise NotOffered({call.operation})
        if self.sign_type is not None:
            call = replace(call, sign_type=self.sign_type)
        acting = signed_by or self.platform.merchant(call.role)
        wire, signing = self._signer.sign(call, acting, broken_by)
        if wire.certificate is not None:
            self.platform.needs("client-certificates")
        shown = f"v2 {label or call.operation}"
        if broken_by is not None:
            shown += f", with {broken_by!r}"
        exchange = self.platform.carry(shown, wire, signing)
        self.platform.steps.append(Step("send", exchange=exchange))
        answer = AnswerV2(exchange, self.contract.operations[call.operation])
        self.platform.asked[f"v2.{call.operation}", answer.accepted] += 1
        watch(self.platform.tracker, acting.mchid, answer)
        if self.platform.observing:
            self.observe(answer)
        return answer

    def observe(self, answer: AnswerV2) -> None:
        """Demand what is demanded of every answer, whatever was asked."""
        for observe in OBSERVERS:
            observe(self.platform.identity, answer)

    def place(
        self,
        order: Order,
        *,
        broken_by: FaultV2 | None = None,
        members: Mapping[str, str | None] | None = None,
        signed_by: Merchant | None = None,
    ) -> AnswerV2:
        """Place *order* by unifiedorder, or charge it by micropay; *members* stand in the place of its own."""
        call = self.calls.place(order).but(**(members or {}))
        return self.send(call, broken_by=broken_by, label=f"place {order.product} order", signed_by=signed_by)

    def query(
        self, order: Order, *, broken_by: FaultV2 | None = None, role: Role | None = None, signed_by: Merchant | None = None
    ) -> AnswerV2:
        """Query *order* by its out_trade_no."""
        return self.send(self.calls.query(order, role), broken_by=broken_by, label="query order", signed_by=signed_by)

    def query_by_id(self, order: Order, transaction_id: str, *, broken_by: FaultV2 | None = None, role: Role | None = None) -> AnswerV2:
        """Query *order* by transaction_id."""
        call = self.calls.query_by_id(order, transaction_id, role)
        return self.send(call, broken_by=broken_by, label="query order by transaction_id")

    def close(self, order: Order, *, broken_by: FaultV2 | None = None, role: Role | None = None) -> AnswerV2:
        """Close *order*."""
        return self.send(self.calls.close(order, role), broken_by=broken_by, label="close order")

    def reverse(self, order: Order, *, broken_by: FaultV2 | None = None, role: Role | None = None) -> AnswerV2:
        """Reverse an order paid by payment code."""
        return self.send(self.calls.reverse(order, role), broken_by=broken_by, label="reverse order")

    def refund(
        self, refund: Refund, *, broken_by: FaultV2 | None = None, role: Role | None = None, transaction_id: str | None = None
    ) -> AnswerV2:
        """Apply for *refund*. *transaction_id* is needed when the refund names its order by it, and is queried when not given."""
        if refund.by != "out_trade_no" and transaction_id is None:
            transaction_id = self.transaction_id(refund.order)
        call = self.calls.refund(refund, transaction_id, role)
        return self.send(call, broken_by=broken_by, label=f"refund {refund.amount} fen")

    def query_refund(self, refund: Refund, *, broken_by: FaultV2 | None = None, role: Role | None = None) -> AnswerV2:
        """Query *refund* by its out_refund_no."""
        return self.send(self.calls.query_refund(refund, role), broken_by=broken_by, label="query refund")

    def transaction_id(self, order: Order) -> str:
        """Return the transaction_id of a paid order, by querying it."""
        return self.query(order).is_accepted()["transaction_id"]

    def must_pay(self, order: Order) -> AnswerV2:
        """Place *order* and let the payer pay it; return the answer to placing."""
        answer = self.place(order).is_accepted()
        refused = None if order.product == "codepay" else self.platform.pay(order)
        if refused is not None:
            raise Violation("The payer cannot pay an order just placed.", expected="a payment", got=f"refused: {refused}")
        return answer
