"""How deep a run looks: examples per property, steps per walk."""

import gc
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.configuration import set_hypothesis_home_dir

from conformance.targets.verdicts import ConfigurationError

__all__ = ["PROFILES", "Profile", "apply", "most_cases", "require_profile", "spare_the_collector"]

_SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@dataclass(frozen=True)
class Profile:
    """The effort of a run: *examples* per property, *walks* of *steps* per state machine.

    Of a finite list at most so many *cases* are tried; None tries all.
    """

    name: str
    examples: int
    walks: int
    steps: int
    cases: int | None = None


PROFILES = {
    profile.name: profile for profile in (Profile("smoke", 3, 3, 12, 2), Profile("certify", 20, 50, 30), Profile("deep", 200, 400, 50))
}


def most_cases(profile: str, *, shared: bool = False) -> int | None:
    """Return how many cases of a finite list *profile* tries, None for all; at a target *shared* with others only `deep` tries many."""
    return PROFILES["smoke" if shared and profile != "deep" else profile].cases


def require_profile(name: str) -> None:
    """Raise ConfigurationError, naming those there are, unless there is a profile called *name*."""
    if name not in PROFILES:
        raise ConfigurationError(f"There is no profile {name!r}. Choose one of {', '.join(PROFILES)}.")


def spare_the_collector() -> None:
    """Let the garbage collector look less often, and not at what has been imported: hardly anything an exchange makes is cyclic."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def apply(profile: Profile, *, shrink: bool = True) -> None:
    """Make *profile* the settings of every property from now on. Without *shrink* the first failure ends a property."""
    # Hypothesis would otherwise leave a folder of caches wherever a person happens to stand.
    set_hypothesis_home_dir(Path(tempfile.gettempdir()) / f"wxconform-{os.getuid() if hasattr(os, 'getuid') else 'cache'}")
    phases = (Phase.explicit, Phase.generate, Phase.shrink) if shrink else (Phase.explicit, Phase.generate)
    settings.register_profile(
        "wxconform",
        max_examples=profile.examples,
        stateful_step_count=profile.steps,
        phases=phases,
        deadline=None,
        database=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.normal,
        suppress_health_check=_SLOW_IS_FINE,
    )
    settings.load_profile("wxconform")
