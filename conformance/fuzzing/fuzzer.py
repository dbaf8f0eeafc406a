"""Sends what was drawn, judges the answers, and writes everything in the logbook of its operation."""

from collections.abc import Callable
from typing import Any, Protocol

import requests

from conformance.checks.platform.promising import told
from conformance.fuzzing.carrying import BASE_URL, Adapter, Auth, Sent, signed
from conformance.fuzzing.effects import Effects, Heard
from conformance.fuzzing.judging import Verdict, judge
from conformance.fuzzing.judging_v2 import judge_v2
from conformance.fuzzing.links import creates
from conformance.fuzzing.logbook import Logbook
from conformance.fuzzing.reading import Reading, in_digits, read
from conformance.runner.opening import Opened
from conformance.targets.exchange import Exchange, Step
from conformance.targets.observers import keyring
from conformance.targets.transport import Reply
from conformance.targets.v2.answer import AnswerV2
from conformance.targets.verdicts import Inconclusive, Unreachable, Violation
from reference.contract import Operation, problems
from reports.model import CheckFinished
from strategies.cases import NumberShape, Order

__all__ = ["Drawn", "Fuzzer"]


class _Described(Protocol):
    method: str
    path: str


class Drawn(Protocol):
    """A case as schemathesis draws it; what we need of it."""

    body: Any

    @property
    def operation(self) -> _Described:
        """The operation it is for."""

    def call(self, base_url: str | None = None, session: requests.Session | None = None) -> Any:
        """Send it."""


