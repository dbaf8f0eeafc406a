"""The event model: what a run says about itself, one event at a time.

`schema.json` beside this file is the same model for other people's tools. Texts a person reads travel inside the events, so a report
needs nothing but the stream. Moments (`at`) are RFC 3339 in UTC; durations are seconds.
"""

import json
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from reports.codec import dump, load
from reports.outcomes import Level, Outcome, Verdict

__all__ = [
    "EVENTS",
    "SCHEMA",
    "Asked",
    "CheckFinished",
    "Comparison",
    "Event",
    "Exchange",
    "Finding",
    "MachineCovered",
    "PhaseFinished",
    "Request",
    "Response",
    "Risk",
    "RuleJudged",
    "Run",
    "RunFinished",
    "RunStarted",
    "Seal",
    "Target",
    "Text",
    "Transition",
    "finding_id",
    "from_dict",
    "to_dict",
]

SCHEMA = "wxconform-run/1"


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in English and, where it is known, in Chinese."""

    en: str
    zh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Who is judged: the name a person typed, what kind of thing it is, and what it can do."""

    name: str
    kind: str
    base_url: str | None = None
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A risk that rules carry: its slug and how a person calls it."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The exact bytes that were sent; *url* is as it stood on the request line or with scheme and host before it."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The exact bytes that came back."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer; *response* is None where none came. *signed_string* is what the request's signature covers."""

    label: str
    at: str
    request: Request
    response: Response | None = None
    signed_string: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two strings that should be one, such as what a signature covers and what it must cover; *about* says which."""

    about: Text
    expected: bytes
    got: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """An event of a state machine and how often it was seen; *source* is "" where the event creates."""

    machine: str
    source: str
    event: str
    target: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How often a check asked an *operation*, ``FAMILY.OPERATION``, and was accepted or refused."""

    operation: str
    accepted: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One way in which a rule is broken, in its shortest form.

    *sentence* says what went wrong and *shortest* the minimal case, both in plain words. *diagnosis* explains it as far as the bytes do,
    and *compared* is its proof. *steps* is the journal `wxconform replay` reads; reports show it and never look inside.
    """

    id: str
    rule: str
    sentence: str
    shortest: str
    expected: str
    got: str
    diagnosis: Text | None = None
    compared: Comparison | None = None
    steps: tuple[Any, ...] = ()
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The header: what a person needs to repeat the run.

    *identity* holds masked ids only; *command* is one line for a shell; *risks* are in the order a reader should meet them, money first.
    """

    event: ClassVar[str] = "run.started"
    version: str
    target: Target
    profile: str
    seed: int
    command: str
    identity: Mapping[str, str]
    environment: Mapping[str, str]
    fault: str | None = None
    rules_glob: str | None = None
    risks: tuple[Risk, ...] = ()
    schema: str = SCHEMA
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFinished:
    """A part of the run is over: doctor, vectors, or a group of checks, whose figures are drawn from its checks."""

    event: ClassVar[str] = "phase.finished"
    name: str
    outcome: Outcome
    seconds: float
    detail: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinished:
    """One check is over. *check* is its pytest node id without the path prefix; *level* is the strictest of its rules'.

    *examples* counts drawn or listed cases, *exchanges* what was judged for them. *findings* holds every case of a finite list that failed,
    else at most one; *sample* is one exchange that passed; *transitions* are those seen on the way, *operations* what was asked.
    """

    event: ClassVar[str] = "check.finished"
    check: str
    title: str
    group: str
    rules: tuple[str, ...]
    outcome: Outcome
    level: Level
    seconds: float
    examples: int = 0
    exchanges: int = 0
    reason: str | None = None
    findings: tuple[Finding, ...] = ()
    sample: Exchange | None = None
    transitions: tuple[Transition, ...] = ()
    operations: tuple[Asked, ...] = ()
    at: str = ""

    @property
    def spoken_of(self) -> tuple[str, ...]:
        """The rules it was marked with, and those its findings turned out to be about."""
        return tuple(dict.fromkeys((*self.rules, *(finding.rule for finding in self.findings))))

    def outcome_for(self, rule: str) -> Outcome:
        """Return what this check says of one of its rules.

        A check that stopped at a finding about other rules never came to the end of *rule*, so it has not exercised it.
        """
        broken = self.outcome in (Outcome.VIOLATED, Outcome.ADVISORY, Outcome.WAIVED)
        if broken and self.findings and all(finding.rule != rule for finding in self.findings):
            return Outcome.NOT_EXERCISED
        return self.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleJudged:
    """The rule in words and what all its checks came to.

    *findings* are the ids of findings held by the checks; *reason* explains a gap, a doubt or a waiver.
    """

    event: ClassVar[str] = "rule.judged"
    rule: str
    level: Level
    risk: str
    title: Text
    consequence: Text
    source: str
    outcome: Outcome
    checks: tuple[str, ...] = ()
    reason: str | None = None
    findings: tuple[str, ...] = ()
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineCovered:
    """A state machine, and how often the run saw each of its transitions, those never seen included."""

    event: ClassVar[str] = "machine.covered"
    machine: str
    title: Text
    states: tuple[str, ...]
    terminal: tuple[str, ...]
    transitions: tuple[Transition, ...]
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What makes a later edit visible: how many lines stand above the footer, and the SHA-256 (hex) of their bytes."""

    lines: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The footer. *counts* are rules per outcome; the *seal* is set by the writer."""

    event: ClassVar[str] = "run.finished"
    verdict: Verdict
    sentence: Text
    exit_code: int
    counts: Mapping[Outcome, int]
    exchanges: int
    seconds: float
    seal: Seal | None = None
    at: str = ""


Event = RunStarted | PhaseFinished | CheckFinished | RuleJudged | MachineCovered | RunFinished

EVENTS: dict[str, type[Event]] = {
    kind.event: kind for kind in (RunStarted, PhaseFinished, CheckFinished, RuleJudged, MachineCovered, RunFinished)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stream as a whole. One without a footer is not complete: it crashed, was killed, or is still going."""

    started: RunStarted
    phases: tuple[PhaseFinished, ...] = ()
    checks: tuple[CheckFinished, ...] = ()
    rules: tuple[RuleJudged, ...] = ()
    machines: tuple[MachineCovered, ...] = ()
    finished: RunFinished | None = None

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return self.finished is not None


def to_dict(event: Event) -> dict[str, Any]:
    """Return the JSON object of *event*, its kind and moment first."""
    return {"event": event.event, "at": event.at, **dump(event)}


def from_dict(members: Mapping[str, Any]) -> Event:
    """Return the event of a JSON object that is valid under the schema."""
    return load(EVENTS[members["event"]], members)


def finding_id(rule: str, case: Any) -> str:
    """Return six Crockford base32 characters for *rule* broken by *case*, the same in every run.

    *case* is any JSON value without minted numbers, moments or signatures; those differ between runs.
    """
    canonical = json.dumps([rule, case], sort_keys=True, separators=(",", ":"), default=str)
    return b32encode(sha256(canonical.encode()).digest())[:6].decode().translate(_CROCKFORD)


_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
