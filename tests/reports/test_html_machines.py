"""Machines are drawn from the stream alone, every transition in a row of its own, and no label meets another."""

import re
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference.machines import MACHINES
from reports.machines import machines
from reports.model import MachineCovered, Run, Text, Transition
from tests.reports.miniature import MACHINE, STARTED

_NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=20)


def _drawn(machine: MachineCovered) -> str:
    page = machines(Run(started=STARTED, machines=(machine,)))
    assert page is not None
    return page


def _real(name: str) -> MachineCovered:
    """Return a machine of the reference, every other transition of which was seen."""
    machine = MACHINES[name]
    transitions = tuple(
        Transition(machine=name, source=source, event=event, target=target, times=1_234 * (number % 2))
        for number, (source, event, target) in enumerate(machine.transitions())
    )
    return MachineCovered(machine=name, title=Text(name), states=machine.states, terminal=tuple(machine.terminal), transitions=transitions)


@st.composite
def _any_machine(draw: st.DrawFn) -> MachineCovered:
    states = draw(st.lists(_NAMES, min_size=1, max_size=7, unique=True))
    moves = draw(
        st.lists(
            st.builds(
                Transition,
                machine=st.just("m"),
                source=st.sampled_from(["", *states]),
                event=_NAMES.map(str.lower),
                target=st.sampled_from(states),
                times=st.integers(0, 10**6),
            ),
            min_size=1,
            max_size=20,
        )
    )
    return MachineCovered(machine="m", title=Text("m"), states=tuple(states), terminal=(states[-1],), transitions=tuple(moves))


def _boxes(page: str) -> list[tuple[float, float, float, float]]:
    """Return where each text of a picture stands: left, top, right, bottom, at the width of a common font."""
    texts = re.findall(r'<text x="?([\d.]+)"? y="?([\d.]+)"?(?: class=name)?>([^<]*)<', page)
    assert texts
    return [(float(x) - len(t) * 3.2, float(y) - 9, float(x) + len(t) * 3.2, float(y) + 3) for x, y, t in texts]


def _insist_on_order(page: str) -> None:
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', page)
    assert size
    boxes = _boxes(page)
    for left, top, right, bottom in boxes:
        assert left >= 0
        assert top >= 0
        assert right <= float(size[1])
        assert bottom <= float(size[2])
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1], (one, other)


@pytest.mark.parametrize("name", MACHINES)
def test_no_label_meets_another(name: str) -> None:
    """In the pictures of the machines there are, all labels stand apart and inside the picture."""
    _insist_on_order(_drawn(_real(name)))


_CRAMPED = replace(
    MACHINE,
    states=("A", "B"),
    transitions=tuple(
        Transition(machine="m", source=source, event="an_event_with_a_name_of_its_own", target=target, times=0)
        for source, target in (("", "A"), ("A", "B"), ("B", "A"), ("B", "B"))
    ),
)


@given(_any_machine())
@example(_CRAMPED)
def test_no_label_meets_another_in_any_machine(machine: MachineCovered) -> None:
    """So they do in a machine nobody has thought of."""
    _insist_on_order(_drawn(machine))


def test_seen_and_never_seen() -> None:
    """A transition seen is drawn as such with its count, one never seen otherwise; how many were seen is said."""
    page = _drawn(MACHINE)

    seen = re.findall(r"<g class=seen>.*?<text[^>]*>([^<]*)<", page)
    never = re.findall(r"<g class=never>.*?<text[^>]*>([^<]*)<", page)
    assert seen == ["apply ×41", "settle ×12", "bounce ×3"]
    assert never == ["close ×0"]
    assert "3 of 4 transitions seen" in page


def test_final_states_have_a_double_border() -> None:
    """A state is a box with its name; a final one is two boxes."""
    page = _drawn(MACHINE)

    boxes = re.findall(r"((?:<rect [^>]*></rect>)+)<text [^>]*>(\w+)<", page)
    assert {name: box.count("<rect") for box, name in boxes} == {"PROCESSING": 1, "SUCCESS": 2, "CLOSED": 2, "ABNORMAL": 1}


def test_the_table_says_the_same() -> None:
    """Who cannot see the picture has every transition in a table, in the picture's order."""
    body = re.search(r"<tbody>(.*?)</tbody>", _drawn(MACHINE))
    assert body
    rows = [re.findall(r"<td>([^<]*)", row) for row in body[1].split("<tr>")[1:]]

    assert rows == [
        ["–", "apply", "PROCESSING", "41"],
        ["PROCESSING", "settle", "SUCCESS", "12"],
        ["PROCESSING", "bounce", "ABNORMAL", "3"],
        ["ABNORMAL", "close", "CLOSED", "0"],
    ]


def test_arrows_point_where_they_lead() -> None:
    """An arrow runs from its source to its target: forth, back, or round."""
    moves = (("A", "forth", "B"), ("B", "back", "A"), ("B", "round", "B"))
    transitions = tuple(Transition(machine="m", source=s, event=e, target=t, times=1) for s, e, t in moves)
    page = _drawn(replace(MACHINE, states=("A", "B"), terminal=(), transitions=transitions))

    lives = [float(x) for x in re.findall(r"<line x1=(\d+)", page)]
    tips = [float(x) for x in re.findall(r'<path d="M(\d+) [\d.]+l', page)]
    backs = re.findall(r'<path d="M\d+ [\d.]+l(-?8) ', page)
    starts = [float(x) for x in re.findall(r'<path d="M(\d+) [\d.]+[Hh]', page)]
    assert starts == [lives[0], lives[1], lives[1]]
    assert tips == [lives[1], lives[0], lives[1]]
    assert backs == ["-8", "8", "8"]


def test_a_run_without_machines_has_no_section() -> None:
    """A stream that says nothing of states has no picture of them."""
    assert machines(Run(started=STARTED)) is None
