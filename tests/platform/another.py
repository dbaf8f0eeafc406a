"""Platforms that differ from the mock as the documents allow, and the checks that must hold on them all the same."""

from collections.abc import Callable, Sequence
from inspect import signature
from types import ModuleType

import pytest

from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.verdicts import NotApplicable
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.platform import Platform as ReferencePlatform

__all__ = ["Check", "another", "cases", "checks_of", "holds_or_skips"]

Check = Callable[..., None]


def another(kind: type[ReferencePlatform]) -> Platform:
    """Return a target around a platform of *kind*."""
    reference = kind()
    return Platform("another", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=0)


def cases(*judged: tuple[type[ReferencePlatform], Sequence[ModuleType]], drawn: bool = True) -> pytest.MarkDecorator:
    """Let a test take every check of every module on its kind of platform; without *drawn* only those that need nothing else."""
    return pytest.mark.parametrize(
        ("kind", "check"),
        [
            pytest.param(kind, check, id=f"{kind.__name__}-{check.__name__}")
            for kind, modules in judged
            for module in modules
            for check in checks_of(module)
            if drawn or tuple(signature(check).parameters) == ("platform",)
        ],
    )


def holds_or_skips(check: Check, platform: Platform) -> None:
    """Demand that *check* holds; where it does not apply, the test says so, for nothing was shown then."""
    try:
        check(platform=platform)
    except NotApplicable as missing:
        pytest.skip(str(missing))


def checks_of(module: ModuleType) -> list[Check]:
    """Every check of *module*."""
    return [check for name, check in vars(module).items() if name.startswith("test_")]
