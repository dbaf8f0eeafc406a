"""APIv2 signatures and req_info."""

import base64
import hashlib

import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Hash import HMAC, MD5, SHA256
from Cryptodome.Util.Padding import pad
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import v2
from reference.oracles.v2 import ReqInfoError, SignType, UnknownSignTypeError

KEY = "ConformanceV2KeyForTests00000001"

_names = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", min_size=1, max_size=8)
_params = st.dictionaries(_names, st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=12)), max_size=6)


def _by_other_means(text: str, sign_type: SignType) -> str:
    if sign_type == "MD5":
        return str(MD5.new(text.encode()).hexdigest()).upper()  # noqa: S303  # APIv2 prescribes MD5
    return str(HMAC.new(KEY.encode(), text.encode(), SHA256).hexdigest()).upper()


@given(params=_params, sign_type=st.sampled_from(["MD5", "HMAC-SHA256"]))
def test_signs_like_another_implementation(params: dict[str, str | None], sign_type: SignType) -> None:
    """The signature is the digest another library takes of the sorted, non-empty parameters and the key."""
    pairs = [f"{name}={params[name]}" for name in sorted(params) if params[name] and name != "sign"]
    text = "&".join(pairs) + f"&key={KEY}"

    assert v2.string_sign_temp(params, KEY) == text
    assert v2.sign(params, KEY, sign_type) == _by_other_means(text, sign_type)


@given(params=_params, sign_type=st.sampled_from(["MD5", "HMAC-SHA256"]))
def test_verifies_what_it_signs(params: dict[str, str | None], sign_type: SignType) -> None:
    """A signature verifies with its algorithm and without naming one, and with no other key or algorithm."""
    signed = {**params, "sign": v2.sign(params, KEY, sign_type)}

    assert v2.verify(signed, KEY, sign_type)
    assert v2.verify(signed, KEY)
    assert not v2.verify(signed, KEY + "x")
    assert not v2.verify(signed, KEY, "MD5" if sign_type == "HMAC-SHA256" else "HMAC-SHA256")
    assert not v2.verify({**signed, "added": "1"}, KEY)


@pytest.mark.parametrize("sign", [None, "", "A" * 31, "É" * 32, "9A0A8659F005D6984697E2CA0A9CF3B7"])
def test_a_sign_of_something_else_never_verifies(sign: str | None) -> None:
    """A missing, empty, short, non-ASCII or foreign signature is not one, and never an error."""
    assert not v2.verify({"a": "1", "sign": sign}, KEY)


def test_lower_case_is_another_sign() -> None:
    """The signature is upper-case hex; in lower case it is not taken."""
    params = {"total_fee": "1"}

    assert not v2.verify({**params, "sign": v2.sign(params, KEY).lower()}, KEY, "MD5")


def test_sign_type_is_one_of_two() -> None:
    """APIv2 knows MD5 and HMAC-SHA256, spelt exactly so."""
    assert [v2.named_sign_type(name) for name in ("MD5", "HMAC-SHA256")] == ["MD5", "HMAC-SHA256"]
    for name in ("md5", "SHA1", ""):
        with pytest.raises(UnknownSignTypeError, match="expected MD5 or HMAC-SHA256"):
            v2.named_sign_type(name)


@given(text=st.text(st.characters(codec="utf-8"), max_size=80))
def test_opens_what_another_implementation_seals(text: str) -> None:
    """req_info sealed by another library under the lower-case hex MD5 of the key comes back byte for byte."""
    aes_key = hashlib.md5(KEY.encode(), usedforsecurity=False).hexdigest().encode()
    sealed = AES.new(aes_key, AES.MODE_ECB).encrypt(pad(text.encode(), 16))

    assert v2.decrypt_req_info(base64.b64encode(sealed).decode(), KEY) == text.encode()


@pytest.mark.parametrize("req_info", ["", "%%%", "AAAA", base64.b64encode(bytes(16)).decode(), base64.b64encode(bytes(33)).decode()])
def test_refuses_what_cannot_be_opened(req_info: str) -> None:
    """Nothing, no base64, broken blocks and foreign blocks are refused as such."""
    with pytest.raises(ReqInfoError):
        v2.decrypt_req_info(req_info, KEY)


def test_a_wrong_key_never_opens_req_info() -> None:
    """Among a thousand wrong keys some leave valid padding; none of them yields a plaintext."""
    aes_key = hashlib.md5(KEY.encode(), usedforsecurity=False).hexdigest().encode()
    sealed = base64.b64encode(AES.new(aes_key, AES.MODE_ECB).encrypt(pad(b"<root><refund_fee>1</refund_fee></root>" * 4, 16))).decode()

    for number in range(1000):
        with pytest.raises(ReqInfoError):
            v2.decrypt_req_info(sealed, f"{number:032}")


def test_an_aes_key_has_32_bytes() -> None:
    """AES-256 takes no other key."""
    with pytest.raises(ReqInfoError, match="16 bytes; expected 32"):
        v2.decrypt_ecb(base64.b64encode(bytes(16)).decode(), bytes(16))
