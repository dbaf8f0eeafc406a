"""Judging values against the contract, and listing all its bounds, so that what is broken and what is covered come from one list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, TypeAlias

from jsonschema_rs import Draft202012Validator, ValidationError

from reference.contract.formats import FORMATS
from reference.contract.keywords import AT_LEAST, AT_MOST, INTEGRAL, KEYWORDS
from reference.contract.model import Operation, Schema

__all__ = ["FieldBound", "Problem", "bounds", "inner_bounds", "parameters", "problems"]

_OF_NUMBERS = ("minimum", "maximum", AT_LEAST, AT_MOST)
_OF_THE_VALUE = ("minLength", "maxLength", "pattern", "enum", "const", *_OF_NUMBERS, "format", "minItems", "maxItems")
_CONDITIONAL = frozenset({"then", "allOf"})
_MASK = "the value"
_ITEM = "[]"
_TYPED = frozenset({"application/json"})
_LIMITS = {AT_LEAST: "less", AT_MOST: "greater"}
_Part: TypeAlias = Literal["body", "query", "path"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a value breaks its schema.

    `pointer` leads to the member, list positions as numbers: to the missing one for `required`, to the undeclared one for
    `additionalProperties`. `documented` and `in_doubt` are those of the bound it breaks, see `FieldBound`.
    """

    pointer: tuple[str | int, ...]
    keyword: str
    issue: str
    value: Any
    documented: bool
    in_doubt: str | None

    @property
    def field(self) -> str:
        """The JSON Pointer, as an error's `detail.field` names it: `/amount/total`."""
        return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in self.pointer)


@dataclass(frozen=True, slots=True)
class FieldBound:
    """One constraint on one place of a request.

    `pointer` names the member, list items as `[]`; for `additionalProperties` and `anyOf` it names the object. `value` is the keyword's
    value, lists as tuples: `True` for `required`, the alternatives' names for `anyOf`, `(member, value)` pairs of the condition for
    `requiredIf`, `None` where the condition wants a member absent. `documented` is false where the bound only guides generators and is
    never a verdict. `in_doubt` says how documented readings differ; only values on which all of them agree bear a verdict.
    """

    where: _Part
    pointer: tuple[str, ...]
    keyword: str
    value: Any
    documented: bool
    in_doubt: str | None

    def is_broken_by(self, problem: Problem) -> bool:
        """Whether *problem*, found in the same part of the request, is a breach of this bound."""
        names = tuple(_ITEM if isinstance(part, int) else part for part in problem.pointer)
        if self.keyword == "additionalProperties":
            names = names[:-1]
        return self.keyword == problem.keyword and self.pointer == names


def problems(schema: Schema, value: Any) -> tuple[Problem, ...]:
    """Return every way in which *value*, as read from JSON or XML, breaks *schema*; empty if it keeps it.

    Formats are asserted. An integer is a JSON integer: `1.0`, `1e2`, `"1"` and `true` are none. Of XML, where all is text, *value* holds
    the elements that are not empty; `x-minimum` and `x-maximum` judge the number that digits write, and nothing else.
    Text that is no text, a lone surrogate, is the keyword `encoding`.
    """
    try:
        validator = _validator(_Identity(schema))
        if validator.is_valid(value):
            return ()
        return tuple(problem for error in validator.iter_errors(value) for problem in _explain(schema, error))
    except UnicodeEncodeError:
        return tuple(_unencodable(value, ()))


@cache
def parameters(operation: Operation, where: Literal["path", "query"]) -> Schema:
    """Return the schema of all path or query parameters of *operation* together, as one object of strings."""
    chosen = [parameter for parameter in operation.parameters if parameter.where == where]
    return {
        "type": "object",
        "properties": {parameter.name: parameter.schema for parameter in chosen},
        "required": [parameter.name for parameter in chosen if parameter.required],
    }


@cache
def bounds(operation: Operation) -> tuple[FieldBound, ...]:
    """Return every constraint on the body and the query and path parameters of *operation*, in the contract's order.

    Parameters are text in a URL, and members text in XML, so they have no `type`; a path parameter is never missing.
    """
    body = () if operation.body is None else _bounds("body", operation.body, ())
    if operation.media_type not in _TYPED:
        body = (bound for bound in body if bound.keyword != "type")
    query = (bound for bound in _bounds("query", parameters(operation, "query"), ()) if bound.keyword != "type")
    path = (bound for bound in _bounds("path", parameters(operation, "path"), ()) if bound.keyword not in {"type", "required"})
    return (*body, *query, *path)


@cache
def inner_bounds(operation: Operation) -> tuple[FieldBound, ...]:
    """Return every constraint inside the JSON that members of an XML body hold as text; their pointers begin with that member.

    What sources write in different ways is left out as a whole.
    """
    members = {} if operation.body is None else operation.body.get("properties", {})
    return tuple(bound for name, member in members.items() for bound in _bounds("body", _inside(member), (name,)))


