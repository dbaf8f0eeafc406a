"""The platform target: what a check talks to, whatever stands behind it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, Literal, TypeVar

from conformance.targets.answer import Answer
from conformance.targets.calls import Calls
from conformance.targets.exchange import Exchange, Step
from conformance.targets.minting import Mint
from conformance.targets.observers import OBSERVERS, keyring
from conformance.targets.offers import Offers
from conformance.targets.signer import Signer
from conformance.targets.tracker import Tracker
from conformance.targets.transport import Transport
from conformance.targets.v2.client import PlatformV2
from conformance.targets.v2.sandbox import SandboxV2
from conformance.targets.verdicts import NotApplicable, NotOffered, Violation
from conformance.targets.watching import Watcher
from conformance.targets.world import Answering, World
from reference.contract import load
from reference.identity import Identity, Merchant
from reference.platform import Delivery
from reference.platform.payers import Coupon
from reference.platform.signing import KeyMode
from strategies.cases import Call, Fault, Order, Refund, Role, Signing, Wire
from strategies.v2.cases import SigningV2

__all__ = ["Platform"]

_POWERS = {
    "pay": "payer",
    "fail": "payer",
    "cancel": "payer",
    "settle": "settle",
    "let": "lives",
    "advance": "time-travel",
    "rotate": "rotation",
    "limit": "rate-limit",
    "lose_next": "loss",
    "plan_code": "code-plans",
    "show_code": "code-ages",
    "give_coupons": "coupons",
    "fund": "balance",
    "use_keys": "key-modes",
}
"""The capability each action on the world takes."""

_FAMILIES = frozenset({"apiv3", "apiv2"})
_OF_A_PLATFORM = _FAMILIES | {"production", "hostile-input"}
"""What every target offers but the sandbox of APIv2: both families, operations that mean money, and no harm in being attacked."""

Answered = TypeVar("Answered")


class Platform:
    """A platform under judgement.

    Orders and refunds are named by their drafts: the same draft means the same number, minted when it is first sent.
    Everything sent and received since the last `begin_example` is kept in *exchanges*, *received* (notifications) and *steps*, as evidence
    and for a replay.
    """

    def __init__(
        self,
        name: str,
        identity: Identity,
        transport: Transport,
        *,
        world: World | None = None,
        seed: int | None = None,
        clock: Callable[[], int] | None = None,
        offers: Offers | None = None,
    ) -> None:
        self.name = name
        self.identity = identity
        self.contract = load("v3")
        self.world = world
        self.observing = True
        self.first_only = False
        self.most_cases: int | None = None
        self._keys = keyring(identity)
        self._transport = transport
        self._clock = clock
        self.offers = offers
        self.mint = Mint(seed)
        self._signer = Signer(self.contract, self.now, self.mint.nonce_str)
        self.calls = Calls(identity, self.mint)
        self.exchanges: list[Exchange] = []
        self.steps: list[Step] = []
        self.received: list[Delivery] = []
        self.tracker = Tracker(controlled=world is not None and "time-travel" in world.powers)
        self._watcher = Watcher(self.tracker, self.contract)
        self.sent = 0
        self.asked: Counter[tuple[str, bool]] = Counter()
        """How often each operation, ``FAMILY.OPERATION``, was asked and accepted (True) or not."""
        self.left_out: set[str] = set()
        """What the target does not offer, for which a check that passed left cases out."""
        self.looked_at = 0
        """Exchanges of other checks that were judged again instead of being sent again."""
        self.shared: dict[str, Any] = {}
        """What checks of one run and one target leave for each other."""

    # what it can do

    @property
    def capabilities(self) -> frozenset[str]:
        """What this target offers beyond its API."""
        roles = {f"{role}-merchant" for role, merchant in (("partner", self.identity.partner), ("other", self.identity.other)) if merchant}
        roles |= {"client-certificates"} if self._transport.shows_certificates else set()
        return self.offered | frozenset(roles) | (self.world.powers if self.world is not None else frozenset())

    @property
    def offered(self) -> frozenset[str]:
        """What this target offers of itself: both families, unless it was found to lack one."""
        return _OF_A_PLATFORM if self.offers is None else (_OF_A_PLATFORM - _FAMILIES) | self.offers.families

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles for which there is a merchant."""
        parts: tuple[Role, ...] = ("merchant", "partner", "other")
        return tuple(role for role in parts if getattr(self.identity, role) is not None)

    def needs(self, *capabilities: str) -> None:
        """Say what a check cannot do without. Raises NotApplicable, naming what is missing."""
        missing = set(capabilities) - self.capabilities
        if missing:
            raise NotApplicable(missing)

    def now(self) -> int:
        """The platform's time in Unix seconds, as far as it can be known."""
        if self.world is not None:
            return self.world.now()
        if self._clock is None:
            raise NotApplicable({"clock"})
        return self._clock()

    def merchant(self, role: Role = "merchant") -> Merchant:
        """The merchant that plays *role*."""
        return self.calls.merchant(role)

    def target(self, call: Call) -> str:
        """Path and query of *call* as they are signed and sent."""
        return self._signer.target(call)

    def begin_example(self) -> None:
        """Forget the evidence of what was tried before."""
        self.exchanges.clear()
        self.steps.clear()
        self.received.clear()
        self.mint.minted.clear()

    @cached_property
    def v2(self) -> PlatformV2:
        """The APIv2 side of this platform."""
        return PlatformV2(self)

    @cached_property
    def sandbox(self) -> SandboxV2:
        """The sandbox of APIv2 this platform has beside its production."""
        return SandboxV2(self)

    # the API

    def send(self, call: Call, *, broken_by: Fault | None = None, label: str = "", signed_by: Merchant | None = None) -> Answer:
        """Sign and send *call*, with at most one fault, and return the answer. *signed_by* acts in another merchant's place."""
        if self.offers is not None and "apiv3" not in self.offers.families:
            raise NotOffered({"apiv3"})
        acting = signed_by or self.merchant(call.role)
        wire, signing = self._signer.sign(call, acting, broken_by)
        shown = label or call.operation.replace("_", " ")
        if broken_by is not None:
            shown += f", with {broken_by!r}"
        exchange = self.carry(shown, wire, signing)
        self.steps.append(Step("send", exchange=exchange))
        self.asked[f"v3.{call.operation}", exchange.reply.status < 300] += 1
        self._watcher.watch(call if broken_by is None else None, acting.mchid, exchange)
        if self.observing:
            self.observe(call, exchange)
        return Answer(exchange)

    def carry(self, label: str, wire: Wire, signing: Signing | SigningV2) -> Exchange:
        """Send the bytes and keep what came of them as evidence."""
        at = self.now()
        self.sent += 1
        exchange = Exchange(label, at, wire, signing, self._transport.send(wire))
        self.exchanges.append(exchange)
        return exchange

    def observe(self, call: Call, exchange: Exchange) -> None:
        """Demand what is demanded of every answer, whatever was asked."""
        operation = self.contract.operations[call.operation]
        for observe in OBSERVERS:
            observe(self._keys, operation, exchange)

    def send_again(self, wire: Wire, signing: Signing, label: str) -> Answer:
        """Send a request that is already signed, as a replay does."""
        exchange = self.carry(label, wire, signing)
        self._watcher.watch(None, signing.mchid, exchange)
        return Answer(exchange)

    def place(self, order: Order, *, broken_by: Fault | None = None, signed_by: Merchant | None = None) -> Answer:
        """Place *order*."""
        return self.send(self.calls.place(order), broken_by=broken_by, label=f"place {order.product} order", signed_by=signed_by)

    def query(self, order: Order, *, broken_by: Fault | None = None, role: Role | None = None, signed_by: Merchant | None = None) -> Answer:
        """Query *order* by its out_trade_no, as the merchant that placed it or as another *role*."""
        return self.send(self.calls.query(order, role), broken_by=broken_by, label="query order", signed_by=signed_by)

    def query_by_id(
        self,
        order: Order,
        transaction_id: str,
        *,
        broken_by: Fault | None = None,
        role: Role | None = None,
        signed_by: Merchant | None = None,
    ) -> Answer:
        """Query *order* by transaction_id."""
        call = self.calls.query_by_id(order, transaction_id, role)
        return self.send(call, broken_by=broken_by, label="query order by transaction_id", signed_by=signed_by)

    def close(self, order: Order, *, broken_by: Fault | None = None, role: Role | None = None, signed_by: Merchant | None = None) -> Answer:
        """Close *order*."""
        return self.send(self.calls.close(order, role), broken_by=broken_by, label="close order", signed_by=signed_by)

    def reverse(
        self, order: Order, *, broken_by: Fault | None = None, role: Role | None = None, signed_by: Merchant | None = None
    ) -> Answer:
        """Reverse an order paid by payment code."""
        return self.send(self.calls.reverse(order, role), broken_by=broken_by, label="reverse order", signed_by=signed_by)

    def refund(
        self,
        refund: Refund,
        *,
        broken_by: Fault | None = None,
        role: Role | None = None,
        transaction_id: str | None = None,
        signed_by: Merchant | None = None,
    ) -> Answer:
        """Apply for *refund*. *transaction_id* is needed when the refund names its order by it, and is queried when not given."""
        if refund.by != "out_trade_no" and transaction_id is None:
            transaction_id = self.transaction_id(refund.order)
        call = self.calls.refund(refund, role, transaction_id)
        return self.send(call, broken_by=broken_by, label=f"refund {refund.amount} fen", signed_by=signed_by)

    def query_refund(
        self, refund: Refund, *, broken_by: Fault | None = None, role: Role | None = None, signed_by: Merchant | None = None
    ) -> Answer:
        """Query *refund* by its out_refund_no."""
        return self.send(self.calls.query_refund(refund, role), broken_by=broken_by, label="query refund", signed_by=signed_by)

    def apply_abnormal(
        self,
        refund: Refund,
        refund_id: str,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        broken_by: Fault | None = None,
        signed_by: Merchant | None = None,
    ) -> Answer:
        """Pay an abnormal refund out another way; *body* holds type and, for a bank card, the encrypted members."""
        call = self.calls.apply_abnormal(refund, refund_id, body, headers or {})
        return self.send(call, broken_by=broken_by, label="apply abnormal refund", signed_by=signed_by)

    def certificates(self, *, broken_by: Fault | None = None, headers: Mapping[str, str] | None = None, role: Role = "merchant") -> Answer:
        """List the platform certificates."""
        return self.send(Call("certificates_list", role, headers=headers or {}), broken_by=broken_by, label="list certificates")

    def together(self, *acts: Callable[[], Answered]) -> list[Answered]:
        """Do several things at the same moment, as far as the transport allows, and return what came of each."""
        if not self._transport.concurrent:
            return [act() for act in acts]
        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(lambda act: act(), acts))

    def transaction_id(self, order: Order) -> str:
        """Return the transaction_id of a paid order, by querying it."""
        return str(self.query(order).is_accepted()["transaction_id"])

    # the world

    def pay(self, order: Order, credential: str | None = None) -> str | None:
        """Let the payer pay *order*; return None when the money moved, else the reason it did not."""
        return self._do("payer", "pay", order, credential=credential)

    def must_pay(self, order: Order) -> Answer:
        """Place *order* and let the payer pay it; return the answer to placing."""
        answer = self.place(order).is_accepted()
        refused = None if order.product == "codepay" else self.pay(order)
        if refused is not None:
            raise Violation("The payer cannot pay an order just placed.", expected="a payment", got=f"refused: {refused}")
        return answer

    def fail(self, order: Order) -> str | None:
        """Let the payer's attempt fail."""
        return self._do("payer", "fail", order)

    def cancel(self, order: Order) -> str | None:
        """Let the payer walk away."""
        return self._do("payer", "cancel", order)

    def settle(self, refund: Refund, outcome: Literal["SUCCESS", "ABNORMAL", "CLOSED"] = "SUCCESS") -> str | None:
        """Let the banks decide *refund*."""
        mchid = self.merchant(refund.order.role).mchid
        number = refund.number or ""
        self._note("settle", mchid=mchid, out_refund_no=number, outcome=outcome)
        refused = self._world("settle").settle(mchid, number, outcome)
        if refused is None:
            self.tracker.settled(mchid, number, outcome)
        return refused

    def let(self, machine: str, event: str, number: str, *, role: Role = "merchant", **facts: Any) -> str | None:
        """Let an event of *machine* befall what the merchant of *role* calls *number*; return the reason it did not, None if it did.

        It is what a payer or the platform does: a red packet is opened, a bank decides a transfer. *facts* say what else there is to it.
        """
        mchid = self.merchant(role).mchid
        self._note("let", machine=machine, event=event, mchid=mchid, number=number, **facts)
        refused = self._world("lives").let(machine, event, mchid, number, **facts)
        if refused is None:
            self.tracker.happened(machine, mchid, number, event)
        return refused

    def advance(self, seconds: float, answer: Answering | None = None) -> list[Delivery]:
        """Let time pass and return the notifications sent meanwhile; *answer* plays the notify endpoint."""
        self._note("advance", seconds=seconds)
        sent = self._world("time-travel").advance(seconds, answer)
        self.received += sent
        self.tracker.passed(seconds)
        return sent

    def deliveries(self, answer: Answering | None = None) -> list[Delivery]:
        """Return the notifications that are due now."""
        return self.advance(0, answer)

    def rotate(self) -> None:
        """Let the next platform certificate take over."""
        self._note("rotate")
        self._world("rotation").rotate()

    def limit(self, per_second: int | None) -> None:
        """Limit each merchant's requests per second."""
        self._note("limit", per_second=per_second)
        self._world("rate-limit").limit(per_second)

    def lose_next(self, when: Literal["before", "after"]) -> None:
        """Lose the next answer."""
        self._note("lose_next", when=when)
        self._world("loss").lose_next(when)

    def plan_code(self, order: Order, state: Literal["SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY"]) -> None:
        """Say what happens when the payment code of *order* is charged."""
        code = self.calls.auth_code(order)
        self._note("plan_code", auth_code=code, state=state)
        self._world("code-plans").plan_code(code, state)

    def show_code(self, order: Order) -> None:
        """Let the payer open the payment code of *order*, which ages from then on."""
        code = self.calls.auth_code(order)
        self._note("show_code", auth_code=code)
        self._world("code-ages").show_code(code)

    def give_coupons(self, order: Order, coupons: Sequence[Coupon]) -> None:
        """Give the payer of *order*, placed or not yet, coupons that pay a part of it."""
        mchid, number = self.merchant(order.role).mchid, self.calls.number(order)
        self._note("give_coupons", mchid=mchid, out_trade_no=number, coupons=[list(coupon) for coupon in coupons])
        self._world("coupons").give_coupons(mchid, number, coupons)

    def fund(self, balance: int | None, role: Role = "merchant") -> None:
        """Give a merchant a balance for refunds and payouts, in fen."""
        self._note("fund", mchid=self.merchant(role).mchid, balance=balance)
        self._world("balance").fund(self.merchant(role).mchid, balance)

    def use_keys(self, key_mode: KeyMode) -> None:
        """Let the platform sign with certificates, with the public key, or with both."""
        self._note("use_keys", key_mode=key_mode)
        self._world("key-modes").use_keys(key_mode)

    def close_connections(self) -> None:
        """Let go of the transport."""
        self._transport.close()

    @staticmethod
    def power_of(action: str) -> tuple[str, ...]:
        """The capability an action on the world takes."""
        return (_POWERS[action],)

    def _do(self, power: str, action: str, order: Order, **extra: Any) -> str | None:
        mchid = self.merchant(order.role).mchid
        number = self.calls.number(order)
        self._note(action, mchid=mchid, out_trade_no=number, **extra)
        refused: str | None = getattr(self._world(power), action)(mchid, number, **extra)
        if refused is None:
            for machine in ("order", "combine"):  # only one of them has that number
                self.tracker.happened(machine, mchid, number, action)
        return refused

    def _world(self, power: str) -> World:
        self.needs(power)
        assert self.world is not None  # without a world there are no powers
        return self.world

    def _note(self, kind: str, **values: Any) -> None:
        self.steps.append(Step(kind, values))
