"""Every fault on an APIv2 request makes it wrong, and what is called harmless leaves it right."""

import pytest

from reference.identity import bundled
from reference.oracles import v2
from strategies.cases import Wire
from strategies.hostile_xml import REFUSED
from strategies.orders import lean
from strategies.v2 import signatures, xml
from strategies.v2.algorithms import ALGORITHMS
from strategies.v2.cases import CallV2, FaultV2, SigningV2
from tests.targets.v2_answering import KEY, Answering, target

_ORDER = lean("native", attach="龙井 & 茶", goods_tag="WXG")
_OTHERS = {"the APIv3 key": bundled().merchant.apiv3_key}
_SIGNATURES: tuple[FaultV2, ...] = (
    *signatures.wrong_signs(),
    *signatures.changed_values("total_fee", "body", "out_trade_no"),
    *signatures.other_strings(),
    *signatures.sign_types(),
    *signatures.keys(_OTHERS),
)


def _sent(fault: FaultV2, sign_type: v2.SignType = "MD5") -> Wire:
    transport = Answering()
    platform = target(transport)
    platform.observing = False
    platform.v2.sign_type = sign_type
    platform.v2.place(_ORDER.fresh(), broken_by=fault)
    return transport.got[0]


def _holds(wire: Wire) -> bool:
    values = v2.read_xml(wire.body)
    try:
        return v2.verify(values, KEY, v2.request_sign_type(values))
    except v2.UnknownSignTypeError:
        return False


@pytest.mark.parametrize("fault", _SIGNATURES, ids=repr)
def test_a_faulty_signature_does_not_hold(fault: FaultV2) -> None:
    """The message is still read, but its sign is not the one it must have."""
    assert not _holds(_sent(fault))


@pytest.mark.parametrize("fault", signatures.other_strings(), ids=repr)
def test_another_string_is_wrong_for_hmac_too(fault: FaultV2) -> None:
    """A string put together otherwise does not hold when it is signed by HMAC-SHA256 either."""
    assert not _holds(_sent(fault, "HMAC-SHA256"))


@pytest.mark.parametrize("spelling", xml.spellings(), ids=repr)
def test_a_spelling_is_right(spelling: FaultV2) -> None:
    """Every way to write the values is read as the same values, and its sign holds."""
    wire = _sent(spelling)

    assert _holds(wire)
    assert v2.read_xml(wire.body)["attach"] == "龙井 & 茶"


@pytest.mark.parametrize("fault", xml.hostile(), ids=lambda fault: fault.case.name)
def test_a_hostile_message_is_refused_by_a_careful_reader(fault: xml.Hostile) -> None:
    """A hostile message is the corpus' own, made of a signed request."""
    with pytest.raises(v2.MalformedXmlError) as caught:
        v2.read_xml(_sent(fault).body)

    assert caught.value.flaw == fault.case.refused


def test_every_hostile_message_is_among_the_faults() -> None:
    """The list leaves none out, and a flaw picks its own."""
    assert [fault.case for fault in xml.hostile()] == list(REFUSED)
    assert {fault.case.refused for fault in xml.hostile(flaw="doctype")} == {"doctype"}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("signs_other", [True, False])
def test_a_doubled_member_is_signed_over_one_of_its_values(*, first: bool, signs_other: bool) -> None:
    """Both values are in the message, in the order the fault names, and the sign covers the one it says."""
    body = _sent(xml.Doubled("total_fee", "1", first=first, signs_other=signs_other)).body
    right, other = b"<total_fee><![CDATA[100]]></total_fee>", b"<total_fee>1</total_fee>"
    kept = body.replace(right if signs_other else other, b"")

    assert (body.index(other) < body.index(right)) is first
    assert v2.verify_xml(kept, KEY)


@pytest.mark.parametrize("fault", xml.no_xml_post(), ids=repr)
def test_what_is_no_xml_post_is_none(fault: FaultV2) -> None:
    """The body cannot be read, has nothing in it, or the request is no POST."""
    wire = _sent(fault)
    try:
        values = v2.read_xml(wire.body)
    except v2.MalformedXmlError:
        return

    assert wire.method == "GET" or not values


def test_faults_are_told_apart() -> None:
    """No two faults of a list have one name."""
    names = [fault.name for fault in (*_SIGNATURES, *xml.hostile(), *xml.no_xml_post(), *xml.spellings())]

    assert len(set(names)) == len(names)


def test_the_usual_algorithms_are_the_oracles() -> None:
    """MD5 and HMAC-SHA256 of the table are those of the oracle; every other one gives something else."""
    members = {"a": "1", "b": "茶"}
    text = v2.string_sign_temp(members, KEY)
    made = {name: algorithm(KEY.encode(), text.encode()) for name, algorithm in ALGORITHMS.items()}

    assert made["MD5"] == v2.sign(members, KEY, "MD5")
    assert made["HMAC-SHA256"] == v2.sign(members, KEY, "HMAC-SHA256")
    assert len(set(made.values())) == len(made)


def test_a_call_is_changed_without_touching_the_first() -> None:
    """Other members make another call; None leaves one out of what is sent."""
    call = CallV2("orderquery", members={"out_trade_no": "1"})

    assert call.but(out_trade_no=None, transaction_id="2").members == {"out_trade_no": None, "transaction_id": "2"}
    assert call.members == {"out_trade_no": "1"}


def test_a_signing_hides_its_key() -> None:
    """Neither what is shown of the signed string nor its writing for programmers holds the key."""
    signing = SigningV2("1", {"a": "b"}, KEY)

    assert signing.message == b"a=b&key=[redacted]"
    assert KEY not in repr(signing)


@pytest.mark.parametrize("key", ["0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef", KEY])
def test_a_key_in_another_case_is_another_key(key: str) -> None:
    """Every key that must be refused differs from the right one, though that may be written in one case only, as a sandbox key is."""
    signing = SigningV2(mch_id="1", members={"mch_id": "1"}, key=key)

    assert all(fault.in_signing(signing).key != key for fault in signatures.keys({}))
