"""Uploads of images and videos: only the meta JSON is signed, and it vouches for the file by its SHA-256."""

import hashlib
import json
from typing import Any

from reference.oracles import signature

__all__ = ["build_meta", "meta_problems", "request_message", "sha256"]


def sha256(data: bytes) -> str:
    """Return the digest of a file's bytes as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def build_meta(filename: str, data: bytes) -> bytes:
    """Return a meta part for a file: JSON with its name and digest, escaped whatever the name holds."""
    meta = {"filename": filename, "sha256": sha256(data)}
    return json.dumps(meta, ensure_ascii=False, separators=(",", ":")).encode()


def request_message(url: str, timestamp: str, nonce_str: str, meta: bytes) -> bytes:
    """Return the bytes a merchant signs for an upload.

    The last line is *meta* exactly as it stands in the multipart body; neither the file nor the multipart framing is signed.
    Source: APIv3 guide, "Image upload".
    """
    return signature.request_message("POST", url, timestamp, nonce_str, meta)


def meta_problems(meta: bytes, data: bytes) -> tuple[str, ...]:
    """Return what is wrong with *meta* as the meta part of the file *data*; nothing if it is right."""
    try:
        value: Any = json.loads(meta)
    except (ValueError, RecursionError):
        return ("The meta part is not JSON in UTF-8.",)
    if not isinstance(value, dict):
        return ("The meta part is not a JSON object.",)
    found = []
    filename, digest = value.get("filename"), value.get("sha256")
    if not isinstance(filename, str) or not filename:
        found.append(f"filename is {filename!r}; expected the file's name as a text.")
    if digest != sha256(data):
        found.append(f"sha256 is {digest!r}; the file's bytes give {sha256(data)}.")
    return tuple(found)
