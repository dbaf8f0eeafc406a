"""No secret gets into an artefact, however it is spelt."""

import base64
import html
import json
import textwrap
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import assume, given
from hypothesis import strategies as st

from reports.redaction import REDACTED, Redactor

KEY = 'k3y/with+odd=chars&"quotes"密'

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 inside longer data": lambda text: base64.b64encode(b"ab" + text.encode() + b"xyz").decode(),
    "base64 in lines": lambda text: base64.encodebytes(b"x" * 50 + text.encode() + b"y" * 50).decode(),
    "base64 of base64": lambda text: base64.b64encode(base64.b64encode(text.encode()) + b"\n").decode(),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "hex with colons": lambda text: text.encode().hex(":"),
    "url": lambda text: quote(text, safe=""),
    "url path": quote,
    "url form": quote_plus,
    "url in lower case": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "url of url": lambda text: quote(quote(text, safe="")),
    "json": json.dumps,
    "json in unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "json with escaped slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "json in json": lambda text: json.dumps(json.dumps(text)),
    "json in a query": lambda text: quote(json.dumps({"key": text})),
    "all unicode escapes": lambda text: "".join(f"\\u{ord(character):04x}" for character in text),
    "xml": html.escape,
    "xml by number": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "repr": repr,
    "bytes repr": lambda text: repr(text.encode()),
    "mojibake": lambda text: text.encode().decode("latin-1"),
}
# Base64 of base64 is a second coding, which is only found where the inner one is itself a secret.
CODED_TWICE = "base64 of base64"


@pytest.mark.parametrize("spelling", [name for name in SPELLINGS if name != CODED_TWICE])
@pytest.mark.parametrize("secret", [KEY, "0123456789abcdef0123456789ABCDEF", "a b\tc\nd/e\\f", "密钥密钥密钥", "%41%42\\u0043&amp;+"])
def test_a_secret_is_found_in_every_spelling(spelling: str, secret: str) -> None:
    """A secret in a longer text goes, in whatever spelling, as text, as bytes and inside JSON."""
    shown = SPELLINGS[spelling](secret)
    redactor = Redactor([secret])

    assert shown not in redactor.text(f"<<{shown}>>")
    assert REDACTED in redactor.text(f"<<{shown}>>")
    assert shown.encode() not in redactor.data(b"<<" + shown.encode() + b">>")
    cleaned = redactor.clean({"list": [f"<<{shown}>>", 1, None], f"<<{shown}>>": True})
    assert shown not in "".join([*cleaned["list"][:1], *cleaned])


