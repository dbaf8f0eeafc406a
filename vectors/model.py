"""What a vector file holds, as values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

__all__ = ["Key", "Keys", "Result", "Vector", "VectorFile", "VectorFileError"]

Result: TypeAlias = Literal["valid", "invalid", "acceptable"]


class VectorFileError(Exception):
    """A file of vectors or keys cannot be used.

    *path* is the file or folder; *member* names the place inside it, as ``vectors[3].inputs.op``, or is empty; *problem* says
    what is there and what was expected, *remedy* what to do.
    """

    def __init__(self, path: Path, problem: str, remedy: str, member: str = "") -> None:
        super().__init__(path, problem, remedy, member)
        self.path = path
        self.member = member
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.path}: {self.member}" if self.member else f"{self.path}"
        return f"{place}: {self.problem}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Key:
    """A test key: *pem* for a private key, a public key or a certificate, *secret* for a symmetric one."""

    name: str
    pem: str | None = None
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Keys(Mapping[str, Key]):
    """The keys of one ``keys.json`` by name."""

    path: Path
    by_name: Mapping[str, Key]

    def __getitem__(self, name: str) -> Key:
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)


@dataclass(frozen=True, slots=True)
class Vector:
    """One known answer. *inputs* names its operation as ``op``; *folder* is where its file lies, for files it refers to."""

    id: str
    scheme: str
    result: Result
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    key_material: Mapping[str, Any] | None
    flags: tuple[str, ...]
    source: str
    license: str
    verified_with: tuple[str, ...]
    notes: str
    folder: Path

    @property
    def op(self) -> str:
        """The operation the vector is about."""
        return str(self.inputs["op"])


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A file of vectors and the keys they refer to; *about* says in a sentence what the file settles."""

    path: Path
    about: str
    vectors: tuple[Vector, ...]
    keys: Keys
