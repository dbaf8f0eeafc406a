"""Turn a call into signed bytes, with at most one fault on the way."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from conformance.targets.verdicts import SuiteFault
from reference.contract import Contract
from reference.identity import Merchant
from reference.oracles import authorization, signature
from strategies import algorithms
from strategies.cases import Call, Fault, Signing, Wire

__all__ = ["Signer", "authorize"]

_PATH_SAFE = "-_.~*@"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Signer:
    """Builds and signs requests. *now* gives Unix seconds, *nonce* a fresh nonce_str."""

    def __init__(self, contract: Contract, now: Callable[[], int], nonce: Callable[[], str]) -> None:
        self._contract = contract
        self._now = now
        self._nonce = nonce

    def sign(self, call: Call, merchant: Merchant, fault: Fault | None = None) -> tuple[Wire, Signing]:
        """Return the request as it goes out, and how it was signed, *message* filled in."""
        if fault is not None:
            call = fault.in_call(call)
        method, target, body = call.method or self._contract.operations[call.operation].method, self.target(call), _serialised(call.body)
        timestamp, nonce_str, credential = str(self._now()), self._nonce(), merchant.credential
        # What is signed is only settled once a fault has had its say.
        message = signature.request_message(method, target, timestamp, nonce_str, body) if fault is None else None
        signing = Signing(
            method=method,
            target=target,
            body=body,
            timestamp=timestamp,
            nonce_str=nonce_str,
            mchid=merchant.mchid,
            serial_no=credential.serial_no,
            private_key=credential.private_key,
            message=message,
        )
        if fault is not None:
            signing = fault.in_signing(signing)
        message, value = authorize(signing)
        headers = [("Accept", "application/json"), ("User-Agent", "wxconform/0.1")]
        if call.body is not None:
            headers.append(("Content-Type", "application/json"))
        headers += call.headers.items()
        if value:
            headers.append(("Authorization", value))
        wire = Wire(method, target, tuple(headers), body)
        return (wire, signing) if fault is None else (fault.on_wire(wire), replace(signing, message=message))

    def target(self, call: Call) -> str:
        """Return path and query of *call* as they are signed and sent."""
        if call.path is not None:
            return call.path
        path = self._contract.operations[call.operation].path
        for name, value in call.path_params.items():
            path = path.replace("{" + name + "}", quote(value, safe=_PATH_SAFE))
        if "{" in path:
            raise SuiteFault(f"{call.operation} lacks a path parameter: {path}")
        return f"{path}?{urlencode(dict(call.query))}" if call.query else path


def authorize(signing: Signing) -> tuple[bytes, str]:
    """Return the signed bytes and the Authorization header of *signing*."""
    message = signing.message
    if message is None:
        message = signature.request_message(signing.method, signing.target, signing.timestamp, signing.nonce_str, signing.body)
    if signing.header is not None:
        return message, signing.header
    values = {
        "mchid": signing.mchid,
        "nonce_str": signing.nonce_str,
        "signature": algorithms.make(signing.algorithm, signing.private_key, message),
        "timestamp": signing.timestamp,
        "serial_no": signing.serial_no,
    }
    return message, authorization.build(**values, scheme=signing.scheme, order=signing.order)


def _serialised(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return _ENCODER.encode(body).encode()
