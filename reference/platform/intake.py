"""What is asked: the contract's operation, the body as the contract allows it, the merchant it may act for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reference.contract import Contract, Operation
from reference.contract.fields import Problem, problems
from reference.identity import Identity, Merchant
from reference.oracles import keys, oaep
from reference.platform.refusals import BAD_PARAMETER, FOREIGN_MERCHANT, KEY_UNKNOWN, METHOD_UNKNOWN, PATH_UNKNOWN, SUB_MERCHANT
from reference.platform.wire import Refused, Request

__all__ = ["Ask", "Intake"]

_BEYOND_THREE_BYTES = re.compile("[\U00010000-\U0010ffff\ud800-\udfff]")

_MOST_LEVELS = 100
"""How deep the objects and lists of a body may stand in each other."""


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Ask:
    """One authenticated, well-formed request: *fields* are the body without nulls, *params* those of path and query."""

    operation: Operation
    merchant: Merchant
    fields: dict[str, Any]
    params: Mapping[str, str]
    request: Request
    opened: Mapping[str, str]

    @property
    def sub_mchid(self) -> str | None:
        """The sub-merchant a service provider acts for."""
        return self.fields.get("sub_mchid") or self.params.get("sub_mchid")


class Intake:
    """Reads requests by the contract."""

    identity: Identity
    contract: Contract
    ignored_keywords: frozenset[tuple[str, str]] = frozenset()
    """(member, keyword) pairs the contract names and this platform overlooks; a seeded fault is made that way."""

    def find(self, request: Request) -> tuple[Operation, Mapping[str, str]]:
        """Return the operation of the contract that method and path name; nobody's signature was looked at yet when there is none."""
        match = self.contract.match(request.method, request.path)
        if match is not None:
            return match.operation, match.path_params
        known = self.contract.methods_for(request.path)
        refusal = METHOD_UNKNOWN if known else PATH_UNKNOWN
        raise Refused(refusal, {"field": "method" if known else "url", "location": "url"}, signed=False)

    def read(self, request: Request, operation: Operation, path_params: Mapping[str, str], merchant: Merchant) -> Ask:
        """Return the request as the contract understands it, or refuse it."""
        params = {**request.query, **path_params}
        self.check_parameters(operation, params)
        fields = self.read_body(request, operation)
        ask = Ask(operation, merchant, fields, params, request, self.open_sensitive(request, operation, fields))
        self.check_merchant(ask)
        return ask

    def check_parameters(self, operation: Operation, params: Mapping[str, str]) -> None:
        """Refuse a missing or malformed parameter of path or query."""
        for parameter in operation.parameters:
            if parameter.where == "header":
                continue
            if parameter.name not in params:
                if parameter.required and (parameter.name, "required") not in self.ignored_keywords:
                    raise self.bad_parameter(parameter.name, "missing", parameter.where)
                continue
            found = problems(parameter.schema, params[parameter.name])
            if self.minded(found, parameter.name):
                raise self.bad_parameter(parameter.name, found[0].issue, parameter.where)

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        """Return the body's members; a member that is null counts as absent."""
        if operation.body is None:
            return {}
        try:
            text = request.body.decode("utf-8")
            value = _DECODER.decode(text)
        except (ValueError, RecursionError):
            raise self.bad_parameter("body", "not a JSON text in UTF-8", "body") from None
        if not isinstance(value, dict):
            raise self.bad_parameter("body", "not a JSON object", "body")
        if text.count("{") + text.count("[") > _MOST_LEVELS and _is_deeper(value, _MOST_LEVELS):
            raise self.bad_parameter("body", f"nested in more than {_MOST_LEVELS} levels", "body")
        fields: dict[str, Any] = self.without_nulls(value)
        if not self.is_plain_text(text, fields):
            raise self.bad_parameter("body", "holds a character of four bytes", "body")
        found = self.minded(problems(operation.body, fields))
        if found:
            raise self.bad_parameter(found[0].field or "body", found[0].issue, "body")
        return fields

    def without_nulls(self, value: Any) -> Any:
        """Return *value* with every null member left out, at any depth."""
        if isinstance(value, dict):
            return {key: self.without_nulls(item) for key, item in value.items() if item is not None}
        return [self.without_nulls(item) for item in value] if isinstance(value, list) else value

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        """Tell whether no text holds a character beyond three UTF-8 bytes, written out or escaped."""
        if "\\u" in body:
            body = json.dumps(fields, ensure_ascii=False)
        return body.isascii() or _BEYOND_THREE_BYTES.search(body) is None

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        """Leave out bounds no document states, and those this platform overlooks."""
        return tuple(item for item in found if item.documented and (name or _member(item), item.keyword) not in self.ignored_keywords)

    def open_sensitive(self, request: Request, operation: Operation, fields: Mapping[str, Any]) -> dict[str, str]:
        """Decrypt the encrypted members with the key Wechatpay-Serial names, or refuse."""
        opened: dict[str, str] = {}
        for name in sensitive_members(operation):
            if name in fields:
                opened[name] = self.decrypt(request, name, fields[name])
        return opened

    def decrypt(self, request: Request, name: str, ciphertext: str) -> str:
        """Decrypt one member."""
        serial = request.header("Wechatpay-Serial") or ""
        key = next((key for key in self.identity.platform if keys.same_serial(key.key_id, serial)), None)
        if key is None or key.private_key is None:
            raise Refused(KEY_UNKNOWN, {"field": "Wechatpay-Serial", "value": serial, "location": "header"})
        try:
            return oaep.decrypt(key.private_key, ciphertext)
        except ValueError:
            raise Refused(KEY_UNKNOWN, {"field": name, "issue": "cannot be decrypted", "location": "body"}) from None

    def check_merchant(self, ask: Ask) -> None:
        """Refuse to act for anybody but the signing merchant and its own sub-merchants."""
        named = self.place_of(ask, ask.operation.acting_merchant)
        if named is not None and named != ask.merchant.mchid:
            raise Refused(FOREIGN_MERCHANT, {"field": "mchid", "value": named})
        sub = ask.sub_mchid
        if sub is not None and sub not in ask.merchant.sub_mchids:
            raise Refused(SUB_MERCHANT, {"field": "sub_mchid", "value": sub})

    def place_of(self, ask: Ask, place: str | None) -> str | None:
        """Return what stands at ``body.NAME`` or ``query.NAME``."""
        where, _, name = (place or "").partition(".")
        value = (ask.fields if where == "body" else ask.params).get(name)
        return None if value is None else str(value)

    def bad_parameter(self, field: str, issue: str, location: str) -> Refused:
        """A 400 PARAM_ERROR with the documented detail."""
        return Refused(BAD_PARAMETER, {"field": field, "issue": issue, "location": location})


@cache
def sensitive_members(operation: Operation) -> tuple[str, ...]:
    """The encrypted members of an operation's body."""
    schema = operation.body or {}
    return tuple(name for name, member in schema.get("properties", {}).items() if member.get("x-sensitive"))


def _member(problem: Problem) -> str:
    names = [part for part in problem.pointer if isinstance(part, str)]
    return names[-1] if names else ""


def _is_deeper(value: Any, levels: int) -> bool:
    """Tell whether objects and lists stand in each other more than *levels* deep, whatever the depth, without recursion."""
    layer = [value]
    for _ in range(levels):
        nested = (item.values() if isinstance(item, dict) else item for item in layer if isinstance(item, dict | list))
        layer = [child for children in nested for child in children]
        if not layer:
            return False
    return any(isinstance(item, dict | list) for item in layer)
