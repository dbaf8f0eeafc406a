"""Why a signature does not verify."""

import base64
import codecs
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.oracles.diagnosis import MISTAKES, Diagnosis, diagnose_request, diagnose_response, signer
from reference.oracles.signature import request_message, response_message, sign
from tests.oracles.known import each, private, public
from vectors import Vector

KEY = "gen-merchant"
KEYS = {KEY: public(KEY), "gen-platform": public("gen-platform")}
NONCE = "aBcDeF0123456789"
NOW = "1700000000"
HOST = "https://api.mch.weixin.qq.com"
CREATE = "/v3/pay/transactions/jsapi"
PATH = "/v3/pay/transactions/out-trade-no/a%7Cb*c"
PARAMETERS = "mchid=1900000001&name=%E5%BC%A0%2Fb"
QUERY = f"{PATH}?{PARAMETERS}"
VALUE = {"description": "深圳腾大", "notify_url": "https://x.test/n?a=1&b=<2>", "amount": {"total": 2, "currency": "CNY"}}
BODY = json.dumps(VALUE, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Request:
    """A request as it was sent."""

    method: str = "POST"
    url: str = CREATE
    timestamp: str = NOW
    nonce_str: str = NONCE
    body: bytes = BODY

    def message(self, **wrong: str | bytes) -> bytes:
        """Return the message, with some lines wrong."""
        names = ("method", "url", "timestamp", "nonce_str", "body")
        values = [wrong.get(name, getattr(self, name)) for name in names]
        return b"".join((value if isinstance(value, bytes) else value.encode()) + b"\n" for value in values)

    def diagnose(self, signature: str, keys: dict[str, RSAPublicKey] = KEYS) -> Diagnosis | None:
        """Diagnose a signature of this request."""
        return diagnose_request(self.method, self.url, self.timestamp, self.nonce_str, self.body, signature, keys)


POST = Request()
GET = Request("GET", QUERY, body=b"")
RIGHT = POST.message()


def _dumped(**style: object) -> bytes:
    return json.dumps(VALUE, **{"ensure_ascii": False, "separators": (",", ":")} | style).encode()  # type: ignore[arg-type]


# slug -> the request sent, and the message its client signed instead
MESSAGES: dict[str, list[tuple[Request, bytes]]] = {
    "method-lower-case": [(POST, POST.message(method="post"))],
    "method-other": [(POST, POST.message(method="GET"))],
    "timestamp-in-milliseconds": [(POST, POST.message(timestamp=NOW + "000")), (POST, POST.message(timestamp=NOW + "917"))],
    "timestamp-taken-twice": [(POST, POST.message(timestamp="1699999999")), (POST, POST.message(timestamp="1700000060"))],
    "nonce-case-changed": [(POST, POST.message(nonce_str=NONCE.upper()))],
    "last-newline-missing": [(POST, RIGHT[:-1]), (GET, GET.message()[:-1])],
    "extra-newline": [(POST, RIGHT + b"\n")],
    "leading-newline": [(POST, b"\n" + RIGHT)],
    "crlf": [(POST, RIGHT.replace(b"\n", b"\r\n"))],
    "literal-backslash-n": [(POST, RIGHT.replace(b"\n", b"\\n"))],
    "lines-run-together": [(POST, RIGHT.replace(b"\n", b""))],
    "nonce-and-timestamp-swapped": [(POST, POST.message(timestamp=NONCE, nonce_str=NOW))],
    "line-missing": [(POST, RIGHT.replace(f"{line}\n".encode(), b"")) for line in ("POST", CREATE, NOW, NONCE)],
    "lines-in-another-order": [(POST, b"\n".join(sorted(RIGHT.splitlines())) + b"\n")],
    "line-repeated": [(POST, POST.message(timestamp=NONCE)), (POST, POST.message(url="POST"))],
    "response-message": [(POST, response_message(NOW, NONCE, BODY))],
    "charset-gbk": [(POST, RIGHT.decode().encode("gbk"))],
    "charset-latin-1": [(POST, RIGHT.decode().encode("latin-1", "replace")), (POST, RIGHT.decode("latin-1").encode())],
    "hashed-first": [
        (POST, hashlib.sha256(RIGHT).digest()),
        (POST, hashlib.sha256(RIGHT).hexdigest().encode()),
        (POST, base64.b64encode(hashlib.sha256(RIGHT).digest())),
    ],
    "wrapped-first": [(POST, base64.b64encode(RIGHT)), (POST, quote(RIGHT, safe="").encode())],
    "query-dropped": [(GET, GET.message(url=PATH)), (GET, GET.message(url=PATH + "?"))],
    "query-sorted": [(Request("GET", "/v3/x?b=1&a=2", body=b""), Request("GET", "/v3/x?a=2&b=1", body=b"").message())],
    "query-as-body": [
        (GET, GET.message(url=PATH, body=PARAMETERS)),
        (GET, GET.message(url=PATH, body='{"mchid":"1900000001","name":"张/b"}')),
    ],
    "url-with-host": [
        (GET, GET.message(url=start + QUERY))
        for start in (HOST, "https://api2.mch.weixin.qq.com", "http://api.mch.weixin.qq.com", "api.mch.weixin.qq.com")
    ],
    "url-decoded": [(GET, GET.message(url="/v3/pay/transactions/out-trade-no/a|b*c?mchid=1900000001&name=张/b"))],
    "url-encoded-differently": [
        (GET, GET.message(url=QUERY.replace("%7C", "|"))),
        (GET, GET.message(url=QUERY.replace("*", "%2A"))),
        (GET, GET.message(url=QUERY.replace("%E5%BC%A0%2F", "%e5%bc%a0%2f"))),
        (GET, GET.message(url=QUERY.replace("%7C", "%7c").replace("%E5%BC%A0%2F", "%e5%bc%a0%2f"))),
        (Request("GET", "/v3/x?a=b%20c", body=b""), Request("GET", "/v3/x?a=b+c", body=b"").message()),
        (Request("GET", "/v3/x?a=b+c", body=b""), Request("GET", "/v3/x?a=b%20c", body=b"").message()),
        (Request("GET", "/v3/x?a={1}|2", body=b""), Request("GET", "/v3/x?a=%7B1%7D%7C2", body=b"").message()),
    ],
    "url-encoded-twice": [(GET, GET.message(url=QUERY.replace("%", "%25"))), (GET, GET.message(url=quote(QUERY, safe="")))],
    "url-slash": [(POST, POST.message(url=CREATE + "/")), (POST, POST.message(url=CREATE[1:]))],
    "url-template": [(GET, GET.message(url="/v3/pay/transactions/out-trade-no/{out_trade_no}?" + PARAMETERS))],
    "body-dropped": [(POST, POST.message(body=b""))],
    "body-invented": [(GET, GET.message(body=body)) for body in (b"{}", b"null")],
    "body-trimmed": [
        (Request(body=BODY + b"\n"), POST.message()),
        (Request(body=b" " + BODY + b" \r\n"), POST.message()),
        (Request(body=BODY + b"\n\n"), POST.message(body=BODY + b"\n")),
    ],
    "body-newlines-changed": [
        (Request(body=b'{\r\n"a": 1}'), Request(body=b'{\n"a": 1}').message()),
        (Request(body=b'{\n"a": 1}'), Request(body=b'{\r\n"a": 1}').message()),
    ],
    "body-bom": [(POST, POST.message(body=codecs.BOM_UTF8 + BODY)), (Request(body=codecs.BOM_UTF8 + BODY), RIGHT)],
    "body-compacted": [(Request(body=_dumped(separators=None)), RIGHT), (Request(body=_dumped(indent=2, separators=None)), RIGHT)],
    "body-spaced": [(POST, POST.message(body=_dumped(separators=None)))],
    "body-indented": [(POST, POST.message(body=_dumped(separators=None, indent=indent))) for indent in (2, 4, "\t")],
    "body-keys-sorted": [(POST, POST.message(body=_dumped(separators=style, sort_keys=True))) for style in (None, (",", ":"))],
    "body-written-by-php": [(POST, POST.message(body=_dumped(ensure_ascii=True).replace(b"/", b"\\/")))],
    "body-characters-escaped": [(POST, POST.message(body=_dumped(ensure_ascii=True)))],
    "body-characters-unescaped": [
        (Request(body=rb'{ "a": "\u6df1\ud83c\udf89\\u6df1\u003c" }'), Request(body=r'{ "a": "深🎉\\u6df1\u003c" }'.encode()).message())
    ],
    "body-slashes-escaped": [(POST, POST.message(body=BODY.replace(b"/", b"\\/")))],
    "body-slashes-unescaped": [(Request(body=rb'{ "a": "\/\\/" }'), Request(body=rb'{ "a": "/\\/" }').message())],
    "body-html-escaped": [(POST, POST.message(body=BODY.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")))],
    "body-hashed": [
        (POST, POST.message(body=hashlib.sha256(BODY).hexdigest())),
        (POST, POST.message(body=hashlib.md5(BODY, usedforsecurity=False).hexdigest().upper())),
    ],
}

# slug -> the signature text a client made of the right message
MAKINGS: dict[str, list[Callable[[], str]]] = {
    "wrong-key": [lambda: sign(private("gen-platform"), RIGHT)],
    "pss-padding": [
        lambda: _pss(hashes.SHA256(), padding.PSS.DIGEST_LENGTH),
        lambda: _pss(hashes.SHA256(), padding.PSS.MAX_LENGTH),
        lambda: _pss(hashes.SHA256(), 0),
    ],
    "pss-padding+digest-not-sha-256": [lambda: _pss(hashes.SHA1(), padding.PSS.DIGEST_LENGTH)],  # noqa: S303  # the mistake
    "digest-not-sha-256": [
        lambda: _pkcs1(hashes.SHA1()),  # noqa: S303  # the mistake
        lambda: _pkcs1(hashes.MD5()),  # noqa: S303  # the mistake
        lambda: _pkcs1(hashes.SHA384()),
        lambda: _pkcs1(hashes.SHA512()),
    ],
    "private-key-encryption": [
        lambda: _encrypted(hashlib.sha256(RIGHT).digest()),
        lambda: _encrypted(hashlib.sha256(RIGHT).hexdigest().encode()),
    ],
    "base64-url-safe": [
        lambda: sign(private(KEY), RIGHT).replace("+", "-").replace("/", "_"),
        lambda: sign(private(KEY), RIGHT).replace("+", "-").replace("/", "_").rstrip("="),
    ],
    "base64-with-line-breaks": [lambda: base64.encodebytes(_octets()).decode(), lambda: f" {sign(private(KEY), RIGHT)}"],
    "base64-plus-became-space": [lambda: sign(private(KEY), RIGHT).replace("+", " ")],
    "base64-percent-encoded": [lambda: quote(sign(private(KEY), RIGHT), safe="")],
    "base64-unpadded": [lambda: sign(private(KEY), RIGHT).rstrip("=")],
    "hexadecimal": [lambda: _octets().hex(), lambda: _octets().hex().upper()],
    "base64-twice": [lambda: base64.b64encode(sign(private(KEY), RIGHT).encode()).decode()],
}


def _octets() -> bytes:
    return base64.b64decode(sign(private(KEY), RIGHT))


def _pss(algorithm: hashes.HashAlgorithm, salt: object) -> str:
    scheme = padding.PSS(padding.MGF1(algorithm), salt)  # type: ignore[arg-type]
    return base64.b64encode(private(KEY).sign(RIGHT, scheme, algorithm)).decode()


def _pkcs1(algorithm: hashes.HashAlgorithm) -> str:
    return base64.b64encode(private(KEY).sign(RIGHT, padding.PKCS1v15(), algorithm)).decode()


def _encrypted(content: bytes) -> str:
    numbers = private(KEY).private_numbers()
    block = b"\x00\x01" + b"\xff" * (253 - len(content)) + b"\x00" + content
    return base64.b64encode(pow(int.from_bytes(block), numbers.d, numbers.public_numbers.n).to_bytes(256)).decode()


def test_every_mistake_is_seeded() -> None:
    """Each mistake that can be named is made in a test below."""
    seeded = {*MESSAGES, *(slug for slugs in MAKINGS for slug in slugs.split("+")), "request-message"}

    assert seeded == set(MISTAKES)


@pytest.mark.parametrize("slug", MESSAGES)
def test_finds_a_wrong_message(slug: str) -> None:
    """A signature over a message built with one mistake is told by that mistake's name and the exact string."""
    for request, message in MESSAGES[slug]:
        found = request.diagnose(sign(private(KEY), message))

        assert found is not None, message
        assert (found.slug, found.message, found.key) == (slug, message, KEY)


@pytest.mark.parametrize("slug", MAKINGS)
def test_finds_a_wrong_making(slug: str) -> None:
    """A signature of the right message made or written wrongly is told by that mistake's name."""
    assert {"+", "/", "="} <= set(sign(private(KEY), RIGHT))
    for make in MAKINGS[slug]:
        found = POST.diagnose(make())

        assert found is not None
        assert (found.slug, found.message) == (slug, RIGHT)


@pytest.mark.parametrize(
    ("slug", "request_", "message"),
    [
        ("query-dropped+url-with-host", GET, GET.message(url=HOST + PATH)),
        ("query-dropped+last-newline-missing", GET, GET.message(url=PATH)[:-1]),
        ("body-spaced+body-characters-escaped", POST, POST.message(body=_dumped(separators=None, ensure_ascii=True))),
        (
            "body-characters-escaped+body-slashes-escaped",
            Request(body=b'{ "a": "\xe6\xb7\xb1/" }'),
            Request(body=rb'{ "a": "\u6df1\/" }').message(),
        ),
        ("last-newline-missing+crlf", POST, RIGHT.replace(b"\n", b"\r\n")[:-2]),
        ("body-trimmed+last-newline-missing", Request(body=BODY + b"\n"), RIGHT[:-1]),
        ("timestamp-in-milliseconds+line-missing", POST, POST.message(timestamp=NOW + "000").replace(NONCE.encode() + b"\n", b"")),
        ("method-lower-case+hashed-first", POST, hashlib.sha256(POST.message(method="post")).digest()),
        ("body-dropped+charset-gbk", Request(url="/v3/x?n=张"), Request(url="/v3/x?n=张", body=b"").message().decode().encode("gbk")),
    ],
)
def test_finds_two_mistakes_at_once(slug: str, request_: Request, message: bytes) -> None:
    """A signature over a message with two mistakes is told by both names."""
    found = request_.diagnose(sign(private(KEY), message))

    assert found is not None
    assert (found.slug, found.message) == (slug, message)


def test_finds_a_wrong_key_beside_other_mistakes() -> None:
    """A wrong key, a wrong writing and a wrong message are told together, the other key by its name."""
    found = POST.diagnose(sign(private("gen-platform"), RIGHT[:-1]).rstrip("="))

    assert found is not None
    assert (found.slug, found.key) == ("wrong-key+base64-unpadded+last-newline-missing", "gen-platform")


def test_long_messages_are_searched_for_one_mistake_only() -> None:
    """A message of many kilobytes is searched for single mistakes, but not for pairs of them."""
    request = Request(body=b"x" * 70_000)

    assert request.diagnose(sign(private(KEY), request.message(method="post"))) is not None
    assert request.diagnose(sign(private(KEY), request.message(method="post")[:-1])) is None


def test_speaks_two_languages() -> None:
    """Each mistake has a sentence in English and one in Chinese, and a diagnosis joins those of its mistakes."""
    for mistake in MISTAKES.values():
        assert mistake.en.endswith(".")
        assert mistake.zh.endswith("。")
    found = GET.diagnose(sign(private(KEY), GET.message(url=HOST + PATH)))
    assert found is not None

    assert found.en == f"{MISTAKES['query-dropped'].en} {MISTAKES['url-with-host'].en}"
    assert found.zh == MISTAKES["query-dropped"].zh + MISTAKES["url-with-host"].zh


def test_knows_the_server_it_is_told() -> None:
    """The name of a server given as an origin is found in the URL line."""
    message = POST.message(url=f"http://127.0.0.1:8000{CREATE}")
    signature = sign(private(KEY), message)

    assert POST.diagnose(signature) is None
    found = diagnose_request("POST", CREATE, NOW, NONCE, BODY, signature, KEYS, origins=["http://127.0.0.1:8000"])
    assert found is not None
    assert (found.slug, found.message) == ("url-with-host", message)


@settings(max_examples=20)
@given(st.sampled_from(["GET", "POST"]), st.text(max_size=20), st.binary(max_size=60), st.sampled_from(sorted(KEYS)))
def test_a_right_signature_has_no_diagnosis(method: str, path: str, body: bytes, key: str) -> None:
    """Nothing is found wrong with a signature that verifies, whatever the request."""
    keys = {key: KEYS[key], **KEYS}

    assert (
        diagnose_request(
            method, f"/{path}", NOW, NONCE, body, sign(private(key), request_message(method, f"/{path}", NOW, NONCE, body)), keys
        )
        is None
    )


@settings(max_examples=30)
@given(st.binary(min_size=256, max_size=256).map(lambda octets: base64.b64encode(octets).decode()) | st.text())
def test_a_random_signature_has_no_diagnosis(signature: str) -> None:
    """A signature nobody made explains nothing, and nothing is raised."""
    assert POST.diagnose(signature) is None
    assert diagnose_response(NOW, NONCE, BODY, signature, KEYS) is None
    assert signer(signature, KEYS) is None


@pytest.mark.parametrize(
    "request_", [POST, GET, Request("", "", "", "", b""), Request(timestamp="１", url="/\ud800?=&=", body=b"\xff\xfe")]
)
def test_an_unknown_message_has_no_diagnosis_but_a_signer(request_: Request) -> None:
    """A sound signature of something else stays unexplained, yet its maker is known, even if the message cannot be."""
    signature = sign(private("gen-platform"), b"another message")

    assert request_.diagnose(signature) is None
    assert signer(signature, KEYS) == "gen-platform"
    assert signer(signature, {KEY: public(KEY)}) is None


def test_no_keys_no_diagnosis() -> None:
    """Without a key nothing can be known."""
    assert POST.diagnose(sign(private(KEY), RIGHT), {}) is None


@each("v3_request_sign", "verify-request")
def test_explains_each_wrong_request_vector(vector: Vector) -> None:
    """Every published wrongly built request is explained by the string that was in fact signed."""
    assert vector.key_material is not None
    inputs, name = vector.inputs, vector.key_material["ref"]
    request = Request(inputs["method"], inputs["url"], inputs["timestamp"], inputs["nonce_str"], inputs["body"].encode())
    found = request.diagnose(inputs["signature"], {name: public(name)})

    if vector.result == "valid":
        assert found is None
    else:
        assert found is not None
        assert found.message == inputs["signed_message"].encode()


REASONS = {
    "v3-resp-gen-reserialised-body": "body-compacted",
    "v3-resp-gen-unicode-escaped-body": "body-compacted",
    "v3-resp-gen-trimmed-body": "extra-newline",
    "v3-resp-gen-bom-body": "body-bom",
    "v3-resp-gen-no-final-lf": "last-newline-missing",
    "v3-resp-gen-nonce-ts-swapped": "nonce-and-timestamp-swapped",
    "v3-resp-gen-serial-key-mismatch": "wrong-key",
    "v3-resp-gen-merchant-key": "wrong-key",
    "v3-resp-gen-sig-urlsafe-b64": "base64-url-safe",
    "v3-resp-gen-sig-hex": "hexadecimal",
    "v3-resp-gen-sig-space-plus": "base64-plus-became-space",
    "v3-resp-gen-sig-pss": "pss-padding",
    "v3-resp-gen-sig-sha1": "digest-not-sha-256",
}


@each("v3_response_verify", "verify")
def test_explains_each_wrong_response_vector(vector: Vector) -> None:
    """Published wrong answers are explained where a usual mistake made them, and only there."""
    assert vector.key_material is not None
    headers, trusted = vector.inputs["headers"], vector.key_material["trusted"]
    signature, serial = headers.get("Wechatpay-Signature", ""), headers.get("Wechatpay-Serial", "")
    expected = trusted.get(serial, next(iter(trusted.values())))
    keys = {name: public(name) for name in (expected, *trusted.values(), "gen-merchant")}
    found = diagnose_response(
        headers["Wechatpay-Timestamp"], headers.get("Wechatpay-Nonce", ""), vector.inputs["body"].encode(), signature, keys
    )

    assert (found.slug if found else None) == REASONS.get(vector.id)


def test_a_signed_request_message_is_told_when_the_request_is_known() -> None:
    """An answer checked with the request's message is told, given the request."""
    message = request_message("POST", CREATE, NOW, NONCE, b"{}")
    signature = sign(private(KEY), message)

    assert diagnose_response(NOW, NONCE, b"{}", signature, KEYS) is None
    found = diagnose_response(NOW, NONCE, b"{}", signature, KEYS, request=("POST", CREATE))
    assert found is not None
    assert (found.slug, found.message) == ("request-message", message)


@pytest.mark.parametrize("body", [b"[" * 50_000, b'{"a":1e999}', b'"\\ud800"', b"\xff", b'{"a":' + b"9" * 5000 + b"}"])
def test_hostile_bodies_are_no_crash(body: bytes) -> None:
    """A body that is too deep, not UTF-8 or beyond numbers is searched like any other."""
    found = Request(body=body).diagnose(sign(private(KEY), Request(body=body).message(method="put")))

    assert found is None or found.message
