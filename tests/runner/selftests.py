"""Judge seeded faults through the plugin, in a process of its own, and look at what its checks say."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from reports.model import CheckFinished, from_dict

__all__ = ["judged"]

_SCRIPT = """
import json, sys
from conformance.commands.pytest_run import run_checks
from reports.model import to_dict
_, session = run_checks(sys.argv[1:], quiet=True)
json.dump([(fault, to_dict(check)) for check, fault in session.judged], open("judged.json", "w"), default=str)
"""


def judged(folder: Path, *options: str, faults: Sequence[str] = ()) -> Mapping[str | None, list[CheckFinished]]:
    """Return what every check said, by the fault that was seeded for it; without *faults* one plain run is made."""
    if faults:
        (folder / "faults.txt").write_text("\n".join(faults), encoding="utf-8")
        options = (*options, "--selftest", "--seeded", "faults.txt")
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, "--profile", "smoke", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str | None, list[CheckFinished]] = {}
    events: list[tuple[str | None, dict[str, Any]]] = json.loads((folder / "judged.json").read_text(encoding="utf-8"))
    for fault, event in events:
        said.setdefault(fault, []).append(cast("CheckFinished", from_dict(event)))
    return said
