"""From documents that share by `$ref` and `allOf` to plain JSON Schemas that stand alone."""

from collections.abc import Mapping
from typing import Any

__all__ = ["Documents"]

_PER_NAME = ("properties", "patternProperties")
_ONE_OR_MANY = ("items", "if", "then", "else", "anyOf", "oneOf", "contentSchema")
_CONDITION = frozenset({"if", "then"})


class Documents:
    """The documents of one family by file name. What is returned is shared between callers: read it, never change it."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self._documents = documents
        self._plain: dict[tuple[str, str], dict[str, Any]] = {}

    def follow(self, file: str, node: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """Return where a possible `$ref` at *node* of *file* leads: that file, and what stands there. Raises `KeyError` if nowhere."""
        while "$ref" in node:
            name, _, pointer = node["$ref"].partition("#")
            file = name.removeprefix("./") or file
            node = self._documents[file]
            for key in pointer.lstrip("/").split("/"):
                node = node[key.replace("~1", "/").replace("~0", "~")]
        return file, node

    def plain(self, file: str, node: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schema at *node* of *file* without `$ref` and `allOf`: one object schema with all properties and all required.

        Conditions, the parts of an `allOf` that are nothing but an `if` and its `then`, cannot be folded; they alone stay in an `allOf`.
        """
        reference = node.get("$ref")
        if reference is None:
            return self._fold(file, node)
        key = (file, reference)
        if key not in self._plain:
            self._plain[key] = self.plain(*self.follow(file, node))
        beside = {name: value for name, value in node.items() if name != "$ref"}
        return _merge(self._plain[key], self._fold(file, beside)) if beside else self._plain[key]

    def _fold(self, file: str, node: Mapping[str, Any]) -> dict[str, Any]:
        folded: dict[str, Any] = {}
        for part in node.get("allOf", ()):
            plain = self.plain(file, part)
            folded = _merge(folded, {"allOf": [plain]} if plain.keys() == _CONDITION else plain)
        own: dict[str, Any] = {}
        for name, value in node.items():
            if name in _PER_NAME:
                own[name] = {each: self.plain(file, schema) for each, schema in value.items()}
            elif name in _ONE_OR_MANY:
                own[name] = [self.plain(file, each) for each in value] if isinstance(value, list) else self.plain(file, value)
            elif name == "unevaluatedProperties":
                own["additionalProperties"] = value  # the same once nothing is composed any more
            elif name != "allOf":
                own[name] = value
        return _merge(folded, own)


def _merge(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(left)
    for name, value in right.items():
        if name in _PER_NAME and name in left:
            members = dict(left[name])
            for each, schema in value.items():
                members[each] = _merge(members[each], schema) if each in members else schema
            merged[name] = members
        elif name == "required" and name in left:
            merged[name] = list(dict.fromkeys((*left[name], *value)))
        elif name == "allOf" and name in left:
            merged[name] = [*left[name], *value]
        elif name in _ONE_OR_MANY and name in left:
            raise ValueError(f"two parts of one allOf both say {name!r}; say it in one of them")
        else:
            merged[name] = value
    return merged
