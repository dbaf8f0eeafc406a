"""The target `sandbox`: whose credentials it is asked with, where it is, how gently, and what is said of it in the end."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from conformance.runner.config import FILE, TargetSettings
from conformance.runner.opening import SANDBOX, Opened, is_live, split_url
from conformance.runner.sandbox_doctor import examine_sandbox
from conformance.runner.symptoms import Symptom
from conformance.targets.http_transport import HttpTransport
from conformance.targets.pacing import Lane
from conformance.targets.sandbox_platform import SandboxPlatform
from conformance.targets.v2.noticed import Noticed
from conformance.targets.v2.sandbox import SandboxKeys
from conformance.targets.verdicts import ConfigurationError
from reference.identity import Identity, IdentityError, Merchant, PlatformKeys, read
from reference.identity.folder import require_apiv2_key
from reference.platform.v2.deviations import DEVIATIONS
from reports.model import PhaseFinished
from reports.outcomes import Outcome

__all__ = ["REAL", "open_sandbox"]

REAL: Final = "https://api.mch.weixin.qq.com"
"""Where the official sandbox is. Only the target of this name goes there, and only below /xdc/."""
_VARIABLES: Final[Mapping[str, str]] = {
    "mchid": "WXCONFORM_SANDBOX_MCHID",
    "apiv2_key": "WXCONFORM_SANDBOX_KEY",
    "appid": "WXCONFORM_SANDBOX_APPID",
    "url": "WXCONFORM_SANDBOX_URL",
    "ca": "WXCONFORM_SANDBOX_CA",
    "pace": "WXCONFORM_SANDBOX_PACE",
    "budget": "WXCONFORM_SANDBOX_BUDGET",
}
_ANY_APPID: Final = "wx0000000000000000"
"""The sandbox takes any."""
_PACE: Final = 1.0
_BUDGET: Final = 300


@dataclass(frozen=True)
class _Shared:
    """What every check of every run of this process shares about one sandbox."""

    lane: Lane
    keys: SandboxKeys
    noticed: Noticed


def open_sandbox(identity_folder: str | None, settings: TargetSettings | None, ca: str | None) -> Opened:
    """Open the sandbox: credentials from *identity_folder*, else the environment, else *settings*. Raises ConfigurationError."""
    values = dict(settings.values) if settings is not None else {}
    if "ca" in values and settings is not None:
        values["ca"] = str(settings.path("ca"))
    values |= {name: os.environ[variable] for name, variable in _VARIABLES.items() if os.environ.get(variable)}
    merchant = _merchant(identity_folder, values)
    identity = Identity(SANDBOX, merchant, PlatformKeys(()))
    url = _url(str(values.get("url", REAL)))
    pace, budget = _number(values, "pace", _PACE), _number(values, "budget", _BUDGET)
    shared = _shared(url, merchant.mchid, merchant.apiv2_key or "", pace, int(budget))
    trusted = ca or values.get("ca")
    secure = None if trusted is None else Path(trusted)

    def make(_seed: int, _fault: str | None) -> SandboxPlatform:
        return SandboxPlatform(SANDBOX, identity, HttpTransport(url, ca=secure), lane=shared.lane, keys=shared.keys, noticed=shared.noticed)

    def examine() -> Iterator[Symptom]:
        platform = make(0, None)
        try:
            yield from examine_sandbox(platform, url)
        finally:
            platform.close_connections()

    return Opened(SANDBOX, "platform", identity, url, make, examine, partial(_said, shared), shared=True)


@cache
def _shared(_url: str, _mchid: str, _key: str, pace: float, budget: int) -> _Shared:
    """Return what is shared about one sandbox: a run opens its target more than once, and must not ask for a key each time."""
    return _Shared(Lane(pace, budget), SandboxKeys(), Noticed())


def _merchant(identity_folder: str | None, values: Mapping[str, Any]) -> Merchant:
    try:
        if identity_folder is not None:
            known = read(Path(identity_folder)).merchant
            values = {**values, "mchid": known.mchid, "apiv2_key": known.apiv2_key, "appid": known.appid}
        missing = [name for name in ("mchid", "apiv2_key") if not values.get(name)]
        if missing:
            raise ConfigurationError(
                f"The sandbox is asked with a merchant's own credentials; missing: {' and '.join(missing)}.\n"
                f"Set {' and '.join(_VARIABLES[name] for name in missing)}, or write {' and '.join(missing)} into "
                f"[targets.{SANDBOX}] in {FILE}. The key is the APIv2 key of the real account; APIv3 keys are not needed."
            )
        key = require_apiv2_key(f"{_VARIABLES['apiv2_key']} (apiv2_key in [targets.{SANDBOX}])", str(values["apiv2_key"]))
    except IdentityError as error:
        raise ConfigurationError(str(error)) from error
    return Merchant(str(values["mchid"]), str(values.get("appid") or _ANY_APPID), "", (), "", apiv2_key=key)


def _url(url: str) -> str:
    parts = split_url(url)
    if parts is None:
        raise ConfigurationError(
            f"{_VARIABLES['url']} (url in [targets.{SANDBOX}]) is {url!r}, which is no URL. "
            f"Leave it out for the official sandbox, or name an imitation such as http://127.0.0.1:8080."
        )
    base = f"{parts.scheme}://{parts.netloc}"
    if is_live(parts) and base != REAL:
        raise ConfigurationError(
            f"{base} is a live host, and not the one the official sandbox is at. Leave the URL out: {REAL} is the default."
        )
    return base


def _number(values: Mapping[str, Any], name: str, default: float) -> float:
    given = values.get(name, default)
    try:
        number = float(given) if not isinstance(given, bool) else -1.0
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < float("inf"):
        what = "seconds between requests, 0 for an imitation" if name == "pace" else "requests a run may send, such as 200"
        raise ConfigurationError(f"{_VARIABLES[name]} ({name} in [targets.{SANDBOX}]) is {given!r}; expected a number: {what}.")
    return number


def _said(shared: _Shared) -> list[PhaseFinished]:
    """What a run says of the sandbox besides its rules: how much was asked, which deviations showed, what its cases answered."""
    lane, noticed = shared.lane, shared.noticed
    if not lane.spent:
        return []
    away = f", {lane.turned_away} turned away" if lane.turned_away else ""
    said = [PhaseFinished(name="sandbox", outcome=Outcome.PASSED, detail=f"{lane.spent} of {lane.budget} requests{away}", seconds=0.0)]
    for name in DEVIATIONS:
        if noticed.shown[name]:
            said.append(PhaseFinished(name="known", outcome=Outcome.PASSED, detail=name, seconds=0.0))
        elif noticed.mended[name]:
            said.append(PhaseFinished(name="mended", outcome=Outcome.ADVISORY, detail=name, seconds=0.0))
    for case, answer in noticed.cases.items():
        said.append(PhaseFinished(name="case", outcome=Outcome.PASSED, detail=f"{case}: {answer}", seconds=0.0))
    return said
