"""The reference platform: bytes in, bytes out, no sockets, no clock of its own."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, NamedTuple

from reference.contract import Operation, load
from reference.identity import Identity, Merchant, bundled
from reference.machines import Entity
from reference.platform.gate import Gate
from reference.platform.outbox import Notice
from reference.platform.payers import Coupon, Payers
from reference.platform.refusals import RATE_LIMITED, SYSTEM_ERROR
from reference.platform.signing import KeyMode
from reference.platform.store import Store
from reference.platform.v2 import V2Front
from reference.platform.wire import Answer, Headers, Refused, Request
from reference.platform.world import Due, Journal

__all__ = ["NOON", "Platform", "Served"]

NOON = 1_781_496_000
"""2026-06-15 12:00 in Beijing: where a platform's virtual clock starts."""
_KEPT_EXCHANGES = 100


class Served(NamedTuple):
    """One request and its answer, as the platform saw them. *at* is in Unix seconds."""

    at: int
    request: Request
    answer: Answer
    operation: str | None


class Platform(V2Front, Payers, Gate):
    """A WeChat Pay that can be run anywhere.

    *clock* gives seconds since the epoch; without one, time stands still except for `advance`. *seed* makes nonces and ids repeatable.
    *key_mode* says which keys the platform uses: certificates, the public key, or both during a migration.
    """

    def __init__(
        self,
        identity: Identity | None = None,
        *,
        clock: Callable[[], float] | None = None,
        key_mode: KeyMode = "combined",
        seed: int = 0,
        base_url: str = "https://api.mch.weixin.qq.com",
    ) -> None:
        self.identity = identity or bundled()
        self.contract = load("v3")
        self.store = Store()
        self.time = clock or (lambda: float(NOON))
        self.offset = 0.0
        self.key_mode = key_mode
        self.base_url = base_url
        self.random = Random(seed)  # noqa: S311 - a test double's ids must be repeatable
        self.rotated = 0
        self.rate_limit: int | None = None
        self.losses: list[Any] = []
        self.balances: dict[str, int] = {}
        self.code_plans: dict[str, str] = {}
        self.used_codes: set[str] = set()
        self.codes_shown: dict[str, int] = {}
        self.coupons: dict[tuple[str, str], Sequence[Coupon]] = {}
        self.credentials: dict[str, tuple[str, str]] = {}
        self.diary: list[Due] = []
        self.settle_after: int | None = None
        self.journal: Journal | None = None
        self.notices: dict[str, Notice] = {}
        self.waiting: dict[str, Notice] = {}
        self.touched_notices: dict[str, Notice] = {}
        self.files: dict[str, Any] = {}
        self.v2_operations = self.v2_served()
        self.v2_sandbox_orders = Store()
        self.v2_sandbox_keys: dict[str, tuple[str, int]] = {}
        self.exchanges: deque[Served] = deque(maxlen=_KEPT_EXCHANGES)
        self._spent: dict[str, tuple[int, int]] = {}

    def handle(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        """Answer one HTTP request; *target* is path and query exactly as they stand on the request line."""
        request = Request(method, target, headers, body)
        self.come_due()
        answer, operation = self.v2_exchange(request) if self.v2_speaks(request) else self.exchange(request)
        self.persist()
        self.exchanges.append(Served(self.now(), request, answer, operation))
        return answer

    def serves(self, operation: Operation) -> bool:
        """Tell whether this platform plays *operation*, of whatever family."""
        if operation.family == "v2":
            return operation.path in self.v2_operations
        return self.handler_of(operation) is not None

    def exchange(self, request: Request) -> tuple[Answer, str | None]:
        """Answer one APIv3 request, and name its operation if it has one."""
        operation = None
        try:
            found, path_params = self.find(request)
            operation = found.id
            merchant = self.authenticate(request)
            self.throttle(merchant)
            loss = self.losses.pop(0) if self.losses else None
            if loss == "before":
                raise Refused(SYSTEM_ERROR)
            status, content = self.perform(self.read(request, found, path_params, merchant))
            if loss == "after":
                raise Refused(SYSTEM_ERROR)
            return self.succeed(request, status, content, signed=found.signed_response), operation
        except Refused as refused:
            return self.refuse(request, refused), operation

    def succeed(self, request: Request, status: int, content: Any, *, signed: bool) -> Answer:
        """Return a successful answer; a file goes out as it is."""
        if isinstance(content, bytes):
            return Answer(status, [("Request-ID", self.request_id()), ("Content-Type", "text/plain")], content)
        return self.answer(request, status, content, signed=signed)

    def refuse(self, request: Request, refused: Refused) -> Answer:
        """Return the documented error."""
        return self.answer(request, refused.refusal.status, self.explain(request, refused), signed=refused.signed)

    def explain(self, request: Request, refused: Refused) -> Any:  # noqa: ARG002 - what a seeded fault looks at
        """Say what is wrong: code, message and, where there is more to say, detail."""
        content: dict[str, Any] = {"code": refused.refusal.code, "message": refused.refusal.message}
        if refused.detail:
            content["detail"] = refused.detail
        return content

    def throttle(self, merchant: Merchant) -> None:
        """Refuse what exceeds the merchant's rate."""
        if self.rate_limit is None:
            return
        second, spent = self._spent.get(merchant.mchid, (0, 0))
        spent = spent + 1 if second == self.now() else 1
        self._spent[merchant.mchid] = (self.now(), spent)
        if spent > self.rate_limit:
            raise Refused(RATE_LIMITED)

    def new_order(self, machine: str, ask: Any, draft: dict[str, Any], state: str) -> Entity:
        """Create an order, and watch for the day it must be closed unpaid."""
        order = super().new_order(machine, ask, draft, state)
        self.expect(order)
        return order

    def new_refund(self, ask: Any, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        """Create a refund, and watch for the day the banks pay it out."""
        refund = super().new_refund(ask, draft, order, state)
        self.expect(refund)
        return refund

    def do_refund_apply_abnormal(self, ask: Any) -> tuple[int, Any]:
        """Pay an abnormal refund out another way, which takes its time again."""
        answered = super().do_refund_apply_abnormal(ask)
        refund = self.store.refund_by_id(ask.params["refund_id"])
        assert refund is not None  # an absent refund was refused
        self.watch_settlement(refund, self.now())
        return answered

    def take_over(self, entities: Iterable[Entity], notices: Iterable[Notice]) -> None:
        """Go on where another platform stopped: with its orders, refunds and notifications, and all that follows from them."""
        self.store.restore(entities)
        for entity in self.store.all():
            self.expect(entity)
        for notice in notices:
            self.enqueue(notice)
        self.touched_notices.clear()
