"""``wxconform vectors``: hold the oracles against known answers, ours or anybody's."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from conformance.runner.known_answers import FileResult, Judged, Outcome, run_files
from vectors import VectorFileError

__all__ = ["main"]

_WORDS: Final[dict[Outcome, str]] = {
    "agrees": "agree",
    "acceptable": "acceptable",
    "unavailable": "not judged",
    "mismatch": "mismatch",
    "unsupported": "unsupported",
}

_REMARKED: Final[dict[Outcome, str]] = {"acceptable": "acceptable, sources disagree; here", "unavailable": "not judged"}


def main(paths: Sequence[str]) -> int:
    """Judge the vectors in *paths* (files or folders; none: the bundled ones) and print what became of them.

    Returns 0 if none fails, 1 if one does or none could be judged, 2 if a file cannot be used.
    """
    try:
        results = run_files(paths)
    except VectorFileError as error:
        sys.stderr.write(f"wxconform: {error}\n")
        return 2
    judged: list[Judged] = []
    for result in results:
        judged += result.judged
        _print(_file_line(result))
    _print("", *(_remark(each) for each in judged if each.outcome in _REMARKED))
    for each in judged:
        if each.fails:
            _print(*_failure(each))
    counts = Counter(each.outcome for each in judged)
    _print("", f"{len(judged)} vectors{_counted(counts)}")
    return 1 if any(each.fails for each in judged) or set(counts) == {"unavailable"} else 0


def _file_line(result: FileResult) -> str:
    return f"{result.file.path.name:<32}{len(result.judged):>4} vectors{_counted(result.counts)}"


def _counted(counts: Counter[Outcome]) -> str:
    return "".join(f"{counts[outcome]:>6} {word}" for outcome, word in _WORDS.items() if counts[outcome])


def _remark(judged: Judged) -> str:
    return f"- {judged.vector.id}: {_REMARKED[judged.outcome]}: {judged.got}"


def _failure(judged: Judged) -> Iterable[str]:
    yield f"\nx {judged.vector.id}: {_WORDS[judged.outcome]}"
    yield f"    expected  {judged.expected}"
    yield f"    got       {judged.got}"


def _print(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