class Fuzzer:
    """One phase of fuzzing *opened*: every example meets a target as new as that target can be.

    *emit* is told of each operation when nothing more will be said of it.
    """

    def __init__(
        self,
        opened: Opened,
        operations: tuple[Operation, ...],
        phase: str,
        *,
        seed: int,
        fault: str | None,
        emit: Callable[[CheckFinished], None],
    ) -> None:
        self._opened = opened
        self._operations = {(operation.method, operation.path): operation for operation in operations}
        self._phase = phase
        self._seed = seed
        self._fault = fault
        self._emit = emit
        self._keys = keyring(opened.identity)
        self._books = {operation.id: Logbook(phase, operation) for operation in operations}
        self._open: Logbook | None = None
        self._owners: dict[str, str] = {}
        self._violations: list[Violation] = []
        self._last: tuple[Reading | None, Heard] | None = None
        self.response: Any = None
        self.platform = opened.platform(seed, fault)
        self._effects = Effects(self.platform)
        self.auth = Auth(lambda: self.platform)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("https://", Adapter(self.auth, self._carry))

    def renew(self) -> None:
        """Begin an example: with an empty world of its own where the target offers that."""
        self.platform.close_connections()
        self.platform = self._opened.platform(self._seed, self._fault)
        self._effects = Effects(self.platform)

    def attempt(self, case: Drawn) -> list[Violation]:
        """Send one drawn case, judge the answer and return what is wrong with it."""
        operation = self._operations[case.operation.method.upper(), case.operation.path]
        book = self._turn_to(operation)
        self._violations, self._last, self.response = [], None, None
        sent = self.platform.sent
        self._mint(case, operation)
        book.begin()
        try:
            self.response = case.call(base_url=BASE_URL, session=self.session)
        except requests.RequestException:
            pass  # a draw that is no HTTP request at all; nothing was sent
        except Unreachable:
            raise
        except Inconclusive as doubt:
            book.inconclusive = str(doubt)
        finally:
            book.end(self.platform.sent - sent)
        return self._violations

    def first(self, case: Drawn, violations: list[Violation]) -> Violation | None:
        """Return the violation worth shrinking, if any: of a rule that no operation before this one broke."""
        operation = self._operations[case.operation.method.upper(), case.operation.path].id
        for violation in violations:
            if self._owners.setdefault(str(violation.rule), operation) == operation:
                return violation
        return None

    def pay(self) -> None:
        """Let the payer pay the order just placed, if its amount is odd, so that both lives are lived and always the same."""
        if self._last is None or "payer" not in self.platform.capabilities:
            return
        reading, heard = self._last
        if reading is None or reading.operation.event != "order.place" or heard != "accepted":
            return
        fields, number = reading.fields or {}, reading.names("out_trade_no")
        total = int(fields["total_fee"]) if reading.operation.family == "v2" else fields.get("amount", {}).get("total")
        if number is not None and isinstance(total, int) and total % 2 == 1:
            self.platform.pay(Order("native", {}, reading.role, number=number))

    def broke_down(self, method: str, path: str, error: BaseException) -> None:
        """Note that the generator itself failed at an operation."""
        self._turn_to(self._operations[method, path]).breakdown = f"{type(error).__name__}: {error}"

    def finish(self) -> None:
        """Emit what is still to be said."""
        for book in self._books.values():
            self._tell(book)
        self._books.clear()
        self.platform.close_connections()

    def _tell(self, book: Logbook) -> None:
        for check in book.finish(self._opened.identity):
            self._emit(check)

    def _turn_to(self, operation: Operation) -> Logbook:
        """Return the logbook of *operation*; outside chains of several operations, the one before is finished with."""
        book = self._books[operation.id]
        if self._phase != "stateful" and self._open is not None and self._open is not book:
            self._tell(self._open)
            del self._books[self._open.operation.id]
        self._open = book
        return book

    def _mint(self, case: Drawn, operation: Operation) -> None:
        """Give what the case creates a number nobody used, as long as the drawn one, and a payment code nobody showed."""
        body, name = case.body, creates(operation)
        if not isinstance(body, dict) or name is None or operation.body is None:
            return
        # A chain should not end at 1.0 for 1, which is judged where single requests are.
        changed = in_digits(body) if self._phase == "stateful" else dict(body)
        drawn, payer = body.get(name), body.get("payer")
        if isinstance(drawn, str) and not problems(operation.body["properties"][name], drawn):
            changed[name] = self.platform.mint.number(NumberShape(len(drawn)))
        if isinstance(body.get("auth_code"), str) and len(body["auth_code"]) == len(_CODE):
            changed["auth_code"] = self.platform.mint.auth_code()
        if isinstance(payer, dict) and isinstance(payer.get("auth_code"), str) and len(payer["auth_code"]) == len(_CODE):
            changed["payer"] = payer | {"auth_code": self.platform.mint.auth_code()}
        case.body = changed

    def _carry(self, sent: Sent) -> Reply:
        reading = read(sent.wire)
        label = _label(reading, sent)
        verdicts = _caught(lambda: self._effects.before(reading))
        exchange = self._send(sent, label)
        if _failed(reading, exchange):
            # A failure may pass; one that comes again is the answer.
            exchange = self._send(signed(self.platform, sent.wire), f"{label}, once more")
        verdicts += self._judge(reading, exchange)
        heard = _heard(reading, exchange)
        verdicts += _caught(lambda: self._effects.after(reading, heard))
        self._last = reading, heard
        book = self._open
        assert book is not None  # only attempts send
        self._violations += book.take_down(verdicts, self.platform, exchange, accepted=heard == "accepted")
        return exchange.reply

    def _judge(self, reading: Reading | None, exchange: Exchange) -> list[Verdict]:
        if reading is None or reading.operation.family == "v3":
            return list(judge(self._keys, reading, exchange))
        return list(judge_v2(self._opened.identity, reading, AnswerV2(exchange, reading.operation)))

    def _send(self, sent: Sent, label: str) -> Exchange:
        exchange = self.platform.carry(label, sent.wire, sent.signing)
        self.platform.steps.append(Step("send", exchange=exchange))
        return exchange


def _failed(reading: Reading | None, exchange: Exchange) -> bool:
    if reading is None or reading.operation.family == "v3":
        return exchange.reply.status in {500, 501}
    return AnswerV2(exchange, reading.operation).failed


def _heard(reading: Reading | None, exchange: Exchange) -> Heard:
    if reading is not None and reading.operation.family == "v2":
        answer = AnswerV2(exchange, reading.operation)
        return "accepted" if answer.accepted else "refused" if answer.refused else "unknown"
    status = exchange.reply.status
    return "accepted" if status < 300 else "refused" if 400 <= status < 500 else "unknown"


_CODE = "0" * 18


def _caught(look: Callable[[], list[Verdict]]) -> list[Verdict]:
    """Return what *look* finds; a query may break a rule of its own on the way."""
    try:
        return look()
    except Violation as violation:
        return [(str(violation.rule), violation)]


def _label(reading: Reading | None, sent: Sent) -> str:
    if reading is None:
        return f"{sent.wire.method} {sent.wire.target}"
    name = reading.operation.id.replace("_", " ")
    if reading.malformed:
        return f"{name}, its body no {'XML message' if reading.operation.family == 'v2' else 'JSON object'}"
    return f"{name}, where {told(reading.forbidden[0])}" if reading.forbidden else name
