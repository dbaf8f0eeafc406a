"""The operations the suite sets out to cover: one row for each link of the documents the project was ordered from.

A row is there whether the contract describes its operation yet or not, so what is missing can be counted.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from reference.contract.loader import described, load
from reference.contract.model import Operation

__all__ = ["FAMILIES", "Row", "operations_by_row", "rows"]

FAMILIES: Final = ("v2", "v3", "global", "gateway")
"""The four protocol families, in the order of the suite's growth."""
_PARAMETER: Final = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Row:
    """One operation of the plan: document and *row* it was ordered by, its family and mode, method and path, and its Chinese title."""

    row: str
    family: str
    mode: str
    method: str
    path: str
    title: str


@cache
def rows() -> tuple[Row, ...]:
    """Return every row, in the order of the documents."""
    with files("reference.contract").joinpath("rows.csv").open(encoding="utf-8") as lines:
        return tuple(Row(**columns) for columns in csv.DictReader(lines))


@cache
def operations_by_row() -> Mapping[Row, Operation | None]:
    """Return every row with the operation of the contract that answers it, None where there is none yet."""
    known = {(family, *_place(each.method, each.path)): each for family in described() for each in load(family).operations.values()}
    return {row: known.get((row.family, *_place(row.method, row.path))) for row in rows()}


def _place(method: str, path: str) -> tuple[str, str]:
    """Method and path without the names of its parameters, which documents choose freely."""
    return method, _PARAMETER.sub("{}", path)
