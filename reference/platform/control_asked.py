"""What a control request holds, taken member by member; a mistake is answered with what was expected."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl

__all__ = ["Asked", "ControlError", "Problem"]

Problem = Literal["BAD_JSON", "BAD_MEMBER", "UNKNOWN_ACTION", "WRONG_METHOD", "NOTIFY_IS_POST", "UNKNOWN_NOTIFICATION", "NO_SUCH_WORLD"]
Choice = TypeVar("Choice", bound=str)

_STATUS: dict[Problem, int] = {
    "UNKNOWN_ACTION": 404,
    "UNKNOWN_NOTIFICATION": 404,
    "WRONG_METHOD": 405,
    "NOTIFY_IS_POST": 409,
    # A world that was closed takes its answers with it: nobody can tell any more what it would have said.
    "NO_SUCH_WORLD": 503,
}
_MISSING = object()


class ControlError(Exception):
    """A control request cannot be done; the message says what was expected."""

    def __init__(self, code: Problem, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return _STATUS.get(self.code, 400)


class Asked:
    """The members of one control request. Every getter raises ControlError for a member that is missing or of another type."""

    def __init__(self, action: str, members: Mapping[str, Any]) -> None:
        self._action = action
        self._members = dict(members)

    @classmethod
    def in_body(cls, action: str, body: bytes) -> "Asked":
        """Read the JSON object in *body*; an empty body is an empty object."""
        try:
            members = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant) if body.strip() else {}
        except (ValueError, RecursionError) as error:
            raise ControlError("BAD_JSON", f"The body of {action} is not a JSON object in UTF-8: {error}.") from None
        if not isinstance(members, dict):
            raise ControlError("BAD_JSON", f'The body of {action} is not a JSON object. Send one such as {{"mchid": "…"}}.')
        return cls(action, members)

    @classmethod
    def in_query(cls, action: str, query: str) -> "Asked":
        """Read the parameters of a query; whole numbers may be written as such."""
        return cls(action, {name: int(value) if value.isdecimal() and name == "last" else value for name, value in parse_qsl(query)})

    def only(self, *names: str) -> "Asked":
        """Refuse members that mean nothing here, for a misspelt one would be overlooked."""
        unknown = sorted(self._members.keys() - set(names))
        if unknown:
            known = f"it takes {', '.join(names)}" if names else "it takes none"
            raise ControlError("BAD_MEMBER", f"{self._action} has no member {unknown[0]!r}; {known}.")
        return self

    def has(self, name: str) -> bool:
        """Tell whether a member is there, were it null."""
        return name in self._members

    def text(self, name: str) -> str:
        """Return a text."""
        value = self._get(name)
        if not isinstance(value, str) or not value:
            raise self._bad(name, value, "a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a text, or None when it is absent."""
        return self.text(name) if self.has(name) else None

    def seconds(self, name: str, *, least: float, most: float) -> float:
        """Return a number of seconds within bounds."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self._bad(name, value, f"a number of seconds from {least:.0f} to {most:.0f}")
        return float(value)

    def whole(self, name: str, *, least: int = 0) -> int:
        """Return a whole number not below *least*."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._bad(name, value, f"a whole number from {least}")
        return value

    def whole_or_null(self, name: str, *, least: int = 0) -> int | None:
        """Return a whole number, or None for a null, which must be written out."""
        return None if self._get(name) is None else self.whole(name, least=least)

    def one_of(self, name: str, choices: Sequence[Choice], default: Choice | None = None) -> Choice:
        """Return one of *choices*."""
        if default is not None and name not in self._members:
            return default
        value = self._get(name)
        for choice in choices:
            if value == choice:
                return choice
        raise self._bad(name, value, f"one of {', '.join(choices)}")

    def items(self, name: str, *names: str) -> "list[Asked]":
        """Return a list of objects, each with the members *names* only."""
        value = self._get(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._bad(name, value, f"a list of objects with {', '.join(names)}")
        return [Asked(f"{name} of {self._action}", item).only(*names) for item in value]

    def raw(self, name: str, default: Any) -> Any:
        """Return a member as it is."""
        return self._members.get(name, default)

    def bad(self, name: str, expected: str) -> ControlError:
        """Return the refusal of a member that is there."""
        return self._bad(name, self._members.get(name), expected)

    def _get(self, name: str) -> Any:
        value = self._members.get(name, _MISSING)
        if value is _MISSING:
            raise ControlError("BAD_MEMBER", f"{self._action} lacks the member {name!r}. GET /_control/ lists what every action takes.")
        return value

    def _bad(self, name: str, value: Any, expected: str) -> ControlError:
        shown = json.dumps(value, ensure_ascii=False)
        return ControlError("BAD_MEMBER", f"{name} of {self._action} is {shown[:80]}; expected {expected}.")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
