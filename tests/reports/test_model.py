"""Events keep their published schema and come back from JSON as they went."""

import json
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.model import (
    EVENTS,
    CheckFinished,
    Event,
    Exchange,
    Request,
    Response,
    RunFinished,
    Seal,
    finding_id,
    from_dict,
    to_dict,
)
from reports.outcomes import Outcome
from reports.schema import first_fault, schema
from tests.reports import miniature

SEALED = replace(miniature.FINISHED, seal=Seal(lines=12, sha256="0" * 64))
WHOLE: list[Event] = [*miniature.EVENTS[:-1], SEALED]


def test_the_miniature_has_every_kind_of_event() -> None:
    """The tests below see every kind of event there is."""
    assert {event.event for event in WHOLE} == set(EVENTS)


def test_the_schema_is_one_itself() -> None:
    """The published document is a valid JSON Schema of the draft it names."""
    assert jsonschema_rs.meta.is_valid(schema())


@pytest.mark.parametrize("event", WHOLE, ids=lambda event: event.event)
def test_every_event_keeps_the_published_schema(event: Event) -> None:
    """An event is valid under the schema as a whole, which is what other people's tools use, and under its own part."""
    assert jsonschema_rs.is_valid(schema(), to_dict(event))
    assert first_fault(to_dict(event)) is None


@pytest.mark.parametrize("event", WHOLE, ids=lambda event: event.event)
def test_round_trip(event: Event) -> None:
    """An event written as JSON and read again is the same event."""
    assert from_dict(json.loads(json.dumps(to_dict(event)))) == event


@pytest.mark.parametrize("event", WHOLE, ids=lambda event: event.event)
def test_an_unknown_member_is_refused(event: Event) -> None:
    """A member the schema does not know is a fault, so a misspelt one cannot travel unseen."""
    assert first_fault({**to_dict(event), "titel": "x"}) is not None


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ([], "event is None, which is none of run.started, phase.finished, check.finished, rule.judged, machine.covered, run.finished"),
        ({"event": "run.paused"}, "event is 'run.paused', which is none of"),
        ({**to_dict(miniature.PHASES[0]), "outcome": "fine"}, "phase.finished.outcome: "),
        ({**to_dict(miniature.PHASES[0]), "at": "yesterday"}, "phase.finished.at: "),
    ],
)
def test_a_fault_names_its_place(members: Any, fault: str) -> None:
    """What is wrong with an event is said with the member it is wrong in."""
    assert (first_fault(members) or "").startswith(fault)


@given(body=st.binary(), signed=st.none() | st.binary(), answer=st.none() | st.binary())
def test_bodies_keep_their_bytes(body: bytes, signed: bytes | None, answer: bytes | None) -> None:
    """Whatever bytes went over the wire come back from the stream, UTF-8 or not."""
    exchange = Exchange(
        label="x",
        at=miniature.AT,
        request=Request(method="POST", url="/", headers=(("A", "1"), ("A", "2")), body=body),
        response=None if answer is None else Response(status=200, body=answer),
        signed_string=signed,
    )
    event = replace(miniature.CHECKS[0], sample=exchange)

    members = json.loads(json.dumps(to_dict(event)))

    assert first_fault(members) is None
    assert from_dict(members) == event


def test_a_finding_keeps_its_id() -> None:
    """The id depends on the rule and the minimal case alone, not on the order of members, and looks like one a person can type."""
    first = finding_id("v3.a", {"total": 1, "refund": 2})

    assert first == finding_id("v3.a", {"refund": 2, "total": 1}) == "R4REWG"
    assert first != finding_id("v3.b", {"total": 1, "refund": 2})
    assert first != finding_id("v3.a", {"total": 2, "refund": 2})


@given(st.text(), st.integers())
def test_ids_are_crockford(rule: str, case: int) -> None:
    """Every id is six characters without I, L, O and U, which are misread."""
    assert set(finding_id(rule, case)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert len(finding_id(rule, case)) == 6


def test_a_check_that_stopped_elsewhere_has_not_exercised_a_rule() -> None:
    """Where all findings concern other rules, a broken check says nothing of this one; without findings its outcome counts for all."""
    check: CheckFinished = replace(miniature.CHECKS[1], rules=(miniature.RULE, "v3.other"))

    assert check.outcome_for(miniature.RULE) is Outcome.VIOLATED
    assert check.outcome_for("v3.other") is Outcome.NOT_EXERCISED
    assert replace(check, findings=()).outcome_for("v3.other") is Outcome.VIOLATED
    assert replace(check, outcome=Outcome.HARNESS_ERROR).outcome_for("v3.other") is Outcome.HARNESS_ERROR


def test_the_footer_counts_every_outcome() -> None:
    """Counts come back with outcomes as their keys."""
    footer = from_dict(to_dict(SEALED))

    assert isinstance(footer, RunFinished)
    assert footer.counts[Outcome.VIOLATED] == 1
