"""Send a finding's case again: the same payloads, signed anew, with the same mistakes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.targets.answer import Answer
from conformance.targets.exchange import Exchange
from conformance.targets.journal import Renaming, signing_from, wire_from
from conformance.targets.platform import Platform
from conformance.targets.signer import authorize
from conformance.targets.v2.journal import FAMILY, again_v2
from conformance.targets.verdicts import ConfigurationError
from reference.identity import Merchant, stranger
from reference.oracles.v2_result import classify
from reports.errors import StreamError
from reports.model import Finding, Run
from reports.stream import read

__all__ = ["Replayed", "find", "holds", "replay"]


@dataclass(frozen=True)
class Replayed:
    """One step taken again: what was answered then and now; None for something done to the world."""

    label: str
    then: str | None
    now: str | None

    @property
    def same(self) -> bool:
        """Whether the answers have the same status and error code."""
        return self.then == self.now


def find(folder: Path, finding_id: str) -> tuple[Run, Finding]:
    """Return the finding of that id in the run kept in *folder*. Raises ConfigurationError."""
    try:
        run = read(folder / "run.ndjson")
    except StreamError as error:
        raise ConfigurationError(f"{error}\nRun `wxconform run` first, or name the folder of a run with --report.") from error
    found = {finding.id: finding for check in run.checks for finding in check.findings}
    if finding_id not in found:
        known = f"It holds {', '.join(sorted(found)[:8])}." if found else "That run has no findings."
        raise ConfigurationError(f"There is no finding {finding_id!r} in {folder / 'run.ndjson'}. {known}")
    return run, found[finding_id]


def holds(folder: Path, finding_id: str) -> bool:
    """Tell whether the run kept in *folder* has a finding of that id."""
    try:
        return find(folder, finding_id) is not None
    except ConfigurationError:
        return False


def replay(finding: Finding, platform: Platform) -> list[Replayed]:
    """Take every step of *finding* again on *platform*, which may be another one than then."""
    names = Renaming()
    taken = []
    for step in finding.steps:
        if step["kind"] == "numbers":
            for number in step["minted"]:
                names.add(number, _alike(number, platform))
        elif step["kind"] == "send":
            reply = _send(step, platform, names).reply
            then, now = (
                _summary(step["reply"]["status"], step["reply"]["body"]),
                _summary(reply.status, reply.body.decode("utf-8", "replace")),
            )
            taken.append(Replayed(step["label"], then, now))
            names.learn(step["reply"]["body"], reply.body)
        else:
            _act(step, platform, names)
            taken.append(Replayed(step["kind"].replace("_", " "), None, None))
    return taken


def _alike(number: str, platform: Platform) -> str:
    fresh = platform.mint.number()
    return fresh[-len(number) :].rjust(len(number), "0") if len(number) > 6 else number


def _send(step: Mapping[str, Any], platform: Platform, names: Renaming) -> Exchange:
    if step["signing"].get("family") == FAMILY:
        key = platform.sandbox.key(_merchant(step["signing"]["mch_id"], platform)) if step["signing"].get("sandbox") else None
        wire, made = again_v2(step["signing"], step["wire"], platform.identity, names, platform.mint.nonce_str(), key)
        return platform.carry(step["label"], wire, made)
    signing = signing_from(step["signing"], platform.identity, names, platform.now(), platform.mint.nonce_str(), stranger())
    _, value = authorize(signing)
    return platform.send_again(wire_from(step["wire"], names, value), signing, step["label"]).exchange


def _merchant(mch_id: str, platform: Platform) -> Merchant:
    return next((merchant for merchant in platform.identity.merchants if merchant.mchid == mch_id), platform.merchant())


def _act(step: Mapping[str, Any], platform: Platform, names: Renaming) -> None:
    values = {name: names.text(value) if isinstance(value, str) else value for name, value in step.items() if name != "kind"}
    platform.needs(*platform.power_of(step["kind"]))
    assert platform.world is not None  # no power without a world
    action: Callable[..., object] = getattr(platform.world, step["kind"])
    action(**values)


def _summary(status: int, body: Any) -> str:
    code = Answer.code_in(body) or _said(body)
    return f"{status} {code}" if code else str(status)


def _said(body: Any) -> str | None:
    """What an APIv2 answer comes down to; None for what is none."""
    if not isinstance(body, str) or not body.startswith("<"):
        return None
    result = classify(body.encode())
    return result.code or result.verdict
