"""Hold the oracles against known answers."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Literal, TypeAlias

from conformance.runner.answers import OPERATIONS, Answer, Case, Unavailable, Unsupported
from reference.oracles.aead import Apiv3KeyError, DecryptionError
from reference.oracles.authorization import MalformedAuthorization
from reference.oracles.oaep import PlaintextTooLongError
from reference.oracles.sm2 import SmUnavailable
from reference.oracles.v2 import MalformedXmlError, ReqInfoError, UnknownSignTypeError
from vectors import BUNDLED, Keys, Vector, VectorFile, load_file, load_folder

__all__ = ["FAILING", "FileResult", "Judged", "Outcome", "judge", "run_files"]

Outcome: TypeAlias = Literal["agrees", "mismatch", "acceptable", "unsupported", "unavailable"]

FAILING: Final[frozenset[Outcome]] = frozenset({"mismatch", "unsupported"})
"""Outcomes that fail a run: another answer, and an operation nobody answers."""

_REFUSALS: Final = (
    Apiv3KeyError,
    DecryptionError,
    MalformedAuthorization,
    MalformedXmlError,
    PlaintextTooLongError,
    ReqInfoError,
    UnknownSignTypeError,
)
_YES_OR_NO: Final = frozenset({"error", "verified", "match"})
_DIFFERS: Final = "_differs_from"
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Judged:
    """A vector and what became of it.

    *outcome* is `acceptable` where sources disagree, `unsupported` where no oracle answers, `unavailable` where a file or
    an optional package is missing here. *expected* and *got* say in words what the vector demands and what the oracles do.
    """

    vector: Vector
    outcome: Outcome
    expected: str
    got: str

    @property
    def fails(self) -> bool:
        """Whether this fails a run."""
        return self.outcome in FAILING


@dataclass(frozen=True, slots=True)
class FileResult:
    """A file and what became of each of its vectors, in the order of the file."""

    file: VectorFile
    judged: tuple[Judged, ...]

    @property
    def counts(self) -> Counter[Outcome]:
        """How often each outcome occurred."""
        return Counter(each.outcome for each in self.judged)


def run_files(paths: Sequence[str | Path] = ()) -> Iterator[FileResult]:
    """Judge every vector of the files and folders in *paths*, or of the bundled folder; file by file.

    Every file is read before the first is judged. Raises VectorFileError.
    """
    chosen = [Path(path) for path in paths] or [BUNDLED]
    files = list(chain.from_iterable(load_folder(path) if path.is_dir() else (load_file(path),) for path in chosen))
    return (FileResult(file, tuple(judge(vector, file.keys) for vector in file.vectors)) for file in files)


def judge(vector: Vector, keys: Keys) -> Judged:
    """Answer *vector* with the oracles and compare.

    valid: every member of ``expected`` must come out the same, and what is verified must verify. invalid: it must be
    refused, not verified, or come out otherwise. acceptable: either way is right.
    """
    operation = OPERATIONS.get((vector.scheme, vector.op))
    if operation is None:
        return Judged(vector, "unsupported", _told(vector.expected), f"no oracle answers the operation {vector.op!r} of {vector.scheme!r}")
    try:
        answer = operation(Case(vector, keys))
    except Unsupported as error:
        return Judged(vector, "unsupported", _told(vector.expected), f"no oracle answers it: {error}")
    except (Unavailable, SmUnavailable) as error:
        return Judged(vector, "unavailable", _told(vector.expected), str(error))
    except _REFUSALS as error:
        answer = Answer.refused(str(error))
    if vector.result == "acceptable":
        return Judged(vector, "acceptable", "either way", _described(answer))
    agrees = _reproduces(vector.expected, answer) if vector.result == "valid" else _rejects(vector.expected, answer)
    return Judged(vector, "agrees" if agrees else "mismatch", *_compared(vector, answer))


def _reproduces(expected: Mapping[str, object], answer: Answer) -> bool:
    return answer.holds is not False and not answer.in_doubt and not _differing(expected, answer)


def _rejects(expected: Mapping[str, object], answer: Answer) -> bool:
    if answer.in_doubt or answer.holds:
        return False
    demands = {name: value for name, value in expected.items() if name in _YES_OR_NO}
    if answer.holds is False:
        return not any(_unlike(value, answer.members[name]) for name, value in demands.items() if name in answer.members)
    # Nothing was refused, so the vector must be about a value that is not the right one.
    claims = {name.removesuffix(_DIFFERS): value for name, value in expected.items()}
    return not demands and bool(_differing(claims, answer))


def _differing(expected: Mapping[str, object], answer: Answer) -> list[str]:
    return [name for name, value in expected.items() if name not in answer.members or _unlike(value, answer.members[name])]


def _unlike(one: object, other: object) -> bool:
    # As JSON: in Python, True equals 1.
    return json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True)


def _compared(vector: Vector, answer: Answer) -> tuple[str, str]:
    if vector.result == "invalid":
        return f"refused ({_told(vector.expected)})", _described(answer)
    names = _differing(vector.expected, answer)
    if answer.holds is False or answer.in_doubt or not names:
        return _told(vector.expected) or "accepted", _described(answer)
    expected, got = [], []
    for name in names:
        wanted, found = json.dumps(vector.expected[name]), json.dumps(answer.members[name]) if name in answer.members else "nothing"
        alike = next((place for place, (one, other) in enumerate(zip(wanted, found, strict=False)) if one != other), 0)
        start = max(0, alike - _SHOWN // 3)
        expected.append(f"{name} {_clipped(wanted, start)}")
        got.append(f"{name} {_clipped(found, start)}")
    return ", ".join(expected), ", ".join(got)


def _described(answer: Answer) -> str:
    if answer.in_doubt:
        return f"in doubt: {answer.reason}"
    if answer.holds is None:
        return _told(answer.members)
    # The first member is the verdict itself; what else was read on the way explains nothing.
    verdict = "refused" if "error" in answer.members else _told(dict([next(iter(answer.members.items()))]))
    return f"{verdict}: {answer.reason}" if answer.reason else verdict


def _told(members: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {_clipped(json.dumps(value), 0)}" for name, value in members.items())


def _clipped(text: str, start: int) -> str:
    if len(text) <= _SHOWN:
        return text
    part = text[start : start + _SHOWN]
    return ("..." if start else "") + part + ("..." if start + _SHOWN < len(text) else "")
