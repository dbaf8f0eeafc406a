"""Private worlds of a served platform: each starts empty, with a clock that stands still, and nobody else moves it.

A run that judges a served platform opens one for each check. So it may let years pass, lose answers and limit rates
without disturbing anybody who uses the same server, and its verdict does not depend on who does.
"""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from reference.platform.control import Action
from reference.platform.control_asked import Asked, ControlError
from reference.platform.core import Platform
from reference.platform.v2 import CERTIFICATE_HEADER

__all__ = ["WORLD_HEADER", "Worlds"]

WORLD_HEADER = "Wxconform-World"
"""The request header that names the world meant; without it everybody shares one."""
_MOST = 64


class Worlds:
    """The world everybody shares, and the private ones. The least recently used of more than 64 private worlds is forgotten."""

    def __init__(self, shared: Platform) -> None:
        self.shared = shared
        self._private: OrderedDict[str, Platform] = OrderedDict()

    def find(self, name: str | None) -> Platform:
        """Return the world called *name*, the shared one for None. Raises ControlError when there is none of that name (any more)."""
        if name is None:
            return self.shared
        if name not in self._private:
            raise ControlError("NO_SUCH_WORLD", f"There is no world {name!r}, or it is closed. POST /_control/open-world makes one.")
        self._private.move_to_end(name)
        return self._private[name]

    def actions(self) -> Mapping[str, Action]:
        """Return what the control API offers about worlds."""
        return {
            "open-world": Action("POST", ("seed",), f"A private world, empty, at noon; name it in the header {WORLD_HEADER}.", self._open),
            "close-world": Action("POST", ("world",), "Forget a private world.", self._close),
        }

    def _open(self, _platform: Platform, asked: Asked) -> dict[str, Any]:
        shared = self.shared
        seed = asked.whole("seed") if asked.has("seed") else 0
        world = type(shared)(shared.identity, key_mode=shared.key_mode, seed=seed, base_url=shared.base_url)
        world.sandbox_deviations = shared.sandbox_deviations
        name = secrets.token_hex(8)
        self._private[name] = world
        if len(self._private) > _MOST:
            self._private.popitem(last=False)
        return {"world": name, "now": world.now(), "certificate_header": CERTIFICATE_HEADER}

    def _close(self, _platform: Platform, asked: Asked) -> dict[str, Any]:
        name = asked.text("world")
        return {"closed": self._private.pop(name, None) is not None}
