"""Signatures of the aggregate gateway."""

from Cryptodome.Hash import MD5
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import gateway

SECRET = "GatewaySecretForTests0000000000a"

_names = st.text("abcdefghijklmnopqrstuvwxyzABCZ_0123456789", min_size=1, max_size=8)
_params = st.dictionaries(_names, st.text(st.characters(codec="utf-8"), max_size=12), max_size=6)


@given(params=_params)
def test_signs_like_another_implementation(params: dict[str, str]) -> None:
    """The signature is the lower-case MD5 another library takes of the sorted, non-empty parameters and the secret."""
    text = "&".join(f"{name}={params[name]}" for name in sorted(params) if params[name] and name not in {"sign", "sign_type"})

    assert gateway.string_to_sign(params, SECRET) == f"{text}&key={SECRET}"
    assert gateway.sign(params, SECRET) == MD5.new(f"{text}&key={SECRET}".encode()).hexdigest()  # noqa: S303  # the gateway prescribes MD5


@given(params=_params)
def test_verifies_what_it_signs(params: dict[str, str]) -> None:
    """A signature verifies, whether sign_type is sent or not; with another parameter, secret or case it does not."""
    signed = {**params, "sign": gateway.sign(params, SECRET)}

    assert gateway.verify(signed, SECRET)
    assert gateway.verify({**signed, "sign_type": "MD5"}, SECRET)
    assert gateway.verify({**signed, "empty": ""}, SECRET)
    assert not gateway.verify({**signed, "added": "1"}, SECRET)
    assert not gateway.verify(signed, SECRET.lower())
    assert not gateway.verify({**signed, "sign": signed["sign"].upper() + " "}, SECRET)
    assert not gateway.verify({**signed, "sign": ""}, SECRET)


def test_content_is_signed_as_it_is_written() -> None:
    """The same JSON written differently has another signature."""
    compact, spaced = ({"content": text} for text in ('{"total_amount":0.10}', '{"total_amount": 0.10}'))

    assert gateway.sign(compact, SECRET) != gateway.sign(spaced, SECRET)