def _inside(member: Schema) -> Schema:
    """The schema of the JSON that *member* holds as text, an empty one where it holds none or nobody knows which."""
    doubt = member.get("x-in-doubt")
    known = member.get("contentMediaType") in _TYPED and not (isinstance(doubt, Mapping) and "contentSchema" in doubt)
    inside: Schema = member.get("contentSchema", {}) if known else {}
    return inside


def _bounds(where: _Part, schema: Schema, pointer: tuple[str, ...]) -> Iterator[FieldBound]:
    for keyword, value in _of_itself(schema):
        yield FieldBound(where, pointer, keyword, value, *_standing(schema, keyword))
    for name, member in schema.get("properties", {}).items():
        for keyword, value in _of_its_presence(schema, name):
            yield FieldBound(where, (*pointer, name), keyword, value, *_standing(member, keyword))
        yield from _bounds(where, member, (*pointer, name))
    if "items" in schema:
        yield from _bounds(where, schema["items"], (*pointer, _ITEM))


def _of_itself(schema: Schema) -> Iterator[tuple[str, Any]]:
    for keyword in ("type", *_OF_THE_VALUE):
        if keyword in schema:
            value = schema[keyword]
            yield keyword, tuple(value) if isinstance(value, list) else value
    if schema.get("additionalProperties") is False:
        yield "additionalProperties", False
    if "anyOf" in schema:
        yield "anyOf", tuple(name for choice in schema["anyOf"] for name in choice["required"])


def _of_its_presence(schema: Schema, name: str) -> Iterator[tuple[str, Any]]:
    if name in schema.get("required", ()):
        yield "required", True
    for condition in (schema, *schema.get("allOf", ())):
        if name in condition.get("then", {}).get("required", ()):
            yield "requiredIf", tuple((each, said.get("const")) for each, said in condition["if"]["properties"].items())


def _standing(member: Schema, keyword: str) -> tuple[bool, str | None]:
    """Return whether *keyword* at *member* is documented, and the doubt about it.

    `x-bound` and `x-in-doubt` say it for all bounds of the value, or keyword by keyword; names, types and presence are documented unless
    they are named there.
    """
    bound, doubt = member.get("x-bound"), member.get("x-in-doubt")
    of_the_value = keyword in _OF_THE_VALUE
    if isinstance(bound, Mapping):
        bound = bound.get(keyword, "documented")
    elif not of_the_value:
        bound = "documented"
    if isinstance(doubt, Mapping):
        doubt = doubt.get(keyword)
    elif not of_the_value:
        doubt = None
    return bound == "documented", doubt


def _explain(schema: Schema, error: ValidationError) -> Iterator[Problem]:
    keyword = error.kind.name
    detail: Mapping[str, Any] = error.kind.as_dict()
    pointer = tuple(error.instance_path)
    value: Any = error.instance
    member: Any = schema
    for key in error.schema_path[:-1]:
        if key in _CONDITIONAL:
            keyword = "requiredIf"
            break
        member = member[key]
    members = member.get("properties", {})
    if keyword in {"required", "requiredIf"}:
        name = detail["property"]
        yield Problem((*pointer, name), keyword, "is required", None, *_standing(members.get(name, {}), keyword))
    elif keyword == "additionalProperties":
        for name in detail["unexpected"]:
            yield Problem((*pointer, name), keyword, "is not a declared member", value[name], *_standing(member, keyword))
    elif keyword == "anyOf":
        yield Problem(pointer, keyword, _choice(member[keyword]), value, *_standing(member, keyword))
    elif keyword == INTEGRAL:
        yield Problem(pointer, "type", "the value is not written as an integer", value, *_standing(member, "type"))
    elif keyword in _LIMITS:
        yield Problem(pointer, keyword, f"the value is {_LIMITS[keyword]} than {member[keyword]}", value, *_standing(member, keyword))
    else:
        yield Problem(pointer, keyword, error.message, value, *_standing(member, keyword))


def _choice(choices: list[Schema]) -> str:
    if any(choice.keys() != {"required"} for choice in choices):
        return "fits none of the alternatives"
    return "needs one of " + ", ".join(name for choice in choices for name in choice["required"])


def _unencodable(value: Any, pointer: tuple[str | int, ...]) -> Iterator[Problem]:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            yield Problem(pointer, "encoding", "the value holds half a character", value, documented=True, in_doubt=None)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _unencodable(name, (*pointer, name))
            yield from _unencodable(member, (*pointer, name))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _unencodable(item, (*pointer, position))


class _Identity:
    """A key that is equal only to the very same schema, and keeps it alive."""

    __slots__ = ("schema",)

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.schema is self.schema


@lru_cache(maxsize=1024)
def _validator(key: _Identity) -> Draft202012Validator:
    return Draft202012Validator(
        _with_integral(key.schema),
        formats=dict(FORMATS),
        validate_formats=True,
        ignore_unknown_formats=False,
        keywords=dict(KEYWORDS),
        mask=_MASK,
    )


def _with_integral(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_integral(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    copy = {name: _with_integral(value) for name, value in node.items()}
    return copy | {INTEGRAL: True} if copy.get("type") == "integer" else copy
