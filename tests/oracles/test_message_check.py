"""Whether an answer or a notification may be believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles.keys import KeyRing, VerificationKey
from reference.oracles.message_check import Outcome, Reason, Verdict, verify_message
from reference.oracles.signature import response_message, sign
from tests.oracles.known import each, private, public
from vectors import Vector

NOW = 1_700_000_000
SERIAL = "7A00000000000000000000000000000000000002"
RING = KeyRing((VerificationKey(SERIAL, public("gen-platform")),))
BODY = '{"id":"EV-1","summary":"支付成功"}'.encode()


def _headers(timestamp: str = str(NOW), nonce_str: str = "c5ac7061", body: bytes = BODY) -> dict[str, str]:
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce_str,
        "Wechatpay-Signature": sign(private("gen-platform"), response_message(timestamp, nonce_str, body)),
        "Wechatpay-Serial": SERIAL,
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def _refused(verdict: Verdict, reason: Reason) -> bool:
    return verdict.outcome is Outcome.REFUSED and verdict.reason is reason and not verdict.accepted and verdict.sentence.endswith(".")


@each("v3_response_verify", "verify")
def test_judges_each_vector(vector: Vector) -> None:
    """Messages of the vectors are accepted or refused as published; at the edge of the window neither."""
    assert vector.key_material is not None
    ring = KeyRing(VerificationKey(serial, public(name)) for serial, name in vector.key_material["trusted"].items())
    verdict = verify_message(vector.inputs["headers"], vector.inputs["body"].encode(), ring, vector.inputs["now"])

    if vector.result == "acceptable":
        assert (verdict.outcome is Outcome.IN_DOUBT) is ("Boundary" in vector.flags)
    else:
        assert verdict.accepted is vector.expected["verified"], verdict.sentence


@given(st.binary(max_size=100), st.sampled_from([str.lower, str.upper, str.title, str.swapcase]))
def test_header_names_have_no_case(body: bytes, rename: object) -> None:
    """Header names in any case are found, in a mapping or as pairs, and any body verifies as its bytes."""
    assert callable(rename)
    headers = {rename(name): value for name, value in _headers(body=body).items()}

    assert verify_message(headers, body, RING, NOW).accepted
    assert verify_message(list(headers.items()), body, RING, NOW).accepted


@pytest.mark.parametrize("name", ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial"])
def test_each_header_is_needed(name: str) -> None:
    """A message without one of the four headers, or with an empty one, is as good as unsigned."""
    headers = _headers()

    assert _refused(verify_message(headers | {name: ""}, BODY, RING, NOW), Reason.HEADER_MISSING)
    del headers[name]
    verdict = verify_message(headers, BODY, RING, NOW)
    assert _refused(verdict, Reason.HEADER_MISSING)
    assert name in verdict.sentence


def test_a_header_with_two_values_has_none() -> None:
    """A header that comes twice with different values is refused; twice the same is one."""
    pairs = list(_headers().items())

    assert _refused(verify_message([*pairs, ("wechatpay-nonce", "other")], BODY, RING, NOW), Reason.HEADER_MISSING)
    assert verify_message([*pairs, *pairs], BODY, RING, NOW).accepted


@pytest.mark.parametrize("kind", ["WECHATPAY2-SM2-WITH-SM3", "wechatpay2-sha256-rsa2048", "none"])
def test_another_algorithm_is_refused(kind: str) -> None:
    """A signature type other than RSA is refused."""
    assert _refused(verify_message(_headers() | {"Wechatpay-Signature-Type": kind}, BODY, RING, NOW), Reason.ALGORITHM)


def test_absent_algorithm_means_rsa() -> None:
    """Without a signature type, or with an empty one, RSA is meant."""
    headers = _headers() | {"Wechatpay-Signature-Type": ""}

    assert verify_message(headers, BODY, RING, NOW).accepted
    del headers["Wechatpay-Signature-Type"]
    assert verify_message(headers, BODY, RING, NOW).accepted


@pytest.mark.parametrize("serial", ["0BAD", "PUB_KEY_ID_0"])
def test_an_unknown_serial_is_refused(serial: str) -> None:
    """A message naming an unknown key is refused, though a known key made it."""
    assert _refused(verify_message(_headers() | {"Wechatpay-Serial": serial}, BODY, RING, NOW), Reason.SERIAL_UNKNOWN)


def test_an_expired_certificate_is_unknown() -> None:
    """A signature by a certificate outside its validity is refused."""
    ring = KeyRing((VerificationKey(SERIAL, public("gen-platform"), not_after=NOW - 1),))

    assert _refused(verify_message(_headers(), BODY, ring, NOW), Reason.SERIAL_UNKNOWN)


@pytest.mark.parametrize("timestamp", [f"0{NOW}", f"+{NOW}", f"{NOW} ", "abc", f"{NOW}.0"])
def test_a_timestamp_is_used_verbatim(timestamp: str) -> None:
    """A timestamp that is not plain digits is refused, even if the signature covers it or its plain form."""
    assert _refused(verify_message(_headers(timestamp), BODY, RING, NOW), Reason.TIMESTAMP_MALFORMED)
    assert _refused(verify_message(_headers() | {"Wechatpay-Timestamp": timestamp}, BODY, RING, NOW), Reason.TIMESTAMP_MALFORMED)


@pytest.mark.parametrize("offset", [301, -301, -86_400, 1_700_000_000_000])
def test_a_stale_message_is_refused(offset: int) -> None:
    """A message beyond the window on either side is refused, though its signature is right."""
    assert _refused(verify_message(_headers(str(NOW + offset)), BODY, RING, NOW), Reason.STALE)


@pytest.mark.parametrize("offset", [300, -300])
def test_the_edge_is_in_doubt_only_if_the_signature_is_right(offset: int) -> None:
    """Exactly 300 s either verdict is right; a wrong signature is refused there too."""
    headers = _headers(str(NOW + offset))
    verdict = verify_message(headers, BODY, RING, NOW)

    assert (verdict.outcome, verdict.reason, verdict.accepted) == (Outcome.IN_DOUBT, None, False)
    assert _refused(verify_message(headers, BODY + b"\n", RING, NOW), Reason.SIGNATURE)


@pytest.mark.parametrize("made", ["WECHATPAY/SIGNTEST/" + "A" * 325, "x", "====", "\ud800"])
def test_a_probe_or_garbage_does_not_verify(made: str) -> None:
    """A deliberately wrong signature is refused like any other wrong one."""
    assert _refused(verify_message(_headers() | {"Wechatpay-Signature": made}, BODY, RING, NOW), Reason.SIGNATURE)


def test_a_probe_around_the_right_signature_does_not_verify() -> None:
    """The probe's prefix is not stripped."""
    headers = _headers()
    headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]

    assert _refused(verify_message(headers, BODY, RING, NOW), Reason.SIGNATURE)


@given(st.dictionaries(st.sampled_from([*_headers()]), st.text(max_size=30)), st.binary(max_size=20))
def test_never_raises(changes: dict[str, str], body: bytes) -> None:
    """Whatever headers and body hold, there is a verdict, and nothing changed is accepted."""
    verdict = verify_message(_headers() | changes, body, RING, NOW)

    assert not verdict.accepted
