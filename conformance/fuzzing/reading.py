"""What a drawn request is by the contract: which operation, and what of it the documents forbid."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from reference.contract import Operation, Problem, load, parameters, problems
from reference.contract.loader import described
from reference.oracles.v2_xml import MalformedXmlError, read_xml
from strategies.cases import Role, Wire

__all__ = ["Reading", "in_digits", "read"]


@dataclass(frozen=True)
class Reading:
    """A request as the contract reads it: *fields* are the body without nulls, None where it is no JSON object, or no XML message."""

    operation: Operation
    path_params: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    fields: Mapping[str, Any] | None
    found: tuple[Problem, ...]

    @property
    def malformed(self) -> bool:
        """Whether the operation takes a body and this is none."""
        return self.operation.body is not None and self.fields is None

    @cached_property
    def forbidden(self) -> tuple[Problem, ...]:
        """What every reading of the documents forbids."""
        return tuple(problem for problem in self.found if problem.documented and problem.in_doubt is None and not _is_whole(problem))

    @property
    def undeclared(self) -> bool:
        """Whether members no document knows are all that is wrong."""
        return bool(self.forbidden) and all(problem.keyword == "additionalProperties" for problem in self.forbidden)

    @property
    def whole(self) -> tuple[Problem, ...]:
        """Whole numbers written with a decimal point or an exponent: integers to JSON Schema, not judged by the documents."""
        return tuple(problem for problem in self.found if _is_whole(problem))

    @property
    def allowed(self) -> bool:
        """Whether the documents allow the request, as far as they tell: nothing at all is wrong with it."""
        return not self.malformed and not self.found and len(dict(self.query)) == len(self.query)

    @property
    def sub_mchid(self) -> str | None:
        """The sub-merchant it names."""
        value = (self.fields or {}).get("sub_mchid", dict(self.query).get("sub_mchid"))
        return value if isinstance(value, str) else None

    @property
    def role(self) -> Role:
        """Who sends such a request: the service provider its own operations, and others where a sub-merchant is named."""
        partner = self.operation.mode == "partner" or (self.operation.mode == "both" and self.sub_mchid is not None)
        return "partner" if partner else "merchant"

    def names(self, number: str) -> str | None:
        """Return the out_trade_no or out_refund_no it names, as text, however it was written."""
        value = self.path_params.get(number, (self.fields or {}).get(number))
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and str(value) else None


def read(wire: Wire) -> Reading | None:
    """Return what *wire* asks by the contract of its family; None when there is no such path and method."""
    path, _, query_text = wire.target.partition("?")
    found_in = (load(family).match(wire.method, path) for family in described())
    match = next((match for match in found_in if match is not None), None)
    if match is None:
        return None
    operation = match.operation
    query = tuple(parse_qsl(query_text, keep_blank_values=True))
    fields = (_elements if operation.family == "v2" else _object)(wire.body) if operation.body is not None else None
    found = [*problems(parameters(operation, "path"), dict(match.path_params))]
    if len(dict(query)) == len(query):
        found += problems(parameters(operation, "query"), dict(query))
    if operation.body is not None and fields is not None:
        found += problems(operation.body, fields)
    return Reading(operation, match.path_params, query, fields, tuple(found))


def in_digits(value: Any) -> Any:
    """Return a copy of a JSON value in which whole numbers are written in digits only."""
    if isinstance(value, dict):
        return {name: in_digits(member) for name, member in value.items()}
    if isinstance(value, list):
        return [in_digits(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _elements(body: bytes) -> Mapping[str, Any] | None:
    """Return the elements of a message that are not empty; None where it is no message."""
    try:
        return {name: value for name, value in read_xml(body).items() if value}
    except MalformedXmlError:
        return None


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return dict(_without_nulls(value)) if isinstance(value, dict) else None


def _without_nulls(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the members that are there: null counts as absent, at any depth."""
    for name, value in members.items():
        if value is not None:
            yield name, _kept(value)


def _kept(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(_without_nulls(value))
    return [_kept(item) for item in value] if isinstance(value, list) else value


def _is_whole(problem: Problem) -> bool:
    value = problem.value
    return problem.keyword == "type" and isinstance(value, float) and math.isfinite(value) and value.is_integer()


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
