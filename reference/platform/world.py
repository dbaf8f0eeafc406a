"""What happens to the platform from outside its API: payers, banks, time, trouble. The control API is a door to this."""

import heapq
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Protocol

from reference.machines import MACHINES, ORDER, REFUND, Entity, Machine, Refusal
from reference.machines.order import CREDENTIAL_STALE, SEVEN_DAYS
from reference.platform.business import Business
from reference.platform.outbox import ACCEPTANCE, Delivery, Said
from reference.platform.signing import KeyMode
from reference.platform.store import kind_of
from reference.platform.wire import Refused

__all__ = ["Answering", "Due", "Journal", "Loss", "Settlement", "World"]

Answering = Callable[[Delivery], Said]
Loss = Literal["before", "after"]
Settlement = Literal["SUCCESS", "ABNORMAL", "CLOSED"]

_SETTLING: dict[Settlement, str] = {"SUCCESS": "settle", "ABNORMAL": "bounce", "CLOSED": "close"}


class Due(NamedTuple):
    """What happens by itself: at *moment* (Unix seconds) the *event* befalls the entity, if it is still in a state to let it."""

    moment: int
    event: str
    kind: str
    owner: str
    number: str


class Journal(Protocol):
    """Where a platform's state survives its process."""

    def write(self, platform: "World") -> None:
        """Keep all that changed since the last time; return when it is safe."""


