"""Uploads of images and videos."""

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import signature
from reference.oracles.media import build_meta, meta_problems, request_message, sha256
from tests.oracles.known import each, private, public
from vectors import Vector


def _message(vector: Vector) -> bytes:
    inputs = vector.inputs
    return request_message(inputs["url"], inputs["timestamp"], inputs["nonce_str"], inputs["body"].encode())


@each("v3_media_upload", "sign")
def test_signs_each_vector(vector: Vector) -> None:
    """Only the meta JSON is signed, exactly as it stands in the form part."""
    assert vector.key_material is not None
    message = _message(vector)

    assert message == vector.expected["message"].encode()
    assert signature.sign(private(vector.key_material["ref"]), message) == vector.expected["signature"]
    if "file_b64" in vector.inputs:
        assert meta_problems(vector.inputs["body"].encode(), base64.b64decode(vector.inputs["file_b64"])) == ()


@each("v3_media_upload", "verify-request")
def test_refuses_each_wrong_vector(vector: Vector) -> None:
    """A signature over the multipart body, over nothing, or over re-spaced meta does not verify."""
    assert vector.key_material is not None
    message = _message(vector)

    assert not signature.verifies(public(vector.key_material["ref"]), message, vector.inputs["signature"])


@each("v3_media_upload", "sha256")
def test_digests_each_vector(vector: Vector) -> None:
    """The digest is that of the file's bytes."""
    digest = sha256(base64.b64decode(vector.inputs["data_b64"]))

    assert digest == vector.expected.get("sha256", digest)
    assert digest != vector.expected.get("sha256_differs_from")


@given(st.text(min_size=1).filter(lambda name: name.isprintable()), st.binary(max_size=50))
def test_meta_is_json_whatever_the_name(filename: str, data: bytes) -> None:
    """Quotes, backslashes and Chinese in a file name are escaped, and the meta fits its file."""
    meta = build_meta(filename, data)

    assert json.loads(meta) == {"filename": filename, "sha256": hashlib.sha256(data).hexdigest()}
    assert meta_problems(meta, data) == ()


@pytest.mark.parametrize(
    ("meta", "says"),
    [
        (b'{"filename":"a"b.gif"}', "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"sha256":"00"}', "filename is None"),
        (b'{"filename":"a.gif"}', "sha256 is None"),
        (json.dumps({"filename": "a.gif", "sha256": sha256(b"file").upper()}).encode(), "the file's bytes give"),
    ],
)
def test_says_what_is_wrong_with_meta(meta: bytes, says: str) -> None:
    """A meta part that does not vouch for its file is named with what was expected."""
    assert says in " ".join(meta_problems(meta, b"file"))
