"""From what a person typed to a target that can be talked to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from conformance.runner.config import FILE, read_settings
from conformance.runner.identities import identity_for
from conformance.runner.symptoms import Symptom
from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.verdicts import ConfigurationError
from conformance.targets.world import DirectWorld
from reference.identity import Identity
from reference.platform import Platform as ReferencePlatform
from reference.platform.faults import find
from reports.model import PhaseFinished

__all__ = ["SANDBOX", "Opened", "is_live", "open_target", "split_url"]

SANDBOX = "sandbox"
"""The target that is the sandbox of APIv2."""

_LIVE = ("weixin.qq.com", "wechatpay.cn", "tenpay.com")


@dataclass(frozen=True)
class Opened:
    """A target ready to be judged; *make* gives each check a platform: (seed, seeded fault) -> Platform.

    *examine* is the doctor's way to look at it, if it is not the usual one. *noticed* gives what is to be said of it once the checks are
    through. One that is *shared* with others takes one check at a time, and no fuzzing.
    """

    name: str
    kind: str
    identity: Identity
    base_url: str | None
    make: Callable[[int, str | None], Platform]
    examine: Callable[[], Iterator[Symptom]] | None = None
    noticed: Callable[[], Sequence[PhaseFinished]] = tuple
    shared: bool = False

    def platform(self, seed: int, fault: str | None) -> Platform:
        """Return the platform for one check."""
        return self.make(seed, fault)


def open_target(name: str, identity_folder: str | None, fault: str | None, *, ca: str | None = None, config: Path = Path(FILE)) -> Opened:
    """Open the target called *name*: `mock`, `sandbox`, a URL, or a section of wxconform.toml. *ca* is the file of whom to trust there.

    Raises ConfigurationError for a person's mistake, Inconclusive (Unreachable) for a platform that does not answer.
    """
    if fault is not None and name != "mock":
        raise ConfigurationError(f"A fault can only be seeded into the mock, not into {name}. Leave --fault out, or judge `mock`.")
    settings = read_settings(name, config)
    if name == SANDBOX:
        from conformance.runner.sandbox import open_sandbox  # noqa: PLC0415 - an HTTP client takes long to import

        return open_sandbox(identity_folder, settings, ca)
    identity = identity_for(identity_folder, settings)
    if name == "mock":
        if fault is not None:
            find(fault)
        return Opened(name, "platform", identity, None, lambda seed, wanted: _mock(identity, seed, wanted))
    url = str(settings.values.get("url", "")) if settings is not None else name
    base_url = _base_url(name, url)
    trusted = Path(ca) if ca else settings.path("ca") if settings is not None and "ca" in settings.values else None
    # Importing an HTTP client takes longer than all else a run against the mock needs.
    from conformance.runner.remote import remote  # noqa: PLC0415

    return Opened(name, "platform", identity, base_url, remote(name, base_url, identity, trusted))


def _base_url(name: str, url: str) -> str:
    parts = split_url(url)
    if parts is None:
        raise ConfigurationError(
            f"There is no target {name!r}. A target is `mock`, `sandbox`, the URL of a platform such as http://127.0.0.1:8080, "
            f"or a [targets.{name}] section with a url in {FILE}."
        )
    if is_live(parts):
        raise ConfigurationError(
            f"{parts.hostname} is the live platform, where every order is real. "
            "This version judges only mocks and other platforms without money in them."
        )
    return f"{parts.scheme}://{parts.netloc}"


def split_url(url: str) -> SplitResult | None:
    """Return the parts of *url*, or None when it is none of HTTP, or host or port are none."""
    try:
        parts = urlsplit(url)
        usable = parts.port != 0 and parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    return parts if usable else None


def is_live(parts: SplitResult) -> bool:
    """Tell whether a URL leads to where money is real."""
    return (parts.hostname or "").rstrip(".").endswith(_LIVE)


def _mock(identity: Identity, seed: int, fault: str | None) -> Platform:
    kind = ReferencePlatform if fault is None else find(fault).platform
    platform = kind(identity, seed=seed)
    return Platform("mock", identity, DirectTransport(platform), world=DirectWorld(platform), seed=seed)
