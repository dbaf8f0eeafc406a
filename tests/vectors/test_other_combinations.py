"""Vectors nobody bundled: other keys, other values, other results for the same operations."""

import base64
import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest
from Cryptodome.Cipher import AES, PKCS1_OAEP, PKCS1_v1_5
from Cryptodome.Hash import SHA1, SHA256
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import pkcs1_15
from Cryptodome.Util.Padding import pad

from conformance.runner.known_answers import judge
from tests.vectors.samples import bundled_files, entry, write, write_keys
from vectors import load_file

_PRIVATE = str(bundled_files()[0].keys["go-merchant"].pem)
_KEY = RSA.import_key(_PRIVATE.replace("TESTING KEY", "PRIVATE KEY"))
_PUBLIC = _KEY.public_key().export_key().decode()
_REQUEST = {"method": "POST", "url": "/v3/x?n=%E5%BC%A0", "timestamp": "1800000000", "nonce_str": "N1", "body": '{"a":"深圳"}'}
_MESSAGE = 'POST\n/v3/x?n=%E5%BC%A0\n1800000000\nN1\n{"a":"深圳"}\n'
_RESPONSE = "1800000000\nN2\n[]\n"
_PAY = {"kind": "app", "appId": "wx1", "timeStamp": "1800000000", "nonceStr": "N3", "prepay_id": "wx2"}
_V3_KEY, _V2_KEY = "an APIv3 key of our own, 32 byte", "an APIv2 key of our own, 32 char"


def _signature(message: str) -> str:
    return base64.b64encode(pkcs1_15.new(_KEY).sign(SHA256.new(message.encode()))).decode()


def _gcm(plaintext: bytes) -> bytes:
    cipher = AES.new(_V3_KEY.encode(), AES.MODE_GCM, nonce=b"nonce1234567")
    cipher.update(b"refund")
    return b"".join(cipher.encrypt_and_digest(plaintext))


def _authorization(scheme: str = "WECHATPAY2-SHA256-RSA2048") -> str:
    return f'{scheme} serial_no="AB",mchid="1",timestamp="1800000000",nonce_str="N1",signature="{_signature(_MESSAGE)}"'


_HEADERS = {
    "wechatpay-timestamp": "1800000000",
    "wechatpay-nonce": "N2",
    "WECHATPAY-SERIAL": "0ab1",
    "Wechatpay-Signature": _signature(_RESPONSE),
}
_FIELDS = {"mchid": "1", "nonce_str": "N1", "timestamp": "1800000000", "serial_no": "AB", "signature": _signature(_MESSAGE)}
_V2_SIGN = hashlib.md5(f"a=1&key={_V2_KEY}".encode(), usedforsecurity=False).hexdigest().upper()
_V2_AES = AES.new(hashlib.md5(_V2_KEY.encode(), usedforsecurity=False).hexdigest().encode(), AES.MODE_ECB)
_REQ_INFO = base64.b64encode(_V2_AES.encrypt(pad("<root>张</root>".encode(), 16))).decode()
_BILL = "交易时间\r\n".encode()
_ZIPPED = {
    "data_b64": base64.b64encode(gzip.compress(_BILL)).decode(),
    "tar_type": "GZIP",
    "hash_type": "SHA1",
    "hash_value": hashlib.sha1(_BILL, usedforsecurity=False).hexdigest(),
}
_SEALED = {"nonce": "nonce1234567", "associated_data": "refund", "ciphertext": base64.b64encode(_gcm(b"{}")).decode()}
_OAEP = {"ciphertext_b64": base64.b64encode(PKCS1_OAEP.new(_KEY, SHA1).encrypt(b"x")).decode()}
_PKCS1 = {"ciphertext_b64": base64.b64encode(PKCS1_v1_5.new(_KEY).encrypt(b"x")).decode()}
_PAY_MESSAGE = "wx1\n1800000000\nN3\nwx2\n"

_RSA, _REF, _TRUSTED = "WECHATPAY2-SHA256-RSA2048", {"ref": "mine"}, {"trusted": {"AB1": "public"}}

