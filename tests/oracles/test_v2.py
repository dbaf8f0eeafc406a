"""APIv2 signatures."""

import pytest
from Cryptodome.Hash import HMAC, MD5, SHA256
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import v2
from reference.oracles.v2 import SignType, UnknownSignTypeError

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
    signed = v2.signed(params, KEY, sign_type)

    assert signed.items() >= {name: value for name, value in params.items() if value is not None and name != "sign"}.items()
    assert v2.verify(signed, KEY, sign_type)
    assert v2.verify(signed, KEY)
    assert not v2.verify(signed, KEY + "x")
    assert not v2.verify(signed, KEY, "MD5" if sign_type == "HMAC-SHA256" else "HMAC-SHA256")
    assert not v2.verify({**signed, "added": "1"}, KEY)


@pytest.mark.parametrize("sign", [None, "", "A" * 31, "É" * 32, "\ud800" * 32, "9A0A8659F005D6984697E2CA0A9CF3B7"])
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


def test_names_are_sorted_by_their_bytes() -> None:
    """Upper case comes before _ and _ before lower case; 10 comes before 2; an astral character after all others."""
    params = dict.fromkeys(["a_b", "aB", "ab", "a2", "a10", "A", "_", "\U00010000", "\uff21"], "x")

    assert v2.canonicalize(params) == "A=x&_=x&a10=x&a2=x&aB=x&a_b=x&ab=x&\uff21=x&\U00010000=x"
    assert sorted(params) == sorted(params, key=str.encode)


def test_only_empty_values_are_left_out() -> None:
    """An empty and an absent value are not signed; 0, false and a blank are."""
    params = {"a": "0", "b": "false", "c": " ", "d": "", "e": None, "sign": "x", "sign_type": "MD5"}

    assert v2.string_sign_temp(params, "k") == "a=0&b=false&c= &sign_type=MD5&key=k"
    assert v2.signed(params, "k") == {"a": "0", "b": "false", "c": " ", "d": "", "sign_type": "MD5", "sign": v2.sign(params, "k")}


@pytest.mark.parametrize(
    ("params", "sign_type"),
    [
        ({"sign": "A" * 32}, "MD5"),
        ({"sign": "A" * 64}, "HMAC-SHA256"),
        ({"sign": "A" * 64, "sign_type": ""}, "HMAC-SHA256"),
        ({"sign": "A" * 32, "sign_type": "HMAC-SHA256"}, "HMAC-SHA256"),
        ({"sign": "A" * 64, "sign_type": "MD5"}, "MD5"),
        ({"sign": "A" * 32, "sign_type": "md5"}, None),
        ({"sign": "A" * 40}, None),
        ({"sign": None}, None),
        ({}, None),
    ],
)
def test_an_answer_names_its_algorithm_or_shows_it(params: dict[str, str | None], sign_type: SignType | None) -> None:
    """sign_type decides where it is there; else the length of the signature does, because answers need not name it."""
    assert v2.answer_sign_type(params) == sign_type


def test_a_request_is_signed_with_md5_unless_it_says_otherwise() -> None:
    """A request without sign_type is MD5, whatever the length of its signature; one with an unknown sign_type is refused."""
    assert v2.request_sign_type({"sign": "A" * 64}) == "MD5"
    assert v2.request_sign_type({"sign_type": ""}) == "MD5"
    assert v2.request_sign_type({"sign_type": "HMAC-SHA256"}) == "HMAC-SHA256"
    with pytest.raises(UnknownSignTypeError, match="'SHA1'"):
        v2.request_sign_type({"sign_type": "SHA1"})


@pytest.mark.parametrize("made", ["MD5", "HMAC-SHA256"])
@pytest.mark.parametrize("named", ["MD5", "HMAC-SHA256", "SHA1"])
def test_a_signature_by_another_algorithm_than_named_is_none(named: str, made: SignType) -> None:
    """A signature verifies only by the algorithm the message names; one the message names and nobody knows never verifies."""
    message = v2.signed({"a": "1", "sign_type": named}, KEY, made)

    assert v2.verify(message, KEY) is (named == made)


def test_parameters_can_be_taken_as_not_signed() -> None:
    """What a platform is known to leave out of its string may be ignored, and nothing else."""
    message = {"cash_fee": "0", "total_fee": "3"}
    message["sign"] = v2.sign({"total_fee": "3"}, KEY)

    assert not v2.verify(message, KEY)
    assert v2.verify(message, KEY, ignoring={"cash_fee"})
    assert not v2.verify(message, KEY, ignoring={"total_fee"})
    assert v2.verify_xml(v2.write_xml(message), KEY, ignoring={"cash_fee"})
    assert not v2.verify_xml(v2.write_xml(message), KEY)
