"""What a drawn request leaves behind, looked up by querying: nothing when it was refused, the amounts it named when it was accepted."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from conformance.checks.platform.asking import same
from conformance.fuzzing.judging import UNCHANGED, WHOLE, Verdict
from conformance.fuzzing.links import creates
from conformance.fuzzing.reading import Reading
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from strategies.cases import Order, Refund, Role

__all__ = ["Effects", "Heard"]


_Key: TypeAlias = tuple[str, Role, str | None]
Heard: TypeAlias = Literal["accepted", "refused", "unknown"]
"""What an answer says of its request, in whatever family."""
UNCHANGED_V2: Final = "v2.invariant.refusals-change-nothing"
_LOOKED_UP: Final = frozenset({"order", "codepay", "refund"})
"""The machines whose lives are looked up; they are shown by queries of APIv3, whatever family made them."""


@dataclass(frozen=True)
class _Named:
    """An order, or one refund of it, by the numbers a request named."""

    order: Order
    refund: Refund | None = None

    def query(self, platform: Platform) -> Answer:
        return platform.query(self.order) if self.refund is None else platform.query_refund(self.refund)

    @property
    def key(self) -> _Key:
        """What it is known by; a refund's own number is enough, and some requests name no order beside it."""
        return ("order", self.order.role, self.order.number) if self.refund is None else ("refund", self.order.role, self.refund.number)


class Effects:
    """Watches the orders and refunds of one example. `before` a request and `after` it, what the request names is looked at."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._looks = "apiv3" in platform.capabilities
        self._known: set[_Key] = set()
        self._before: dict[_Key, Answer] = {}

    def before(self, reading: Reading | None) -> list[Verdict]:
        """Look at what is known already of the things the request names; what never was accepted needs no look."""
        self._before = {}
        self._before = {named.key: named.query(self._platform) for named in self._named(reading) if named.key in self._known}
        return []

    def after(self, reading: Reading | None, heard: Heard) -> list[Verdict]:
        """Look again, and judge by whether the request was accepted or refused, or nobody knows."""
        if reading is None or reading.operation.event is None:
            return []
        found = list(self._named(reading))
        if heard == "accepted":
            self._known |= {named.key for named in found}
            return [_counted(reading, named.query(self._platform)) for named in found[:1] if reading.whole]
        if heard == "unknown":
            self._known |= {named.key for named in found}
            return []
        rule = UNCHANGED if reading.operation.family == "v3" else UNCHANGED_V2
        changes = [self._unchanged(named, rule) for named in found]
        verdicts: list[Verdict] = [(rule, change) for change in changes]
        # A whole number written otherwise may be refused, but then there must be nothing of it.
        return [*verdicts, (WHOLE, None)] if reading.whole and not any(changes) else verdicts

    def _unchanged(self, named: _Named, rule: str) -> Violation | None:
        now, before = named.query(self._platform), self._before.get(named.key)
        what = "order" if named.refund is None else "refund"
        if before is None or not before.accepted:
            if now.accepted:
                self._known.add(named.key)
                said = f"A refused request left an {what} behind." if what == "order" else "A refused request left a refund behind."
                return Violation(said, expected=f"no {what} under its number", got=now.described, rule=rule)
            return None
        try:
            same(before, now)
        except Violation as violation:
            violation.rule = rule
            return violation
        return None

    def _named(self, reading: Reading | None) -> list[_Named]:
        """Return what the request is about, the thing it creates first."""
        if not self._looks or reading is None or (reading.operation.event or "").partition(".")[0] not in _LOOKED_UP:
            return []
        role, subs = reading.role, self._platform.merchant(reading.role).sub_mchids
        sub = subs.index(reading.sub_mchid) if reading.sub_mchid in subs else 0
        number, refund_number = reading.names("out_trade_no"), reading.names("out_refund_no")
        order = Order("native", {"amount": {"total": 1}}, role, sub, number=number or "0")
        found = [_Named(order)] if number is not None else []
        if refund_number is not None:
            refund = _Named(order, Refund(order, 1, number=refund_number))
            found.insert(0 if creates(reading.operation) == "out_refund_no" else len(found), refund)
        return found


def _counted(reading: Reading, shown: Answer) -> Verdict:
    """Whole numbers written another way count by their value: the amount shown is the amount named."""
    amount = (reading.fields or {}).get("amount") or {}
    for name in ("refund", "total"):
        value = amount.get(name)
        if isinstance(value, float) and shown.accepted and shown.get(f"amount.{name}") not in {None, int(value)}:
            got = f"{shown.get(f'amount.{name}')!r}"
            return WHOLE, Violation(f"amount.{name} {value} counts as another amount.", expected=f"{int(value)} fen", got=got, rule=WHOLE)
    return WHOLE, None
