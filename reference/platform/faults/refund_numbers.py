"""Faults in what a refund is called, and which order it names."""

from collections.abc import Mapping
from typing import Any

from reference.contract.fields import Problem
from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask

__all__: list[str] = []


@breaks("v3.refund.needs-an-order-reference")
class RefundsTheLatestOrderOfAll(Platform):
    """Takes the merchant's latest paid order when a refund names none."""

    ignored_keywords = frozenset({("", "anyOf")})

    def refunded_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        if "out_trade_no" in draft or "transaction_id" in draft:
            return super().refunded_order(ask, draft)
        paid = [order for order in self.store.orders() if self.is_visible(ask, order) and order.state in {"SUCCESS", "REFUND"}]
        return paid[-1] if paid else None


@breaks("v3.refund.needs-an-order-reference")
class KnowsNoRefundByTransactionId(Platform):
    """Demands out_trade_no even of a refund that names its order by transaction_id."""

    def check_refund_draft(self, ask: Ask, draft: Mapping[str, Any]) -> None:
        super().check_refund_draft(ask, draft)
        if "out_trade_no" not in draft:
            raise self.bad_parameter("out_trade_no", "missing", "body")


@breaks("v3.refund.refuses-conflicting-references")
class LetsTransactionIdWinSilently(Platform):
    """Refunds the order of transaction_id whatever out_trade_no says."""

    def agree(self, by_number: Entity | None, by_id: Entity | None) -> bool:
        return True


@breaks("v3.refund.refuses-conflicting-references")
class NeverLooksAtTransactionId(Platform):
    """Refunds the order of out_trade_no whatever transaction_id says."""

    def refunded_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        named = {name: value for name, value in draft.items() if name != "transaction_id" or "out_trade_no" not in draft}
        return super().refunded_order(ask, named)


@breaks("v3.refund.refuses-conflicting-references")
class ComparesReferencesOfKnownOrdersOnly(Platform):
    """Refunds the order of transaction_id when there is no order under out_trade_no."""

    def agree(self, by_number: Entity | None, by_id: Entity | None) -> bool:
        return by_number is None or super().agree(by_number, by_id)


@breaks("v3.refund.refuses-malformed-out-refund-no")
class AllowsAnyCharacterInRefundNumbers(Platform):
    """Never looks at the characters of out_refund_no."""

    ignored_keywords = frozenset({("out_refund_no", "pattern")})


@breaks("v3.refund.refuses-malformed-out-refund-no")
class AllowsRefundNumbersOfAnyLength(Platform):
    """Never looks at the length of out_refund_no."""

    ignored_keywords = frozenset({("out_refund_no", "maxLength")})


class _OverlooksNumbers(Platform):
    """Overlooks characters of out_refund_no when `is_fine` says so."""

    def is_fine(self, number: str) -> bool:
        return False

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        kept = super().minded(found, name)
        return tuple(problem for problem in kept if not self.is_overlooked(problem))

    def is_overlooked(self, problem: Problem) -> bool:
        """Tell whether *problem* is a text in out_refund_no that is fine here."""
        return problem.pointer == ("out_refund_no",) and isinstance(problem.value, str) and self.is_fine(problem.value)


@breaks("v3.refund.refuses-malformed-out-refund-no")
class AllowsDotsInRefundNumbers(_OverlooksNumbers):
    """Takes a dot for a letter in out_refund_no."""

    def is_fine(self, number: str) -> bool:
        return "." in number


@breaks("v3.refund.refuses-malformed-out-refund-no")
class AllowsLettersOfAnyAlphabet(_OverlooksNumbers):
    """Takes every Unicode letter or digit in out_refund_no, Chinese ones included."""

    def is_fine(self, number: str) -> bool:
        return number.isalnum() and len(number) <= 64


@breaks("v3.refund.refuses-malformed-out-refund-no")
class AllowsALineFeedAtTheEnd(_OverlooksNumbers):
    """Overlooks a line feed after out_refund_no, as a pattern that ends in `$` does."""

    def is_fine(self, number: str) -> bool:
        return number.endswith("\n")


@breaks("v3.refund.refuses-malformed-out-refund-no")
class AllowsAnEmptyRefundNumber(_OverlooksNumbers):
    """Takes an empty out_refund_no."""

    def is_fine(self, number: str) -> bool:
        return number == ""


@breaks("v3.refund.refuses-malformed-out-refund-no")
class MakesUpAMissingRefundNumber(Platform):
    """Numbers a refund itself when out_refund_no is missing."""

    ignored_keywords = frozenset({("out_refund_no", "required")})

    def check_refund_draft(self, ask: Ask, draft: dict[str, Any]) -> None:  # type: ignore[override]  # writes into the draft it is shown
        draft.setdefault("out_refund_no", self.nonce())
        super().check_refund_draft(ask, draft)


@breaks("v3.refund.refuses-malformed-out-refund-no")
class KnowsNoAtSign(Platform):
    """Refuses the @ that out_refund_no may hold."""

    def check_refund_draft(self, ask: Ask, draft: Mapping[str, Any]) -> None:
        super().check_refund_draft(ask, draft)
        if "@" in draft["out_refund_no"]:
            raise self.bad_parameter("out_refund_no", "holds @", "body")


@breaks("v3.refund.refuses-malformed-out-refund-no")
class EndsRefundNumbersAt32(Platform):
    """Refuses an out_refund_no of more than 32 characters, the limit of out_trade_no."""

    def check_refund_draft(self, ask: Ask, draft: Mapping[str, Any]) -> None:
        super().check_refund_draft(ask, draft)
        if len(draft["out_refund_no"]) > 32:
            raise self.bad_parameter("out_refund_no", "too long", "body")


@breaks("v3.refund.keeps-numbers-of-merchants-apart")
class KeepsOneSpaceOfRefundNumbers(Platform):
    """Takes a refund number that any merchant has used for used."""

    def known_refund(self, ask: Ask, out_refund_no: str) -> Entity | None:
        return next((refund for refund in self.store.refunds() if refund.number == out_refund_no), None)


@breaks("v3.refund.keeps-numbers-of-merchants-apart")
class ShowsTheFirstRefundOfThatNumber(Platform):
    """Shows a refund of that number, whose ever it is."""

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        named = (refund for refund in self.store.refunds() if refund.number == ask.params["out_refund_no"])
        refund = next(named, None)
        return super().do_refund(ask) if refund is None else (200, self.show_refund(refund))


@breaks("v3.refund.keeps-numbers-of-merchants-apart")
class MakesRefundIdsOfNumbers(Platform):
    """Derives refund_id from out_refund_no alone, so that two merchants' refunds share one."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        return super().show_refund(refund) | {"refund_id": f"5030{refund.number}"}
