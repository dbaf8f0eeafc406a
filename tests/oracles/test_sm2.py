"""SM2, held against gmssl, and what gmssl leaves unchecked."""

import sys

import pytest
from Cryptodome.Util.asn1 import DerInteger, DerOctetString, DerSequence
from gmssl import sm2 as gmssl_sm2
from gmssl import sm3 as gmssl_sm3

from reference.oracles import sm2
from reference.oracles.sm2 import DecryptionError, Sm2KeyError, SmUnavailable
from vectors import BUNDLED, load_file

PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC = sm2.public_point(PRIVATE)
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
MESSAGE = "支付成功".encode()


def _other() -> gmssl_sm2.CryptSM2:
    other = gmssl_sm2.CryptSM2(private_key=f"{PRIVATE:064x}", public_key="", mode=1)
    other.public_key = "".join(f"{number:064x}" for number in PUBLIC)
    return other


def _signed() -> tuple[int, int]:
    digits = _other().sign_with_sm3(MESSAGE, "59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21")
    return int(digits[:64], 16), int(digits[64:], 16)


def _der(*numbers: int) -> bytes:
    return bytes(DerSequence([DerInteger(number) for number in numbers]).encode())


def _sealed(plaintext: bytes) -> tuple[int, int, bytes, bytes]:
    """Encrypt with gmssl's parts and a number of our own, for its encrypt draws one at random."""
    number = 0x384F30353073AEECE7A1654330A96204D37982A3E15B2CB5
    x, y = sm2.public_point(number)
    shared = _other()._kg(number, "".join(f"{each:064x}" for each in PUBLIC))
    stream = bytes.fromhex(gmssl_sm3.sm3_kdf(shared.encode(), len(plaintext)))
    digest = gmssl_sm3.sm3_hash(list(bytes.fromhex(shared[:64]) + plaintext + bytes.fromhex(shared[64:])))
    return x, y, bytes.fromhex(digest), bytes(one ^ other for one, other in zip(plaintext, stream, strict=True))


def _der_ciphertext(x: int, y: int, digest: bytes, body: bytes) -> bytes:
    return bytes(DerSequence([DerInteger(x), DerInteger(y), DerOctetString(digest), DerOctetString(body)]).encode())


def test_verifies_what_gmssl_signs() -> None:
    """A signature of gmssl verifies, as numbers and in DER; over another message or for another signer it does not."""
    r, s = _signed()

    assert sm2.verifies_numbers(PUBLIC, MESSAGE, r, s)
    assert sm2.verifies(PUBLIC, MESSAGE, _der(r, s))
    assert not sm2.verifies(PUBLIC, MESSAGE + b" ", _der(r, s))
    assert not sm2.verifies(PUBLIC, MESSAGE, _der(r, s), user_id=b"another")
    assert not sm2.verifies(PUBLIC, MESSAGE, _der(s, r))


def test_numbers_out_of_range_never_verify() -> None:
    """Zero, the order and anything beyond it are no parts of a signature."""
    r, s = _signed()

    for one, other in ((0, s), (r, 0), (r + ORDER, s), (r, s + ORDER), (r, ORDER - r), (ORDER, s)):
        assert not sm2.verifies_numbers(PUBLIC, MESSAGE, one, other)


@pytest.mark.parametrize("change", [lambda der: der[:-1], lambda der: der + b"\x00", lambda _: b"", lambda der: b"\x31" + der[1:]])
def test_only_one_encoding_of_a_signature_is_taken(change: object) -> None:
    """A signature in DER that is cut, prolonged or of another kind does not verify."""
    assert callable(change)
    assert not sm2.verifies(PUBLIC, MESSAGE, change(_der(*_signed())))


def test_a_point_off_the_curve_verifies_nothing() -> None:
    """A public key that is no point of the curve is never a signer's."""
    assert not sm2.verifies_numbers((PUBLIC[0], PUBLIC[1] + 1), MESSAGE, *_signed())


def test_opens_what_gmssl_seals() -> None:
    """A ciphertext of gmssl in DER is opened, whatever its length."""
    for plaintext in (b"x", MESSAGE, b"y" * 100):
        assert sm2.decrypt(PRIVATE, _der_ciphertext(*_sealed(plaintext))) == plaintext


def test_refuses_a_ciphertext_that_was_changed() -> None:
    """A changed body, digest or point is refused; gmssl by itself would return what comes out."""
    x, y, digest, body = _sealed(MESSAGE)
    flipped = bytes([body[0] ^ 1]) + body[1:]

    for parts in ((x, y, digest, flipped), (x, y, digest[::-1], body), (x, y + 1, digest, body), (x, y, digest, body[:-1])):
        with pytest.raises(DecryptionError):
            sm2.decrypt(PRIVATE, _der_ciphertext(*parts))
    with pytest.raises(DecryptionError, match="not a DER sequence"):
        sm2.decrypt(PRIVATE, b"\x30\x00")
    with pytest.raises(DecryptionError, match="another key"):
        sm2.decrypt(PRIVATE - 1, _der_ciphertext(x, y, digest, body))


def test_reads_keys() -> None:
    """A PKCS#8 key on the curve gives its number; a point is read from its uncompressed form."""
    pem = load_file(BUNDLED / "sm_sm2_sm3_sm4.json").keys["java-sm2-merchant"].pem
    assert pem is not None

    assert 0 < sm2.private_number(pem) < ORDER
    assert sm2.private_number(pem.replace("\n", "\r\n")) == sm2.private_number(pem)
    assert sm2.point_from_hex("04" + "".join(f"{number:064x}" for number in PUBLIC)) == PUBLIC


def test_refuses_other_keys() -> None:
    """An RSA key, no key at all, and points that are none are refused as such."""
    pem = load_file(BUNDLED / "sm_sm2_sm3_sm4.json").keys["gen-merchant"].pem
    assert pem is not None

    with pytest.raises(Sm2KeyError, match="not on the SM2 curve"):
        sm2.private_number(pem)
    with pytest.raises(Sm2KeyError, match="not a PKCS#8 private key"):
        sm2.private_number("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")
    for digits in ("zz", "04", "02" + "11" * 32, "04" + "11" * 64):
        with pytest.raises(Sm2KeyError):
            sm2.point_from_hex(digits)


def test_without_the_extra_the_way_to_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without gmssl the error says what to install."""
    monkeypatch.setitem(sys.modules, "gmssl.sm2", None)

    with pytest.raises(SmUnavailable, match=r"pip install 'wechatpay-conformance\[sm\]'"):
        sm2.public_point(PRIVATE)