_CASES: list[tuple[str, str, dict[str, Any] | None, dict[str, Any], dict[str, Any]]] = [
    ("sign", _RSA, _REF, _REQUEST, {"message": _MESSAGE, "signature": _signature(_MESSAGE)}),
    ("sign", _RSA, {"pem": _PRIVATE}, _REQUEST, {"signature": _signature(_MESSAGE)}),
    ("sign-raw", _RSA, _REF, {"message": "m"}, {"signature": _signature("m")}),
    ("verify-request", _RSA, {"ref": "public"}, {**_REQUEST, "signature": _signature(_MESSAGE)}, {"verified": True}),
    ("verify-raw", "SHA256-RSA2048-raw", _TRUSTED, {"message": "m", "serial": "AB1", "signature": _signature("m")}, {"verified": True}),
    ("verify", "v3-notification", _TRUSTED, {"headers": _HEADERS, "body": "[]", "now": 1800000299}, {"verified": True}),
    (
        "verify",
        "v3-response",
        {"trusted": {"AB1": {"pem": _PUBLIC}}},
        {"headers": _HEADERS, "body": "[]", "now": 1799999701},
        {"verified": True},
    ),
    ("paysign", "v3-paySign-app", _REF, _PAY, {"message": _PAY_MESSAGE, "signature": _signature(_PAY_MESSAGE)}),
    ("verify-paysign", "v3-paySign-app", _REF, {**_PAY, "signature": _signature(_PAY_MESSAGE)}, {"verified": True}),
    ("parse-authorization", "Authorization", _REF, {**_REQUEST, "header": _authorization()}, {"fields": _FIELDS, "verified": True}),
    ("decrypt", "AEAD_AES_256_GCM", {"apiv3_key": _V3_KEY}, _SEALED, {"plaintext": "{}"}),
    ("decrypt", "RSA-OAEP-SHA1-MGF1SHA1", _REF, _OAEP, {"plaintext": "x"}),
    ("encrypt", "RSA-OAEP-SHA1-MGF1SHA1", _REF, {"plaintext": "x" * 214}, {"plaintext": "x" * 214}),
    ("decrypt-pkcs1v15", "RSAES-PKCS1-v1_5", _REF, _PKCS1, {"plaintext": "x"}),
    ("sign", "v2-MD5", {"ref": "v2"}, {"params": {"a": "1"}, "sign_type": "MD5"}, {"sign": _V2_SIGN}),
    ("verify-params", "v2-MD5", {"secret": _V2_KEY}, {"params": {"a": "1"}, "sign": _V2_SIGN, "sign_type": "MD5"}, {"verified": True}),
    ("verify-xml", "v2-MD5", {"ref": "v2"}, {"xml": "<xml><a>1</a></xml>", "sign": _V2_SIGN, "sign_type": "MD5"}, {"verified": True}),
    (
        "verify",
        "v2-MD5",
        {"ref": "v2"},
        {"xml": f"<xml>\n<a>\n<![CDATA[1]]>\n</a><sign>{_V2_SIGN}</sign></xml>", "sign_type": "MD5"},
        {"verified": True},
    ),
    ("decrypt", "v2-req_info", {"ref": "v2"}, {"req_info": _REQ_INFO}, {"plaintext": "<root>张</root>"}),
    (
        "verify",
        "gateway-MD5",
        {"secret": _V2_KEY},
        {"params": {"a": "1", "sign_type": "MD5", "sign": _V2_SIGN.lower()}},
        {"verified": True},
    ),
    ("bill-hash", "SHA1", None, _ZIPPED, {"match": True}),
    ("sha256", "sha256-file", None, {"data_b64": "AA==", "filename": "a"}, {"sha256": hashlib.sha256(b"\x00").hexdigest()}),
]