@given(
    secret=st.text(min_size=8, max_size=40),
    spelling=st.sampled_from(sorted(set(SPELLINGS) - {CODED_TWICE, "xml by number", "all unicode escapes"})),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_canary(secret: str, spelling: str, before: str, after: str) -> None:
    """Whatever the secret and whatever stands around it, nothing of it is left."""
    assume(secret.strip() and not any(part in REDACTED or REDACTED in part for part in (secret, secret.strip())))
    shown = SPELLINGS[spelling](secret)
    text = before + shown + after

    cleaned = Redactor([secret]).clean({"body": text, "body_b64": base64.b64encode(text.encode("utf-8", "replace")).decode()})

    assert shown not in cleaned["body"]
    assert shown.encode("utf-8", "replace") not in base64.b64decode(cleaned["body_b64"])


@given(secret=st.binary(min_size=8, max_size=40), before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_canary_in_bytes(secret: bytes, before: bytes, after: bytes) -> None:
    """A binary secret goes from binary bodies, raw, and from their base64 in any alignment."""
    assume(secret not in REDACTED.encode())
    redactor = Redactor([secret])
    whole = before + secret + after

    assert secret not in redactor.data(whole)
    encoded = base64.b64encode(whole).decode()
    left = redactor.text(f'"{encoded}"').replace(REDACTED, "    ")
    assert secret not in base64.b64decode(left.replace('"', "") + "=" * (-len(left.replace('"', "")) % 4) if " " not in left else "")


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_what_holds_no_secret_stays(value: object) -> None:
    """Text without a secret is untouched, whatever escapes it holds."""
    assert Redactor(["a secret nobody draws"]).clean(value) == value


def _keys() -> dict[str, str]:
    curve, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    formats = serialization.PrivateFormat
    none = serialization.NoEncryption()
    locked = serialization.BestAvailableEncryption(b"x")
    pem = serialization.Encoding.PEM
    return {
        "PKCS8": curve.private_bytes(pem, formats.PKCS8, none).decode(),
        "EC": curve.private_bytes(pem, formats.TraditionalOpenSSL, none).decode(),
        "OpenSSH": edwards.private_bytes(pem, formats.OpenSSH, none).decode(),
        "encrypted": curve.private_bytes(pem, formats.PKCS8, locked).decode(),
        "test key": curve.private_bytes(pem, formats.PKCS8, none).decode().replace("PRIVATE KEY", "RSA TESTING KEY"),
        "SSH2": "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAAgIAAAAm\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
        "PGP": "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQVYBF2abcdefg\n-----END PGP PRIVATE KEY BLOCK-----\n",
    }


KEYS = _keys()


WRAPPINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "json": json.dumps,
    "json in json": lambda pem: json.dumps(json.dumps(pem)),
    "url": quote,
    "url form": quote_plus,
    "CRLF": lambda pem: pem.replace("\n", "\r\n"),
    "indented": lambda pem: textwrap.indent(pem, "    "),
    "on one line": lambda pem: " ".join(pem.split("\n")),
    "cut short": lambda pem: pem[: pem.rindex("END") - 6],
    "base64": lambda pem: base64.b64encode(pem.encode()).decode(),
    "base64 in lines": lambda pem: base64.encodebytes(pem.encode()).decode(),
}


@pytest.mark.parametrize(
    ("kind", "wrapping"),
    # In base64 only blocks with five dashes are looked for.
    [(kind, wrapping) for kind in KEYS for wrapping in WRAPPINGS if kind != "SSH2" or not wrapping.startswith("base64")],
)
def test_private_keys_always_go(kind: str, wrapping: str) -> None:
    """A private key block of any kind goes though nobody named it a secret, even cut short, wrapped or escaped."""
    wrapped = WRAPPINGS[wrapping](KEYS[kind])

    cleaned = Redactor([]).text(f"see {wrapped}")

    assert KEYS[kind].splitlines()[-2][:12] not in cleaned
    assert wrapped[40:80] not in cleaned
    assert REDACTED in cleaned
    assert len(cleaned) < 50


def test_a_public_key_stays() -> None:
    """Certificates and public keys are evidence, in PEM and in base64 of it."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    text = f"{pem} {base64.b64encode(pem.encode()).decode()}"

    assert Redactor([KEYS["PKCS8"]]).text(text) == text


@pytest.mark.parametrize("form", [str, str.encode])
def test_a_known_key_goes_line_by_line(form: Callable[[str], str | bytes]) -> None:
    """Of a key that was named, every line of the body is a secret of its own, as logs quote keys in part."""
    lines = KEYS["EC"].splitlines()[1:-1]

    for line in lines:
        assert Redactor([form(KEYS["EC"])]).text(f"key: {line[:64]}, …") == f"key: {REDACTED}, …"


def test_what_cannot_be_located_goes_whole() -> None:
    """Where a secret shows only after several layers are decoded, the text goes as a whole rather than stay."""
    mixed = "x=" + "".join(f"%{byte:02X}" if place % 2 else chr(byte) for place, byte in enumerate(b"correct-horse"))

    assert Redactor(["correct-horse"]).text(mixed) == REDACTED


def test_short_secrets_are_ignored() -> None:
    """A secret of a few characters would tear holes into everything."""
    assert Redactor(["", "a", "12345", b""]).text("a 12345") == "a 12345"


def test_a_member_named_like_base64_need_not_be() -> None:
    """A journal may hold any member; one that only looks like bytes is treated as text."""
    assert Redactor(["correct-horse"]).clean({"x_b64": "correct-horse!", "y_b64": 7}) == {"x_b64": f"{REDACTED}!", "y_b64": 7}


@pytest.mark.parametrize(
    "told",
    [
        "<sandbox_signkey>013467007045764ABCDEF01346700704</sandbox_signkey>",
        "<sandbox_signkey><![CDATA[013467007045764ABCDEF01346700704]]></sandbox_signkey>",
        "&lt;sandbox_signkey&gt;&lt;![CDATA[abcdef01346700704576401346700704]]&gt;",
        "<sandbox_signkey><![CDATA[013467007045…",
        "sandbox_signkey 'abc013467007045764ABCDEF013467'",
    ],
)
def test_a_sandbox_key_goes_wherever_it_is_named(told: str) -> None:
    """The key of the sandbox is known to nobody beforehand, so it goes by its name, whole or cut off."""
    shown = Redactor(["secret-of-somebody"]).text(told)

    assert "0134670" not in shown
    assert "sandbox_signkey" in shown
    assert REDACTED in shown


def test_the_name_of_the_sandbox_key_may_be_spoken_of() -> None:
    """A sentence about the key loses nothing."""
    sentence = "A sandbox_signkey of 32 characters, sandbox_signkey 32 digits, differently sandbox_signkey."
    assert Redactor([]).text(sentence) == sentence
