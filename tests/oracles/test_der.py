"""Reading DER, held against pycryptodomex."""

import pytest
from Cryptodome.Util.asn1 import DerInteger, DerOctetString, DerSequence
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import der
from reference.oracles.der import DerError


@given(number=st.integers(0, 2**600), data=st.binary(max_size=400))
def test_reads_what_another_implementation_writes(number: int, data: bytes) -> None:
    """Integers and octet strings of a sequence come back, whatever their length."""
    first, second = der.sequence(DerSequence([DerInteger(number), DerOctetString(data)]).encode())

    assert (der.integer(first), der.octets(second)) == (number, data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x01",
        b"\x30\x00\x00",
        b"\x31\x00",
        b"\x30\x80\x00\x00",
        b"\x30\x81\x03\x02\x01\x01",
        b"\x30\x82\x00\x03\x02\x01\x01",
        b"\x30\x83\x00\x00\x03\x02\x01\x01",
        b"\x30\x03\x02\x02\x01",
    ],
)
def test_refuses_what_is_not_der(data: bytes) -> None:
    """Cut, prolonged, indefinite or needlessly long encodings are refused."""
    with pytest.raises(DerError):
        der.sequence(data)


@pytest.mark.parametrize("content", [b"", b"\xff", b"\x00\x01", b"\x80"])
def test_refuses_integers_in_another_form(content: bytes) -> None:
    """Empty, negative and padded integers are refused."""
    with pytest.raises(DerError):
        der.integer(der.Element(0x02, content))


def test_kinds_are_not_mixed_up() -> None:
    """An octet string is no integer, nor the other way round."""
    with pytest.raises(DerError):
        der.integer(der.Element(0x04, b"\x01"))
    with pytest.raises(DerError):
        der.octets(der.Element(0x02, b"\x01"))
