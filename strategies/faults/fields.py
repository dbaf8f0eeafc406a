"""Faults in one field: for every bound a document states, values that break it and nothing else, and valid values at its edge."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import Any, Self

from reference.contract import FieldBound, Operation, Schema, bounds, load, parameters
from strategies.cases import Call, Fault
from strategies.faults.values import ABSENT, Change, breaking, keeping, sample, to

__all__ = ["FieldEdge", "FieldFault", "FieldValue", "edges_of", "faults_of"]

_ITEM, _SECOND = "[]", "[1]"


@dataclass(frozen=True, eq=False, repr=False)
class FieldValue(Fault):
    """Another value in one place of a request: a body's member, or a parameter of the query or the path.

    Objects and lists around the place are filled in with valid members where the request has none, so nothing but the place is at issue.
    """

    operation: Operation
    bound: FieldBound
    change: Change
    in_second: bool = False

    @property
    def field(self) -> str:
        """The place, as in ``detail.goods_detail[].quantity``; ``body`` for the body as a whole."""
        return field_of(self.bound)

    @property
    def name(self) -> str:  # type: ignore[override]
        """Place, keyword and value, as in ``amount.total:minimum=0``."""
        name = f"{self.field}:{self.bound.keyword}={self.change.label}"
        return f"{name} in the second item" if self.in_second else name

    def in_second_item(self) -> Self:
        """Return the same for the second item of the list it is about; the first one is valid."""
        return replace(self, in_second=True)

    def in_call(self, call: Call) -> Call:
        """Put the value in its place."""
        if self.bound.where == "body":
            assert self.operation.body is not None  # it has bounds
            return replace(call, body=self._changed(self.operation.body, call.body))
        schema = parameters(self.operation, self.bound.where)
        if self.bound.where == "query":
            return replace(call, query=self._changed(schema, call.query))
        return replace(call, path_params=self._changed(schema, call.path_params))

    def _changed(self, schema: Schema, value: Any) -> Any:
        pointer, make = self.bound.pointer, self.change.make
        if self.in_second:
            pointer = tuple(_SECOND if name == _ITEM else name for name in pointer)
        if self.bound.keyword == "requiredIf":
            for name, needed in self.bound.value:
                value = _put(value, schema, (*pointer[:-1], name), to(needed).make)
        return _put(value, schema, pointer, make)


class FieldFault(FieldValue):
    """A value that breaks one documented bound, by every reading of the documents."""


class FieldEdge(FieldValue):
    """A valid value at the edge of a bound: the twin of the faults that break it."""

    says = "valid"


def faults_of(operation_id: str, *fields: str, keywords: Collection[str] = ()) -> tuple[FieldFault, ...]:
    """Return every single-field fault of an operation, in the contract's order.

    *fields* such as ``"amount.total"`` keep those of these places, *keywords* such as ``{"maxLength"}`` those that break such a bound.
    A bound no document states, or on which documents disagree everywhere, has none. Raises LookupError for a field the operation lacks.
    """
    return tuple(fault for fault in _all(operation_id)[0] if _wanted(fault, operation_id, fields, keywords))


def edges_of(operation_id: str, *fields: str, keywords: Collection[str] = ()) -> tuple[FieldEdge, ...]:
    """Return the valid values at the edges of an operation's bounds, chosen like the faults of `faults_of`."""
    return tuple(edge for edge in _all(operation_id)[1] if _wanted(edge, operation_id, fields, keywords))


@cache
def _all(operation_id: str) -> tuple[tuple[FieldFault, ...], tuple[FieldEdge, ...]]:
    operation = _operation(operation_id)
    stated = [bound for bound in bounds(operation) if bound.documented]
    # Of a wrong type and outside a list of values is one fault, not two: the list is the narrower bound.
    listed = {(bound.where, bound.pointer) for bound in stated if bound.keyword == "enum"}
    stated = [bound for bound in stated if bound.keyword != "type" or (bound.where, bound.pointer) not in listed]
    return (
        tuple(FieldFault(operation, bound, change) for bound in stated for change in breaking(bound)),
        tuple(FieldEdge(operation, bound, change) for bound in stated for change in keeping(bound)),
    )


def _operation(operation_id: str) -> Operation:
    operations = load("v3").operations
    if operation_id not in operations:
        near = get_close_matches(operation_id, operations, n=1)
        raise LookupError(f"There is no operation {operation_id!r}.{f' Did you mean {near[0]}?' if near else ''}")
    return operations[operation_id]


def _wanted(value: FieldValue, operation_id: str, fields: tuple[str, ...], keywords: Collection[str]) -> bool:
    for field in fields:
        if field not in _fields(operation_id):
            near = get_close_matches(field, _fields(operation_id), n=1)
            raise LookupError(f"{operation_id} has no field {field!r}.{f' Did you mean {near[0]}?' if near else ''}")
    return (not fields or value.field in fields) and (not keywords or value.bound.keyword in keywords)


@cache
def _fields(operation_id: str) -> frozenset[str]:
    return frozenset(field_of(bound) for bound in bounds(_operation(operation_id)))


def field_of(bound: FieldBound) -> str:
    """Return the place of *bound* as people write it."""
    return ".".join(bound.pointer).replace(f".{_ITEM}", _ITEM) or bound.where


def _put(value: Any, schema: Schema, pointer: tuple[str, ...], make: Callable[[Any], Any]) -> Any:
    """Return a copy of *value* with what stands at *pointer*, or a valid sample where nothing does, turned by *make*."""
    if not pointer:
        return make(value)
    name, rest = pointer[0], pointer[1:]
    if name in {_ITEM, _SECOND}:
        first, *others = value or [sample(schema["items"])]
        if name == _SECOND:
            return [first, _put(sample(schema["items"]), schema["items"], rest, make), *others]
        return [_put(first, schema["items"], rest, make), *others]
    member = schema["properties"][name]
    changed = _put(value.get(name, ABSENT) if name in value else sample(member), member, rest, make)
    kept = {key: old for key, old in value.items() if key != name}
    return kept if changed is ABSENT else kept | {name: changed}
