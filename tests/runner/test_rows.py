"""What is counted for each operation of the plan, and which faults are worth trying at it."""

import pytest

from conformance.runner.rows import COLUMNS, Covered, candidates, caught_at, cover
from reports.model import Asked, CheckFinished, Exchange, Finding, Request, Response
from reports.outcomes import Level, Outcome

_CLOSE = "v2.closeorder"
_QUERY = "v2.orderquery"


def _check(name: str, rule: str, *asked: Asked) -> CheckFinished:
    return CheckFinished(
        check=name, title=name, group="g", rules=(rule,), outcome=Outcome.PASSED, level=Level.MUST, seconds=0.1, operations=asked
    )


def _row(checks: list[CheckFinished], caught: dict[str, list[str]], operation: str) -> Covered:
    return next(row for row in cover(checks, caught) if row.operation == operation)


def test_counts_what_was_asked_and_by_whom() -> None:
    """Requests are added up over checks, and rules are those the checks judge."""
    checks = [
        _check("one", "v2.close.a", Asked(operation=_CLOSE, accepted=2, refused=1)),
        _check("two", "v2.close.b", Asked(operation=_CLOSE, accepted=1, refused=0)),
    ]
    row = _row(checks, {_CLOSE: ["b", "a"]}, _CLOSE)

    assert (row.accepted, row.refused, row.checks, row.rules) == (3, 1, ("one", "two"), ("v2.close.a", "v2.close.b"))
    assert row.faults == ("a", "b")
    assert row.complete


def test_an_operation_that_was_never_refused_has_no_strategies() -> None:
    """Valid and invalid requests are both wanted."""
    row = _row([_check("one", "v2.close.a", Asked(operation=_CLOSE, accepted=2, refused=0))], {}, _CLOSE)

    assert row.ticks == dict(zip(COLUMNS, (True, True, False, True, False), strict=True))


def test_what_the_contract_does_not_describe_has_nothing() -> None:
    """A row without operation is there, and empty."""
    empty = [row for row in cover([], {}) if row.operation is None]

    assert {row.row.family for row in empty} >= {"global", "gateway"}
    assert not any(any(row.ticks.values()) for row in empty)


def test_faults_of_particular_checks_are_tried_first() -> None:
    """A check that asks few operations promises more than one that asks all; rules take turns."""
    wide = [Asked(operation=name, accepted=1, refused=1) for name in (_CLOSE, _QUERY, "v2.refund")]
    checks = [_check("tour", "v2.all", *wide), _check("close", "v2.close.a", wide[0]), _check("again", "v2.close.b", wide[0])]
    faults = {"v2.all": ["t1"], "v2.close.a": ["a1", "a2"], "v2.close.b": ["b1"]}

    assert candidates(checks, faults) == {_CLOSE: ("a1", "b1", "t1", "a2"), _QUERY: ("t1",), "v2.refund": ("t1",)}


@pytest.mark.parametrize(
    ("urls", "operation"),
    [
        (("POST /pay/unifiedorder", "POST /pay/closeorder"), _CLOSE),
        (("POST /pay/closeorder", "GET /v3/certificates?x=1"), "v3.certificates_list"),
        (("POST /pay/closeorder", "POST /nowhere"), None),
        ((), None),
    ],
)
def test_a_finding_is_about_its_last_exchange(urls: tuple[str, ...], operation: str | None) -> None:
    """The operation of either family is read off the request whose answer ended the finding, and what led to it does not count."""
    exchanges = tuple(
        Exchange(
            label=url, at="2026-01-01T00:00:00Z", request=Request(method=url.split()[0], url=url.split()[1]), response=Response(status=200)
        )
        for url in urls
    )
    finding = Finding(id="X", rule="r", sentence="s", shortest="s", expected="e", got="g", exchanges=exchanges)

    assert caught_at(finding) == operation
