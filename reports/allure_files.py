"""What stands beside the results in an Allure folder: how failures are sorted, and what was judged under which circumstances."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from reports.model import Exchange, Finding, Risk, RunStarted
from reports.outcomes import Outcome
from reports.plain import visible
from reports.words import OUTCOMES

__all__ = ["categories", "clear", "environment", "explained", "raw_request", "raw_response"]

_ID = "-".join("?" * length for length in (8, 4, 4, 4, 12))
_WRITTEN = tuple(f"{_ID}-{kind}" for kind in ("result.json", "container.json", "attachment.*", "globals.json"))
"""How allure-pytest names its files; what is called otherwise is somebody else's."""

_SKIPPED = (Outcome.ADVISORY, Outcome.WAIVED, Outcome.INCONCLUSIVE, Outcome.NOT_EXERCISED, Outcome.NOT_APPLICABLE)
_BROKEN = (Outcome.CONFIG, Outcome.HARNESS_ERROR)


def categories(risks: Iterable[Risk]) -> str:
    """Return categories.json: violations by what they put at stake, and every doubt by its kind.

    A result is told by how its message or its trace begins, so that nothing a target sends can sort it. The expressions mean the same in
    Java, which wants the whole text matched, and in JavaScript.
    """
    rows: list[dict[str, Any]] = [
        {
            "name": f"violated: {risk.title.en} · {risk.title.zh}",
            "matchedStatuses": ["failed"],
            "traceRegex": f"^risk +{risk.id}\\n[\\s\\S]*",
        }
        for risk in risks
    ]
    for status, outcomes in (("skipped", _SKIPPED), ("broken", _BROKEN)):
        for outcome in outcomes:
            name = f"{OUTCOMES[outcome].en} · {OUTCOMES[outcome].zh}"
            rows.append({"name": name, "matchedStatuses": [status], "messageRegex": f"^{outcome}: [\\s\\S]*"})
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def environment(started: RunStarted) -> str:
    """Return environment.properties: who was judged and how, in the escapes of that format, since some readers take it for Latin-1."""
    values = {
        "target": started.target.name,
        **({"url": started.target.base_url} if started.target.base_url else {}),
        "profile": started.profile,
        "seed": str(started.seed),
        **({"rules": started.rules_glob} if started.rules_glob else {}),
        **({"seeded fault": started.fault} if started.fault else {}),
        "command": started.command,
        "wxconform": started.version,
        **started.environment,
        **{f"identity {name}": value for name, value in started.identity.items()},
    }
    return "".join(f"{_property(name, ' =:#!')}={_property(value, '')}\n" for name, value in _lines(values))


def _lines(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        yield visible(name), " ".join(visible(value).split())


def _property(text: str, special: str) -> str:
    return "".join(_escape(character, special) for character in text)


def _escape(character: str, special: str) -> str:
    if character == "\\" or character in special:
        return f"\\{character}"
    if character.isascii():
        return character
    raw = character.encode("utf-16-be")
    return "".join(f"\\u{raw[at : at + 2].hex()}" for at in range(0, len(raw), 2))


def clear(folder: Path) -> None:
    """Remove the results of an earlier run from *folder* and leave everything else, the history among it."""
    for pattern in _WRITTEN:
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def explained(finding: Finding, risk: str) -> str:
    """Return *finding* in full, in plain words, with the commands that lead on."""
    rows = [
        ("risk", risk),
        ("rule", finding.rule),
        ("seen", finding.sentence),
        ("shortest", finding.shortest),
        ("expected", finding.expected),
        ("got", finding.got),
        ("diagnosis", finding.diagnosis.en if finding.diagnosis else ""),
        ("", finding.diagnosis.zh if finding.diagnosis else ""),
        ("again", f"wxconform replay {finding.id}"),
        ("why", f"wxconform explain {finding.rule}"),
    ]
    return visible("\n".join(f"{label:<11}{value}" for label, value in rows if value))


def raw_request(exchange: Exchange) -> bytes:
    """Return the request as it went: its line, its headers, its body."""
    request = exchange.request
    return _raw(f"{request.method} {request.url}", request.headers, request.body)


def raw_response(exchange: Exchange) -> bytes:
    """Return the answer as it came, or a line that says none came."""
    response = exchange.response
    return _raw(str(response.status), response.headers, response.body) if response else b"No answer came.\n"


def _raw(first: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    head = "".join(f"{line}\n" for line in (first, *(f"{name}: {value}" for name, value in headers)))
    return head.encode("utf-8", "replace") + b"\n" + body
