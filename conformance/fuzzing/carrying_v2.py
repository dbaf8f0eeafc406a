"""Requests of APIv2: drawn as JSON objects of texts, sent as signed XML."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from requests import RequestException

from conformance.targets.platform import Platform
from conformance.targets.v2.signer import HEADERS
from reference.contract import Operation, load
from reference.oracles.v2_xml import MalformedXmlError, read_xml
from strategies.cases import Wire
from strategies.v2.cases import SigningV2

__all__ = ["operation_v2", "signed_v2"]

_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_UNWRITABLE: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def operation_v2(wire: Wire) -> Operation | None:
    """Return the operation of APIv2 whose path *wire* is for, None for any other path."""
    match = load("v2").match("POST", wire.target.partition("?")[0])
    return None if match is None else match.operation


def signed_v2(platform: Platform, operation: Operation, wire: Wire) -> tuple[Wire, SigningV2]:
    """Return *wire* as it goes out, and how it is signed. A body that is no object of members goes out as it is.

    Raises RequestException for a text that no XML can carry: it is no request at all.
    """
    merchant = platform.merchant("merchant")
    members = _members(wire.body)
    said = (members or {}).get("sign_type", "")
    signing = SigningV2(
        mch_id=merchant.mchid,
        members=members or {},
        key=merchant.apiv2_key or "",
        algorithm=said if said in operation.sign_types else "MD5" if "MD5" in operation.sign_types else operation.sign_types[0],
    )
    body = wire.body if members is None else signing.body
    certificate = merchant.credential if operation.client_cert else None
    return Wire(wire.method, wire.target, HEADERS, body, certificate), signing


def _members(body: bytes) -> Mapping[str, str] | None:
    """Return the members of a drawn body, or of a message that is sent again, without their sign."""
    try:
        again = read_xml(body)
    except MalformedXmlError:
        return _drawn(body)
    return {name: value for name, value in again.items() if name != "sign"}


def _drawn(body: bytes) -> Mapping[str, str] | None:
    try:
        drawn = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(drawn, dict):
        return None
    members = {name: _text(value) for name, value in drawn.items() if value is not None and _NAME.fullmatch(name)}
    if any(_UNWRITABLE.search(value) for value in members.values()):
        raise RequestException("a member holds what no XML can carry")
    return members


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