@pytest.mark.parametrize(
    ("op", "scheme", "material", "inputs", "expected"), _CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_agrees_with_another_implementation(
    tmp_path: Path, op: str, scheme: str, material: dict[str, Any] | None, inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    """What pycryptodomex computed under keys of the file's own agrees as valid, and not as invalid."""
    write_keys(tmp_path, mine={"pem": _PRIVATE}, public={"pem": _PUBLIC}, v2={"secret": _V2_KEY})
    members = {"scheme": scheme, "key_material": material, "inputs": {"op": op, **inputs}, "expected": expected}
    file = load_file(write(tmp_path, entry(id="as-valid", **members), entry(id="as-invalid", result="invalid", **members)))

    assert [judge(vector, file.keys).outcome for vector in file.vectors] == ["agrees", "mismatch"]


@pytest.mark.parametrize(
    ("op", "scheme", "material", "inputs"),
    [
        ("sign", "v3-media-upload", _REF, {**_REQUEST, "body": '{"filename":"a","sha256":"00"}', "file_b64": "AA=="}),
        ("parse-authorization", "Authorization", _REF, {**_REQUEST, "header": _authorization("WECHATPAY2-SM2-WITH-SM3")}),
        ("parse-authorization", "Authorization", _REF, {**_REQUEST, "timestamp": "1800000001", "header": _authorization()}),
        ("build-authorization", "Authorization", None, {"fields": {"mchid": "1"}, "order": ["mchid"]}),
        ("verify-raw", "SHA256-RSA2048-raw", _TRUSTED, {"message": "m", "serial": "AB2", "signature": _signature("m")}),
        ("decrypt-pkcs1v15", "RSAES-PKCS1-v1_5", _REF, _OAEP),
        ("sign", "v2-MD5", {"ref": "v2"}, {"params": {"a": "1"}, "sign_type": "SHA1"}),
        ("none", "v3-paySign-none", None, {"kinds": ["jsapi"]}),
        ("sm4-ecb", "SM4-ECB", {"key_hex": "00"}, {"data_hex": ""}),
    ],
)
def test_refuses_what_must_be_refused(
    tmp_path: Path, op: str, scheme: str, material: dict[str, Any] | None, inputs: dict[str, Any]
) -> None:
    """A fault our vectors do not have is refused all the same, so an invalid vector about it agrees and a valid one does not."""
    write_keys(tmp_path, mine={"pem": _PRIVATE}, public={"pem": _PUBLIC}, v2={"secret": _V2_KEY})
    members = {"scheme": scheme, "key_material": material, "inputs": {"op": op, **inputs}}
    file = load_file(
        write(tmp_path, entry(id="i", result="invalid", expected={"error": True}, **members), entry(id="v", expected={}, **members))
    )

    assert [judge(vector, file.keys).outcome for vector in file.vectors] == ["agrees", "mismatch"]


def test_a_boundary_on_which_sources_disagree_is_never_settled(tmp_path: Path) -> None:
    """At exactly 300 s neither verdict is right, so a vector that claims one does not agree."""
    write_keys(tmp_path, public={"pem": _PUBLIC})
    inputs = {"op": "verify", "headers": _HEADERS, "body": "[]", "now": 1800000300}
    for result, expected in (("valid", {"verified": True}), ("invalid", {"verified": False})):
        path = write(tmp_path, entry(scheme="v3-response", key_material=_TRUSTED, inputs=inputs, result=result, expected=expected))
        file = load_file(path)
        assert judge(file.vectors[0], file.keys).outcome == "mismatch"


@pytest.mark.parametrize(
    ("material", "reason"),
    [
        ({"ref": "v2"}, "is a secret; this operation takes a key in PEM"),
        ({"ref": "public"}, "Expected a private key"),
        ({"pem": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}, "cannot be read"),
        ({"derivation": "none"}, "key_material.pem is None"),
    ],
)
def test_a_key_of_another_kind_is_no_refusal(tmp_path: Path, material: dict[str, Any], reason: str) -> None:
    """A vector whose key does not fit its operation is unsupported, even where a refusal is expected."""
    write_keys(tmp_path, public={"pem": _PUBLIC}, v2={"secret": _V2_KEY})
    file = load_file(
        write(
            tmp_path,
            entry(scheme=_RSA, key_material=material, inputs={"op": "sign", **_REQUEST}, result="invalid", expected={"error": True}),
        )
    )
    judged = judge(file.vectors[0], file.keys)

    assert judged.outcome == "unsupported"
    assert reason in judged.got
