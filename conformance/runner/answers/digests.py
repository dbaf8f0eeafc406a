"""Operations on bare bytes: digests, bills and files."""

import hashlib
from collections.abc import Mapping
from typing import Final

from conformance.runner.answers.case import Answer, Case, Operation, Unsupported
from reference.oracles import bills, media

__all__ = ["OPERATIONS"]

_ALGORITHMS: Final = ("md5", "sha1", "sha256", "sha512")


def _digest(algorithm: str, data: bytes) -> str:
    if algorithm not in _ALGORITHMS:
        raise Unsupported(f"inputs.alg is {algorithm!r}; expected {', '.join(_ALGORITHMS)}.")
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def _hash(case: Case) -> Answer:
    return Answer.computed(hex=_digest(case.text("alg"), case.octets("text")))


def _md5(case: Case) -> Answer:
    return Answer.computed(md5_hex_lower=_digest("md5", case.octets("text")))


def _sha256(case: Case) -> Answer:
    return Answer.computed(sha256=media.sha256(case.base64("data_b64")))


def _file_sha1(case: Case) -> Answer:
    data = case.file(case.text("path"))
    if case.has("size") and len(data) != case.number("size"):
        return Answer.refused(f"The file has {len(data)} bytes; expected {case.number('size')}.")
    return Answer.computed(sha1=_digest("sha1", data))


def _bill_hash(case: Case) -> Answer:
    hash_type, tar_type = case.text("hash_type"), case.text_or_none("tar_type")
    if hash_type != "SHA1" or tar_type not in {None, "GZIP"}:
        raise Unsupported(f"hash_type is {hash_type!r}, tar_type {tar_type!r}; bills have SHA1, and GZIP or none.")
    return Answer.verdict(holds=bills.sha1_matches(case.text("hash_value"), case.base64("data_b64"), tar_type), name="match")


_HASHES: Final[Mapping[str, Operation]] = {
    "hash": _hash,
    "md5": _md5,
    "sha256": _sha256,
    "file-sha1": _file_sha1,
    "bill-hash": _bill_hash,
}

OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    (scheme, op): operation
    for scheme in ("MD5", "SHA1", "SHA256", "sha256-file", "v2-MD5-raw", "v3-media-upload")
    for op, operation in _HASHES.items()
}
