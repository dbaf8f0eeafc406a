"""A case of APIv2 is kept without any key, and sent again with a fresh nonce_str, a fresh sign and the same mistake."""

import json

import pytest

from conformance.runner.replay import replay
from conformance.targets.exchange import Exchange
from conformance.targets.journal import to_json
from conformance.targets.platform import Platform
from reference.oracles import v2
from reports.model import Finding
from strategies.cases import Refund
from strategies.orders import lean
from strategies.v2 import signatures, xml
from strategies.v2.cases import FaultV2, SigningV2
from tests.targets.v2_answering import KEY, Answering, signed, target

_ORDER_NO = "out_trade_no"


def _finding(platform: Platform) -> Finding:
    steps = json.loads(json.dumps(to_json(platform.steps, platform.identity, platform.mint.minted)))
    rule = "v2.sign.accepts-md5-and-hmac"
    return Finding(id="ABC123", rule=rule, sentence="", shortest="", expected="", got="", steps=tuple(steps))


def _twice(fault: FaultV2 | None) -> tuple[Exchange, Exchange]:
    """Send an order, and its case again to another target."""
    answer = signed({"result_code": "SUCCESS"})
    case, again = target(Answering(answer)), target(Answering(answer))
    case.observing = again.observing = False
    again.mint.number()  # the second target has been used before
    again.mint.nonce_str()
    case.v2.place(lean("native"), broken_by=fault)
    replay(_finding(case), again)
    return case.exchanges[0], again.exchanges[0]


def _in_the_words_of_then(text: str, before: Exchange, after: Exchange) -> str:
    """*text* of the case sent again, with the nonce_str and the number of the first one."""
    assert isinstance(before.signing, SigningV2)
    assert isinstance(after.signing, SigningV2)
    for name in ("nonce_str", _ORDER_NO):
        text = text.replace(after.signing.members.get(name) or "-", before.signing.members.get(name) or "-")
    return text


def test_a_right_request_is_signed_anew() -> None:
    """The request goes out with another number and another nonce_str, and its new sign holds."""
    before, after = _twice(None)
    old, new = v2.read_xml(before.wire.body), v2.read_xml(after.wire.body)

    assert v2.verify(new, KEY)
    assert old["nonce_str"] != new["nonce_str"]
    assert old[_ORDER_NO] != new[_ORDER_NO]
    same = old.keys() - {"nonce_str", _ORDER_NO, "sign"}
    assert {name: old[name] for name in same} == {name: new[name] for name in same}


@pytest.mark.parametrize(
    "fault",
    [
        *signatures.wrong_signs(),
        *signatures.changed_values("total_fee"),
        *signatures.other_strings(),
        *signatures.sign_types(),
        *signatures.keys({}),
    ],
    ids=repr,
)
def test_a_mistake_is_made_again(fault: FaultV2) -> None:
    """What the sign is made of is the same as then but for number and nonce_str: the same text, key and algorithm."""
    before, after = _twice(fault)
    old, new = v2.read_xml(before.wire.body), v2.read_xml(after.wire.body)
    then, now = before.signing, after.signing

    assert isinstance(then, SigningV2)
    assert isinstance(now, SigningV2)
    assert _in_the_words_of_then(now.signed_text, before, after) == then.signed_text
    assert (now.key, now.algorithm) == (then.key, then.algorithm)
    assert new.get("sign", "") == now.sign
    assert {name: _in_the_words_of_then(value, before, after) for name, value in new.items() if name != "sign"} == {
        name: value for name, value in old.items() if name != "sign"
    }


@pytest.mark.parametrize(
    "fault", [*xml.no_xml_post(), *xml.spellings(), xml.Doubled("total_fee", "1", first=True, signs_other=False)], ids=repr
)
def test_a_writing_is_made_again(fault: FaultV2) -> None:
    """The body is written as then."""
    before, after = _twice(fault)

    assert before.wire.method == after.wire.method
    assert len(before.wire.body) == len(after.wire.body)


def test_nothing_that_is_kept_holds_a_key() -> None:
    """Whatever was signed with which key, no key is in what the report keeps."""
    platform = target(Answering(signed({"result_code": "SUCCESS"})))
    platform.observing = False
    other = platform.identity.other
    assert other is not None
    others = {"another merchant's key": other.apiv2_key or "", "the APIv3 key": platform.identity.merchant.apiv3_key}
    for fault in (*signatures.keys(others), *signatures.other_strings()):
        platform.v2.place(lean("native"), broken_by=fault)
    kept = json.dumps(to_json(platform.steps, platform.identity, platform.mint.minted)).lower()

    assert [secret for secret in platform.identity.secrets() if secret.lower() in kept] == []


def test_a_certificate_is_shown_again() -> None:
    """A refund bears the same merchant's certificate when it is sent again."""
    first, second = Answering(signed({"result_code": "SUCCESS"})), Answering(signed({"result_code": "SUCCESS"}))
    case, again = target(first), target(second)
    case.observing = again.observing = False
    case.v2.refund(Refund(lean("native"), 1))
    replay(_finding(case), again)

    assert second.got[0].certificate == first.got[0].certificate == case.identity.merchant.credential


def test_what_the_platform_named_is_learnt() -> None:
    """A transaction_id of then is replaced by the one of now in what follows."""
    first = Answering(signed({"result_code": "SUCCESS", "transaction_id": "4200000001"}))
    second = Answering(signed({"result_code": "SUCCESS", "transaction_id": "4200000002"}))
    case, again = target(first), target(second)
    case.observing = again.observing = False
    order = lean("native")
    case.v2.query_by_id(order, case.v2.query(order)["transaction_id"])
    taken = replay(_finding(case), again)

    assert v2.read_xml(second.got[1].body)["transaction_id"] == "4200000002"
    assert [step.now for step in taken] == ["200 accepted", "200 accepted"]
    assert all(step.same for step in taken)
