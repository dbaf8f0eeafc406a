"""What the control API does to the sandbox of APIv2: how many requests it takes, and in what it is as odd as the real one."""

from collections.abc import Mapping
from typing import Any, Final

from reference.platform.control import Action
from reference.platform.control_asked import Asked, ControlError
from reference.platform.core import Platform
from reference.platform.v2 import deviations_named

__all__ = ["SANDBOX_ACTIONS"]


def _shown(platform: Platform, _asked: Asked) -> dict[str, Any]:
    return {"per_second": platform.sandbox_limit, "deviations": sorted(platform.sandbox_deviations)}


def _limit(platform: Platform, asked: Asked) -> dict[str, Any]:
    platform.sandbox_limit = asked.whole_or_null("per_second")
    return _shown(platform, asked)


def _deviate(platform: Platform, asked: Asked) -> dict[str, Any]:
    try:
        platform.sandbox_deviations = deviations_named(asked.text("deviations"))
    except ValueError as error:
        raise ControlError("BAD_MEMBER", str(error)) from None
    return _shown(platform, asked)


SANDBOX_ACTIONS: Final[Mapping[str, Action]] = {
    "sandbox": Action("GET", (), "The limit of the sandbox of APIv2, and its deviations.", _shown),
    "sandbox-limit": Action("POST", ("per_second",), "Requests a second the sandbox of APIv2 takes; null lifts the limit.", _limit),
    "sandbox-deviations": Action(
        "POST", ("deviations",), "In what the sandbox is as odd as the real one: `all`, `none`, or names with commas.", _deviate
    ),
}
"""Each by its name, as those of `reference.platform.control`."""
