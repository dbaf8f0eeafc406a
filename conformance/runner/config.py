"""``wxconform.toml``: targets with names, and where their keys are. What it waives is read in `waivers`."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.targets.verdicts import ConfigurationError

__all__ = ["FILE", "TargetSettings", "read_settings", "read_toml"]

FILE = "wxconform.toml"
_KNOWN = {
    "url",
    "ca",
    "identity",
    "mchid",
    "appid",
    "openid",
    "payer_name",
    "merchant_key",
    "merchant_cert",
    "apiv3_key",
    "apiv2_key",
    "platform_certs",
    "platform_public_key",
    "platform_public_key_id",
    "pace",
    "budget",
}
_NUMBERS = {"pace", "budget"}


@dataclass(frozen=True)
class TargetSettings:
    """One ``[targets.NAME]`` section: *values* with ``env:`` and ``file:`` resolved; relative paths start at *folder*."""

    name: str
    folder: Path
    values: Mapping[str, Any] = field(default_factory=dict)

    def path(self, key: str) -> Path:
        """Return a value as a path."""
        return self.folder / str(self.values[key])


def read_settings(name: str, file: Path) -> TargetSettings | None:
    """Return the section of the target called *name*, or None when *file* does not exist or has no such section.

    Raises ConfigurationError for a file that is not TOML, an unknown member, or a value that cannot be resolved.
    """
    content = read_toml(file)
    if content is None:
        return None
    targets = content.get("targets", {})
    if not isinstance(targets, dict) or not all(isinstance(section, dict) for section in targets.values()):
        raise ConfigurationError(f"[targets] in {file} is not a table of targets. Write a section such as [targets.shop].")
    section = targets.get(name)
    if section is None:
        return None
    unknown = sorted(section.keys() - _KNOWN)
    if unknown:
        raise ConfigurationError(
            f"[targets.{name}] in {file} has a member {unknown[0]!r} that means nothing.\nKnown members: {', '.join(sorted(_KNOWN))}."
        )
    folder = file.resolve().parent
    values = {
        # Whoever reads a number says what is wrong with it.
        key: value if key in _NUMBERS and not isinstance(value, str) else _resolved(f"{key} in [targets.{name}]", value, folder)
        for key, value in section.items()
    }
    return TargetSettings(name, folder, values)


def read_toml(file: Path) -> dict[str, Any] | None:
    """Return what *file* holds, or None when it does not exist. Raises ConfigurationError for a file that is not TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as TOML: {error}.\nCorrect that line, or move the file away to judge without it."
        ) from error


def _resolved(where: str, value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_resolved(where, item, folder) for item in value]
    if not isinstance(value, str):
        raise ConfigurationError(f"{where} is {value!r}; a text was expected.")
    kind, _, rest = value.partition(":")
    if kind == "env":
        if rest not in os.environ:
            raise ConfigurationError(
                f"{where} is to be taken from the environment variable {rest}, which is not set. Set it, or write the value another way."
            )
        return os.environ[rest]
    if kind == "file":
        try:
            return (folder / rest).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{where} is to be read from {folder / rest}, which cannot be read: {error}.") from error
    return value
