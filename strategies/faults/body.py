"""What can be said about a body as text: characters it must not hold, and other ways of writing the same."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from strategies.cases import Call, Fault

__all__ = ["BeyondBmp", "Escaped", "InDirectMode", "Member", "Nulls", "Reordered", "Writing"]


Writing = Literal["raw", "escaped", "escaped in capitals"]
"""How a character beyond ASCII is written in JSON: as it is, or as one or two escapes of four hexadecimal digits."""


class BeyondBmp(Fault):
    """The text member *field* holds a *character* of four UTF-8 bytes, as it is or as an escaped surrogate pair."""

    def __init__(self, field: str, character: str, writing: Writing) -> None:
        self.name = f"{field}: {character.encode('unicode_escape').decode()} {writing}"
        self.field = field
        self.text = f"好茶{character}一壶"
        self.writing = writing

    def in_call(self, call: Call) -> Call:
        """Put the character into the text."""
        return replace(call, body=_written({**call.body, self.field: self.text}, self.writing))


class Escaped(Fault):
    """No fault: every character beyond ASCII is written as an escape."""

    says = "valid"

    def __init__(self, writing: Writing = "escaped") -> None:
        self.name: str = writing
        self.writing = writing

    def in_call(self, call: Call) -> Call:
        """Write the body in ASCII."""
        return replace(call, body=_written(call.body, self.writing))


class Reordered(Fault):
    """No fault: the members of every object, or the parameters of the query, stand in another order."""

    says = "valid"

    def __init__(self, order: Literal["reversed", "sorted", "inside-out"]) -> None:
        self.name = f"members {order}"
        self.order = order

    def in_call(self, call: Call) -> Call:
        """Write the same members in another order."""
        return replace(call, body=self._reordered(call.body), query=self._reordered(call.query))

    def _reordered(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._reordered(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        names = sorted(value) if self.order == "sorted" else list(value)[::-1]
        if self.order == "inside-out":
            names = names[1::2] + names[::2]
        return {name: self._reordered(value[name]) for name in names}


class Nulls(Fault):
    """No fault: optional members that are absent are sent as null."""

    says = "valid"

    def __init__(self, *fields: str) -> None:
        self.name = f"null {', '.join(fields) if len(fields) <= 2 else f'in {len(fields)} members'}"
        self.fields = fields

    def in_call(self, call: Call) -> Call:
        """Add the nulls; ``amount.currency`` stands inside an object, which must be there."""
        body = call.body
        for field in self.fields:
            body = _with_null(body, field.split("."))
        return replace(call, body=body)


class Member(Fault):
    """A member of the body has a value of the caller's choice; one such as ``scene_info.device_id`` stands inside an object."""

    def __init__(self, field: str, value: Any) -> None:
        self.name = f"{field}={value!r}" if len(repr(value)) < 64 else f"{field} of {len(value)} characters"
        self.path = field.split(".")
        self.value = value

    def in_call(self, call: Call) -> Call:
        """Put the value in its place."""
        return replace(call, body=_with(call.body, self.path, self.value))


class InDirectMode(Fault):
    """A service provider sends the body of a direct order to the partner path."""

    name = "direct-mode body"

    def in_call(self, call: Call) -> Call:
        """Name the provider as a direct merchant names itself."""
        kept = {name: value for name, value in call.body.items() if name not in {"sp_appid", "sp_mchid", "sub_appid", "sub_mchid"}}
        kept |= {"appid": call.body["sp_appid"], "mchid": call.body["sp_mchid"]}
        payer = kept.get("payer")
        if payer and "sp_openid" in payer:
            kept["payer"] = {"openid": payer["sp_openid"]}
        return replace(call, body=kept)


def _with(value: Mapping[str, Any], path: list[str], member: Any) -> dict[str, Any]:
    name, *rest = path
    return {**value, name: _with(value.get(name, {}), rest, member) if rest else member}


def _with_null(value: Any, path: list[str]) -> Any:
    name, *rest = path
    if name.endswith("[]"):
        bare = name.removesuffix("[]")
        return value | {bare: [_with_null(item, rest) for item in value[bare]]}
    return value | {name: _with_null(value[name], rest) if rest else None}


def _written(body: Any, writing: Writing) -> bytes:
    text = json.dumps(body, ensure_ascii=writing != "raw", separators=(",", ":"))
    if writing == "escaped in capitals":
        text = re.sub(r"(?<!\\)((?:\\\\)*)\\u([0-9a-f]{4})", lambda found: f"{found[1]}\\u{found[2].upper()}", text)
    return text.encode()
