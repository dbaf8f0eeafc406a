"""``wxconform vectors``: hold the oracles against known answers, ours or anybody's."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

from conformance.runner.known_answers import Judged, Outcome, run_files
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
    remarks, failures = [], []
    total: Counter[Outcome] = Counter()
    for result in results:
        _print(_line(result.file.path.name, result.counts))
        total += result.counts
        remarks += [_remark(each) for each in result.judged if each.outcome in _REMARKED]
        failures += [_failure(each, result.file.path.name) for each in result.judged if each.fails]
    for paragraph in ("\n".join(remarks), *failures):
        if paragraph:
            _print("", paragraph)
    _print("", _line("total", total))
    return 1 if failures or set(total) == {"unavailable"} else 0


def _line(name: str, counts: Counter[Outcome]) -> str:
    counted = "".join(f"{counts[outcome]:>6} {word}" for outcome, word in _WORDS.items() if counts[outcome])
    return f"{name:<32}{counts.total():>4} vectors{counted}"


def _remark(judged: Judged) -> str:
    return f"- {judged.vector.id}: {_REMARKED[judged.outcome]}: {judged.got}"


def _failure(judged: Judged, file: str) -> str:
    heading = f"x {judged.vector.id} ({file}): {_WORDS[judged.outcome]}"
    return f"{heading}\n    expected  {judged.expected}\n    got       {judged.got}"


def _print(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
