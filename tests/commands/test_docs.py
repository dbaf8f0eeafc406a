"""The guides say what is so: their workflows can be read, their tables are those of the code, their commands exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.cli import main
from conformance.fuzzing.judging_v2 import RULES_V2
from conformance.runner.sandbox import _VARIABLES, REAL
from reference.machines import MACHINES
from reference.platform.control import ACTIONS
from reference.platform.control_sandbox import SANDBOX_ACTIONS
from reference.platform.v2.deviations import CASES, DEVIATIONS

_DOCS = Path(__file__).parents[2] / "docs"
_NAMES = ("ci.md", "coverage.md", "fuzz.md", "sandbox.md", "serve.md")
_GUIDES = (*_NAMES, *(f"zh/{name}" for name in _NAMES))


def _text(name: str) -> str:
    return (_DOCS / name).read_text(encoding="utf-8")


def _workflows(name: str) -> list[dict[Any, Any]]:
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", _text(name), re.DOTALL)]


@pytest.mark.parametrize("name", ["ci.md", "zh/ci.md"])
def test_the_workflows_can_be_read(name: str) -> None:
    """Each guide holds the same two workflows; only the nightly one is given secrets, and those are the variables that are read."""
    requests, nightly = _workflows(name)

    # YAML 1.1 reads the key `on` as a truth.
    assert requests[True] == "pull_request"
    assert "schedule" in nightly[True]
    (given,) = [step["env"] for step in nightly["jobs"]["sandbox"]["steps"] if "env" in step]
    assert set(given) == {_VARIABLES["mchid"], _VARIABLES["apiv2_key"]}
    assert all(value == f"${{{{ secrets.{variable} }}}}" for variable, value in given.items())
    assert "secrets." not in str(requests)
    assert [job.keys() for job in (requests["jobs"]["conformance"], nightly["jobs"]["sandbox"])] == [
        {"runs-on", "timeout-minutes", "steps"} for _ in range(2)
    ]


def test_both_languages_hold_the_same_workflows() -> None:
    """What is run is the same in both guides."""

    def ran(name: str) -> list[str]:
        steps = [step for workflow in _workflows(name) for job in workflow["jobs"].values() for step in job["steps"]]
        return [
            word for step in steps for word in re.findall(r"wxconform [\w ./:-]+", step.get("run", "")) if "identity test/keys`" not in word
        ]

    english, chinese = ran("ci.md"), ran("zh/ci.md")
    assert [word for word in english if " run " in word] == [word for word in chinese if " run " in word] != []


def test_the_table_of_deviations_is_that_of_the_code() -> None:
    """Every known deviation stands in both guides, in English with exactly the sentences of the table, and nothing else does."""
    rows = {row[0].strip("`"): row[1:] for row in _rows("sandbox.md", 4)}
    for name, known in DEVIATIONS.items():
        assert rows[name] == [known.does, known.demand, known.source]
        assert f"| `{name}` |" in _text("zh/sandbox.md")
    for guide in ("sandbox.md", "zh/sandbox.md"):
        named = {row[0].strip("`") for row in _rows(guide, 4) if row[0].startswith("`")}
        assert named == set(DEVIATIONS)


@pytest.mark.parametrize("name", ["sandbox.md", "zh/sandbox.md"])
def test_the_settings_are_those_of_the_code(name: str) -> None:
    """Every variable, the official address and every case stand in the guide."""
    text = _text(name)
    settings = {row[0].strip("`"): row[1].strip("`") for row in _rows(name, 3) if row[1].startswith("`WXCONFORM")}
    assert settings == dict(_VARIABLES)
    assert f"`{REAL}`" in text
    assert all(f"`{case}`" in text for case in CASES)


@pytest.mark.parametrize("name", _GUIDES)
def test_every_option_exists(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The options the guides give to a command are options of that command."""
    found = re.findall(r"wxconform (run|serve|doctor|identity|fuzz|replay|coverage)\b([^`\n|&]*)", _text(name))
    wanted = {(command, option) for command, rest in found for option in re.findall(r"--[a-z-]+", rest)}
    for command in {command for command, _ in wanted}:
        with pytest.raises(SystemExit):
            main([command, "--help"])
        told = capsys.readouterr().out
        assert all(option in told for which, option in wanted if which == command), (command, wanted)


@pytest.mark.parametrize("name", ["serve.md", "zh/serve.md"])
def test_the_control_api_is_that_of_the_code(name: str) -> None:
    """Every action stands in the guide, and every machine with what `let` does to it."""
    text = _text(name)
    assert [action for action in (*ACTIONS, *SANDBOX_ACTIONS, "open-world", "close-world", "notify") if f"`{action}`" not in text] == []

    told: dict[str, str] = {}
    machine = ""
    for row in _rows(name, 4):
        machine = row[0].strip("`") or machine
        told[machine] = told.get(machine, "") + row[2]
    for known in MACHINES.values():
        # The end of a sharing follows from its shares, and is not brought about alone.
        events = [event.name for event in known.events.values() if event.by != "merchant" and event.name != "conclude"]
        assert [event for event in events if f"`{event}`" not in told[known.name]] == []


@pytest.mark.parametrize("name", ["fuzz.md", "zh/fuzz.md"])
def test_the_rules_of_fuzzing_are_those_of_the_code(name: str) -> None:
    """The rules drawn requests of APIv2 are judged by are those the guide lists."""
    listed = {row[0].strip("`") for row in _rows(name, 2) if row[0].startswith("`v2.")}
    assert listed == set(RULES_V2)


@pytest.mark.parametrize("name", ["coverage.md", "fuzz.md", "sandbox.md", "serve.md"])
def test_both_languages_type_the_same(name: str) -> None:
    """What a guide says to type is the same in English and in Chinese, comments apart."""

    def typed(guide: str) -> list[str]:
        blocks = re.findall(r"^```(\w*)\n(.*?)^```", _text(guide), re.DOTALL | re.MULTILINE)
        return [re.sub(r"\s+#.*", "", line) for language, block in blocks if not language for line in block.splitlines()]

    assert typed(name) == typed(f"zh/{name}") != []


def _rows(name: str, columns: int) -> list[list[str]]:
    """The rows of tables with so many columns."""
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in _text(name).splitlines() if line.startswith("|")]
    return [row for row in cells if len(row) == columns]
