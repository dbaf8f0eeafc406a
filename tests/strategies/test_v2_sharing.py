"""Drafts, plans and faults of profit sharing: what is valid is, and each fault is one."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.targets.platform import Platform
from reference.contract import load, problems
from reference.oracles import v2
from strategies.days import malformed_digits
from strategies.orders import lean
from strategies.v2.cases import CallV2, FaultV2
from strategies.v2.json_texts import WRITINGS
from strategies.v2.sharing import Finish, GiveBack, Receiver, Share, Sharing, Step, hmac_faults, partitions, walks
from tests.targets.v2_answering import KEY, Answering, target

_ORDER = lean("native", settle_info={"profit_sharing": True})
_SHARES = (Share(Receiver("other"), 30), Share(Receiver(None), 12))
_DIGITS = 8


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> tuple[Platform, Answering]:
    """A target to which every order is paid, and what is sent to it."""
    transport = Answering()
    platform = target(transport)
    platform.observing = False
    monkeypatch.setattr(platform.v2.sharing.calls, "transaction_id", lambda _: "4200000017814960000000000001")
    return platform, transport


def _calls(platform: Platform) -> list[CallV2]:
    calls, made = platform.v2.sharing.calls, Sharing(_ORDER, _SHARES)
    return [
        calls.add(Receiver("other"), _ORDER),
        calls.remove(Receiver(None), _ORDER),
        calls.share(made),
        calls.share(Sharing(_ORDER, _SHARES, several=False)),
        calls.query(made),
        calls.amount(_ORDER),
        calls.finish(Finish(_ORDER)),
        calls.give_back(GiveBack(made, Receiver("other"), 5)),
        calls.query_return(GiveBack(made, Receiver("other"), 5)),
        calls.ratio(_ORDER),
    ]


def test_every_call_is_what_the_contract_asks_for(asked: tuple[Platform, Answering]) -> None:
    """Signed as it is, each call has every member its operation wants, in the documented form, and a sign by HMAC-SHA256 that holds."""
    platform, transport = asked
    for call in _calls(platform):
        platform.v2.send(call)
        values = v2.read_xml(transport.got[-1].body)

        assert problems(load("v2").operations[call.operation].body or {}, values) == ()
        assert v2.verify(values, KEY, "HMAC-SHA256")


@pytest.mark.parametrize("fault", hmac_faults("receivers"), ids=repr)
def test_a_faulty_sharing_is_not_signed_by_hmac_as_sent(asked: tuple[Platform, Answering], fault: FaultV2) -> None:
    """Either its sign is none by HMAC-SHA256 over what was sent, or it does not say that it is; its members are those of a right one."""
    platform, transport = asked
    call = platform.v2.sharing.calls.share(Sharing(_ORDER, _SHARES))
    platform.v2.send(call, broken_by=fault)
    values = v2.read_xml(transport.got[-1].body)

    assert values.get("sign_type") != "HMAC-SHA256" or not v2.verify(values, KEY, "HMAC-SHA256")
    assert {name: values[name] for name in call.members} == call.members


@pytest.mark.parametrize("how", WRITINGS)
def test_every_writing_means_the_same(asked: tuple[Platform, Answering], how: str) -> None:
    """However a list is written, it is the same list in another text."""
    platform, _ = asked
    written = platform.v2.sharing.calls.share(Sharing(_ORDER, _SHARES, writing=WRITINGS[how])).members["receivers"] or ""
    usual = platform.v2.sharing.calls.share(Sharing(_ORDER, _SHARES)).members["receivers"] or ""

    assert json.loads(written) == json.loads(usual)
    assert (written == usual) == (how == "without blanks")


def test_a_draft_keeps_its_number(asked: tuple[Platform, Answering]) -> None:
    """The same draft is sent under the same number, its changed copy too; an equal draft gets another."""
    platform, _ = asked
    calls = platform.v2.sharing.calls
    sharing, back = Sharing(_ORDER, _SHARES), GiveBack(Sharing(_ORDER, _SHARES), Receiver("other"), 1)

    number = calls.number(sharing)

    assert calls.number(sharing) == calls.number(sharing.but(_SHARES[0])) == number
    assert calls.number(Sharing(_ORDER, _SHARES)) != number
    number = calls.number(back)
    assert calls.number(back.but(2)) == number
    assert (sharing.amount, sharing.but(_SHARES[0]).amount, back.but(2).amount) == (42, 30, 2)


@given(data=st.data(), total=st.integers(1, 10_000))
def test_a_division_adds_up(data: st.DataObject, total: int) -> None:
    """Every part is at least a fen, and all of them are the whole."""
    parts = data.draw(partitions(total))

    assert sum(parts) == total
    assert min(parts) >= 1
    assert len(parts) <= 4


@given(steps=walks())
def test_a_walk_begins_with_a_share(steps: tuple[Step, ...]) -> None:
    """There is always something to be repeated and returned, and each step says what it is about."""
    assert steps[0].act == "share"
    assert all(str(step).startswith(step.act) for step in steps)


@given(after=st.integers(0, 400))
def test_a_malformed_day_is_not_one_of_eight_digits(after: int) -> None:
    """None of the forms writes a day of the calendar as eight digits; every one has a name."""
    for form in malformed_digits(date(2026, 1, 1) + timedelta(days=after)).values():
        digits = form is not None and form.isascii() and form.isdigit() and len(form) == _DIGITS
        if digits and form is not None:
            with pytest.raises(ValueError, match=r"day|month"):
                date(int(form[:4]), int(form[4:6]), int(form[6:]))
