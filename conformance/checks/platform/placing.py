"""Placements with one fault: refused, without effect, and accepted without it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.machines import Refusal
from reference.platform.refusals import BAD_PARAMETER
from strategies.cases import Fault, Order, Product
from strategies.faults.fields import edges_of, faults_of
from strategies.orders import PREPAID

__all__ = ["HANDLES", "Placement", "accepts", "broken_bounds", "every_kind", "handle_of", "operation_of", "refuses", "try_bounds"]

HANDLES = {"jsapi": "prepay_id", "app": "prepay_id", "h5": "h5_url", "native": "code_url"}
"""Product -> the member of its answer that lets the payer pay."""


@dataclass(frozen=True, slots=True)
class Placement:
    """An order of some *kind* with one *fault*; the same order without it is tried afterwards, if *twin*."""

    kind: Kind
    fault: Fault
    twin: bool = True

    def __str__(self) -> str:
        return f"{self.kind}, {self.fault!r}"


def every_kind(platform: Platform, *products: Product) -> tuple[Kind, ...]:
    """Every way of placing an order of *products*: direct, by a service provider, and by payment code where codes can be made up."""
    charging: tuple[Product, ...] = ("codepay",) if "code-plans" in platform.capabilities else ()
    return kinds(platform, *(products or (*PREPAID, *charging)))


def operation_of(kind: Kind) -> str:
    """The contract's operation that places an order of *kind*."""
    return f"{'partner_' if kind.role == 'partner' else ''}{kind.product}_create"


def handle_of(platform: Platform, order: Order) -> str:
    """Place *order*, or place it again, and return what the payer pays with."""
    return str(platform.place(order).is_accepted()[HANDLES[order.product]])


def refuses(platform: Platform, placement: Placement, *refusals: Refusal) -> None:
    """Demand that the fault is refused as one of *refusals*, leaves no order, and that the same order without it is accepted."""
    order = placement.kind.order()
    platform.place(order, broken_by=placement.fault).is_refused(*refusals)
    platform.query(order).is_refused(because="The order was refused and exists all the same.")
    if placement.twin:
        platform.place(order).is_accepted(because="Without the fault the same order is valid, under the same number too.")


def try_bounds(platform: Platform, *fields: str, keywords: Collection[str] = (), products: tuple[Product, ...] = ()) -> None:
    """Try every value that breaks a bound of *fields*, wherever an order can be placed, and every valid one at their edges."""
    ways = every_kind(platform, *products)
    broken = [placement for kind in ways for placement in broken_bounds(kind, *fields, keywords=keywords)]
    try_all(platform, broken, lambda placement: refuses(platform, placement, BAD_PARAMETER))
    edges = [Placement(kind, edge) for kind in ways for edge in edges_of(operation_of(kind), *fields, keywords=keywords)]
    if edges:  # a bound such as `required` has none
        try_all(platform, edges, lambda placement: accepts(platform, placement))


def broken_bounds(kind: Kind, *fields: str, keywords: Collection[str] = ()) -> Iterator[Placement]:
    """Every fault of *fields*, in the second item of a list too; the first of each bound has its twin tried, which shows it for all."""
    for bound, faults in groupby(faults_of(operation_of(kind), *fields, keywords=keywords), lambda fault: fault.bound):
        for position, fault in enumerate(faults):
            yield Placement(kind, fault, twin=position == 0)
            if "[]" in bound.pointer:
                yield Placement(kind, fault.in_second_item(), twin=False)


def accepts(platform: Platform, placement: Placement) -> None:
    """Demand that an order with a valid value at the edge of a bound is accepted."""
    order = placement.kind.order()
    platform.place(order, broken_by=placement.fault).is_accepted(because="The value is within its documented bounds.")