class World(Business):
    """The payer, the banks and the clock."""

    time: Callable[[], float]
    offset: float
    diary: list[Due]
    """A heap of what happens by itself, the next first."""
    settle_after: int | None
    """Seconds after which the banks pay out a refund, or a payout held up, by themselves; None leaves it to `settle` and `let`."""
    rate_limit: int | None
    losses: list[Loss]
    journal: Journal | None
    notifying: Literal["hold", "post"] = "hold"
    """Who moves notifications: nobody but `advance`, or the server around the platform, which posts them for real."""

    def now(self) -> int:
        """Return the platform's time in Unix seconds."""
        return int(self.time() + self.offset)

    def clock(self) -> float:
        """Return the platform's time in Unix seconds, with what it has of fractions."""
        return self.time() + self.offset

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        """Let the payer pay, with the prepay_id, code_url or h5_url in hand if *credential* names one.

        Returns why it was refused, or None when the money moved.
        """
        order = self.payable(mchid, out_trade_no, credential)
        facts: dict[str, Any] = {"trade_type": order.data["trade_type"] if order else None}
        if credential is not None and order is not None:
            issued = order.data.get("credentials", {}).get(credential)
            if issued is None:
                return CREDENTIAL_STALE
            facts["credential_issued"] = issued
        return self.try_change("pay", order, **facts)

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        """Let the payer's attempt fail: wrong password, no balance."""
        return self.try_change("fail", self.payable(mchid, out_trade_no))

    def cancel(self, mchid: str, out_trade_no: str) -> Refusal | None:
        """Let the payer walk away."""
        return self.try_change("cancel", self.payable(mchid, out_trade_no))

    def payable(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Entity | None:  # noqa: ARG002 - tells apart what has one number
        """What a payer pays under that number, with *credential* in hand if any."""
        return self.store.order(mchid, out_trade_no)

    def settle(self, mchid: str, out_refund_no: str, outcome: Settlement = "SUCCESS") -> Refusal | None:
        """Let the banks decide a refund."""
        refund = self.store.refund(mchid, out_refund_no)
        return self.try_change(_SETTLING[outcome], refund, REFUND)

    def let(self, machine: str, event: str, mchid: str, number: str, **facts: Any) -> Refusal | None:
        """Let *event* of *machine* befall what *mchid* calls *number*: what a payer or the platform does, not what a merchant asks for.

        *facts* say what else there is to it. Raises KeyError for a machine or an event of others that does not exist.
        """
        found = MACHINES[machine]
        if found.events[event].by == "merchant":
            raise KeyError(event)
        return self.try_change(event, self.store.find(kind_of(machine), mchid, number), found, **facts)

    def try_change(self, event: str, subject: Entity | None, machine: Machine | None = None, **facts: Any) -> Refusal | None:
        """Let *event* happen to *subject* and return the refusal, if there is one."""
        if machine is None:
            machine = ORDER if subject is None else MACHINES[subject.machine]
        try:
            self.change(machine, event, subject, {}, **facts)
        except Refused as refused:
            return refused.refusal
        finally:
            self.persist()
        return None

    def plan_code(self, auth_code: str, state: Literal["SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY"]) -> None:
        """Say what happens when *auth_code* is charged; without a plan it succeeds."""
        self.code_plans[auth_code] = state

    def rotate(self) -> None:
        """Let the next platform certificate take over; the old one stays listed."""
        self.rotated = min(self.rotated + 1, len(self.identity.platform.certificates) - 1)

    def limit(self, per_second: int | None) -> None:
        """Allow each merchant so many requests a second; None allows any number."""
        self.rate_limit = per_second

    def fund(self, mchid: str, balance: int | None) -> None:
        """Give a merchant a balance for refunds and payouts, in fen; None is enough for anything."""
        if balance is None:
            self.balances.pop(mchid, None)
        else:
            self.balances[mchid] = balance

    def use_keys(self, key_mode: KeyMode) -> None:
        """Sign with certificates, with the public key, or with both from now on."""
        self.key_mode = key_mode

    def lose_next(self, when: Loss) -> None:
        """Answer the next well-signed request 500 SYSTEM_ERROR, *before* or *after* doing what it asks."""
        self.losses.append(when)

    def advance(self, seconds: float, answer: Answering | None = None) -> list[Delivery]:
        """Let time pass and return the notifications sent meanwhile.

        *answer* plays the merchant's notify endpoint: it gets each delivery and returns what is said to it; without it every
        delivery is accepted.
        """
        until = self.clock() + seconds
        sent: list[Delivery] = []
        while due := self.step(until):
            for delivery in due:
                self.take_answer(delivery.notice_id, ACCEPTANCE if answer is None else answer(delivery))
            sent += due
        self.persist()
        return sent

    def step(self, until: float) -> list[Delivery]:
        """Let time pass to the next moment at which notifications are due, and return their deliveries.

        Each must be answered by `take_answer` before the next step. When there are none, it is *until* (Unix seconds) now.
        Time never runs backwards, however long the answers took on a running clock.
        """
        self.come_due()
        while not (due := self.take_due()):
            moment = self.next_moment()
            if moment is None or moment > until:
                self.offset = max(self.offset, until - self.time())
                break
            self.offset = max(self.offset, moment - self.time())
            self.come_due()
        return due

    def come_due(self) -> None:
        """Let happen what happens by itself by now."""
        while self.diary and self.diary[0].moment <= self.now():
            self.befall(heapq.heappop(self.diary))

    def befall(self, due: Due) -> None:
        """Let one thing happen whose time has come, unless its subject has moved on."""
        subject = self.store.find(due.kind, due.owner, due.number)
        if subject is None:
            return
        machine = MACHINES[subject.machine]
        if subject.state in machine.events[due.event].sources:
            self.change(machine, due.event, subject, {})

    def watch(self, subject: Entity, event: str, moment: int) -> None:
        """Remember that *event* befalls *subject* at *moment* (Unix seconds) if it stays as it is."""
        heapq.heappush(self.diary, Due(moment, event, kind_of(subject.machine), *subject.key))

    def expect(self, subject: Entity) -> None:
        """Remember what befalls *subject*, new or taken over from another platform, if it stays as it is; and what it has used up."""
        if kind_of(subject.machine) == "order":
            self.credentials |= dict.fromkeys(subject.data.get("credentials", {}), subject.key)
        if subject.machine == "codepay":
            self.used_codes.add(subject.draft["payer"]["auth_code"])
        elif subject.machine == "order" and subject.state == "NOTPAY":
            self.watch_expiry(subject)
        elif subject.machine == "refund" and subject.state == "PROCESSING":
            self.watch_settlement(subject, subject.created)

    def watch_expiry(self, order: Entity) -> None:
        """Remember to close *order* if it stays unpaid."""
        self.watch(order, "time_out", order.created + SEVEN_DAYS)

    def watch_settlement(self, refund: Entity, since: int) -> None:
        """Remember to pay *refund* out by itself, if this platform does so."""
        if self.settle_after is not None:
            self.watch(refund, "settle", since + self.settle_after)

    def persist(self) -> None:
        """Make what changed durable before it is acknowledged; a platform without a journal forgets."""
        if self.journal is not None:
            self.journal.write(self)
        self.store.touched.clear()
        self.touched_notices.clear()

    def next_moment(self) -> int | None:
        """When something happens by itself next."""
        moments = (self.next_due(), self.diary[0].moment if self.diary else None)
        return min((moment for moment in moments if moment is not None), default=None)
