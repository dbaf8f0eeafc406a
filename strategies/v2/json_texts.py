"""JSON that stands as a text in an element of APIv2: ways to write one value, all of which mean the same."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

__all__ = ["WRITINGS", "Writing", "compact"]

Writing: TypeAlias = Callable[[Any], str]
"""How a value is put into text."""


def compact(value: Any) -> str:
    """Write JSON without blanks, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _backwards(value: Any) -> Any:
    """Return *value* with the members of every object the other way round."""
    if isinstance(value, dict):
        return {name: _backwards(value[name]) for name in reversed(value)}
    return [_backwards(item) for item in value] if isinstance(value, list) else value


WRITINGS: Final[Mapping[str, Writing]] = {
    "without blanks": compact,
    "with blanks": lambda value: json.dumps(value, ensure_ascii=False),
    "on lines of its own": lambda value: json.dumps(value, ensure_ascii=False, indent=2),
    "with tabs": lambda value: json.dumps(value, ensure_ascii=False, indent="\t"),
    "in escapes": lambda value: json.dumps(value, separators=(",", ":")),
    "with escaped slashes": lambda value: compact(value).replace("/", "\\/"),
    "with signs of XML in escapes": lambda value: compact(value).replace("<", "\\u003c").replace("&", "\\u0026").replace(">", "\\u003E"),
    "sorted": lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True),
    "backwards": lambda value: compact(_backwards(value)),
    "between blanks": lambda value: f" \n{compact(value)}\n ",
}
"""Ways to write one value; all mean the same, and each is signed as it stands."""
