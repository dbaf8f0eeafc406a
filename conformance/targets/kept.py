"""What a journal keeps of a request in JSON, and what is called otherwise when the request is sent again."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from reference.oracles.v2 import read_xml

__all__ = ["Renaming", "data", "text"]


def text(value: bytes) -> Any:
    """Return bytes as JSON keeps them: as text, or in base64 where they are none."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(value).decode()}


def data(value: Any) -> bytes:
    """Return the bytes kept as *value*."""
    return base64.b64decode(value["b64"]) if isinstance(value, Mapping) else str(value).encode()


class Renaming:
    """What is called otherwise in a replay: minted numbers, and whatever the platform itself named."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def add(self, old: str, new: str) -> None:
        """Write *new* where the case had *old*."""
        if old and old != new:
            self._names[old] = new

    def learn(self, old_body: Any, new_body: bytes) -> None:
        """Compare the answer of then with the answer of now: where both have a text in the same place, the new one takes over."""
        try:
            self._compare(_members(data(old_body)), _members(new_body))
        except ValueError:
            return

    def _compare(self, old: Any, new: Any) -> None:
        if isinstance(old, dict) and isinstance(new, dict):
            for key in old.keys() & new.keys():
                self._compare(old[key], new[key])
        elif isinstance(old, list) and isinstance(new, list):
            for before, after in zip(old, new, strict=False):
                self._compare(before, after)
        elif isinstance(old, str) and isinstance(new, str) and len(old) >= 8:
            self.add(old, new)

    def text(self, value: str) -> str:
        """Return *value* with every known name replaced, the longest first."""
        for old in sorted(self._names, key=len, reverse=True):
            value = value.replace(old, self._names[old])
        return value

    def data(self, value: Any) -> bytes:
        """Return the bytes kept as *value*, names replaced where they are text."""
        return data(value) if isinstance(value, Mapping) else self.text(str(value)).encode()


def _members(body: bytes) -> Any:
    """What an answer of either family says. Raises ValueError for what is neither JSON nor an APIv2 message."""
    return read_xml(body) if body.startswith(b"<") else json.loads(body)
