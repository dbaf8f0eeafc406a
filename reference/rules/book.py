"""The rule book: every rule of every family, by id, in the order of the files."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from reference.rules.row import CONFIDENCES, FAMILIES, LEVELS, RISKS, SUBJECTS, Risk, RowError, Rule, Text, rule_from

__all__ = [
    "CONFIDENCES",
    "FAMILIES",
    "LEVELS",
    "RISKS",
    "SUBJECTS",
    "Risk",
    "Rule",
    "RuleBook",
    "RuleBookError",
    "Text",
    "UnknownRule",
    "load",
]

_FOLDER: Final = Path(__file__).parent
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RuleBookError(ValueError):
    """A file of the rule book is wrong; the message names the file, the row and what is wrong with it."""


class UnknownRule(LookupError):  # noqa: N818 - named for what it tells, as KeyError's kin are
    """No rule has that id; the message names it, suggests close ones and tells how to see them all."""


class RuleBook(Mapping[str, Rule]):
    """Rules by id, in the order in which they were given."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {rule.id: rule for rule in rules}

    def __getitem__(self, rule_id: str) -> Rule:
        return self._rules[rule_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def matching(self, glob: str) -> tuple[Rule, ...]:
        """Return the rules whose id matches *glob*, such as ``v3.refund.*``; none if none does."""
        return tuple(rule for rule in self._rules.values() if fnmatchcase(rule.id, glob))

    def get_or_suggest(self, rule_id: str) -> Rule:
        """Return the rule with that id; raises UnknownRule, which suggests close ids."""
        if rule_id in self._rules:
            return self._rules[rule_id]
        close = get_close_matches(rule_id, self._rules, n=3)
        suggestion = f" Did you mean {' or '.join(close)}?" if close else ""
        raise UnknownRule(f"there is no rule {rule_id!r}.{suggestion} `wxconform list` shows them all.")


@cache
def load(folder: Path = _FOLDER) -> RuleBook:
    """Return the rules of every YAML file under *folder*, by default the rule book that comes with the suite.

    Each file is a list of rows and lies in the folder of its family. Raises RuleBookError for the first row that is wrong.
    """
    rules: dict[str, Rule] = {}
    places: dict[str, str] = {}
    for path in sorted(folder.rglob("*.yaml")):
        file = path.relative_to(folder.parent).as_posix()
        for number, row in enumerate(_rows(path, file), start=1):
            try:
                rule = _rule(row, path.parent.name, places)
            except RowError as error:
                raise RuleBookError(f"{file}, row {number} ({_name(row)}): {error}.") from error
            rules[rule.id] = rule
            places[rule.id] = f"{file}, row {number}"
    return RuleBook(rules.values())


def _rows(path: Path, file: str) -> list[Any]:
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - either way a safe loader
    except yaml.YAMLError as error:
        raise RuleBookError(f"{file} is not YAML: {error}") from error
    if not isinstance(rows, list):
        raise RuleBookError(f"{file} holds no list of rules; each begins with `- id: …`.")
    return rows


def _rule(row: object, family: str, places: Mapping[str, str]) -> Rule:
    rule = rule_from(row)
    if rule.id in places:
        raise RowError(f"the id is used already in {places[rule.id]}; ids are unique")
    if rule.family != family:
        raise RowError(f"a rule of the family {rule.family!r} stands in the folder {family!r}; move it, or correct its id")
    return rule


def _name(row: object) -> str:
    return str(row.get("id", "without id")) if isinstance(row, dict) else "not a mapping"
