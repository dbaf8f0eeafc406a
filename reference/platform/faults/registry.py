"""The registry of seeded faults: small deviations of the reference platform, each breaking one rule."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TypeVar

from reference.platform.core import Platform

__all__ = ["SeededFault", "UnknownFault", "breaks", "find", "seeded_faults"]

_REGISTRY: dict[str, "SeededFault"] = {}
AnyPlatform = TypeVar("AnyPlatform", bound=type[Platform])


@dataclass(frozen=True)
class SeededFault:
    """A deviation: *rule* is the id of the rule it breaks, *says* what it does, *platform* the class that behaves so."""

    id: str
    rule: str
    says: str
    platform: type[Platform]


class UnknownFault(LookupError):  # noqa: N818 - names what is not there
    """There is no seeded fault of that name; the message suggests the nearest."""


def breaks(rule: str) -> Callable[[AnyPlatform], AnyPlatform]:
    """Register a platform class as the fault that breaks *rule*; its name in kebab case becomes the fault's id."""

    def register(platform: AnyPlatform) -> AnyPlatform:
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", platform.__name__).lower()
        if name in _REGISTRY:
            raise ValueError(f"two seeded faults are called {name}")
        if not platform.__doc__:
            raise ValueError(f"the seeded fault {name} has no docstring")
        _REGISTRY[name] = SeededFault(name, rule, platform.__doc__.strip().splitlines()[0], platform)
        return platform

    return register


@cache
def seeded_faults() -> Mapping[str, SeededFault]:
    """Return every seeded fault by id, in the order of modules and classes."""
    package = importlib.import_module("reference.platform.faults")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        importlib.import_module(f"reference.platform.faults.{module.name}")
    return _REGISTRY


def find(fault_id: str) -> SeededFault:
    """Return the fault of that id. Raises UnknownFault with the nearest names."""
    known = seeded_faults()
    if fault_id not in known:
        near = get_close_matches(fault_id, known, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`wxconform list --faults` shows them all."
        raise UnknownFault(f"There is no seeded fault {fault_id!r}. {hint}")
    return known[fault_id]
