"""From schemathesis to our own target and back: signed over the exact bytes, carried by the target's transport, kept as evidence."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import AuthBase
from urllib3 import HTTPHeaderDict, HTTPResponse

from conformance.fuzzing.carrying_v2 import operation_v2, signed_v2
from conformance.fuzzing.reading import read
from conformance.targets.platform import Platform
from conformance.targets.signer import authorize
from conformance.targets.transport import Reply
from conformance.targets.verdicts import SuiteFault
from strategies.cases import Signing, Wire
from strategies.v2.cases import SigningV2

__all__ = ["BASE_URL", "Adapter", "Auth", "Sent", "signed"]

BASE_URL = "https://api.mch.weixin.qq.com"
"""What schemathesis takes the target to be; the adapter mounted there leads every request to the real one."""

_LEFT_OUT = frozenset({"accept-encoding", "authorization", "connection", "content-length", "user-agent", "x-schemathesis-testcaseid"})
"""Headers that belong to another connection, or name a draw."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A signed request, and how it was signed."""

    wire: Wire
    signing: Signing | SigningV2


def signed(platform: Platform, wire: Wire) -> Sent:
    """Sign *wire* as it is, as the merchant whose request it is by the contract; one of APIv2 becomes XML first."""
    if (operation := operation_v2(wire)) is not None:
        return Sent(*signed_v2(platform, operation, wire))
    reading = read(wire)
    merchant = platform.merchant(reading.role if reading is not None else "merchant")
    signing = Signing(
        method=wire.method,
        target=wire.target,
        body=wire.body,
        timestamp=str(platform.now()),
        nonce_str=platform.mint.nonce_str(),
        mchid=merchant.mchid,
        serial_no=merchant.credential.serial_no,
        private_key=merchant.credential.private_key,
    )
    message, value = authorize(signing)
    kept = Signing(**{name: getattr(signing, name) for name in signing.__slots__} | {"message": message})
    return Sent(wire.with_header("Authorization", value), kept)


class Auth(AuthBase):
    """Signs what requests is about to send: called when path, query and body are settled."""

    def __init__(self, platform: Callable[[], Platform]) -> None:
        self._platform = platform
        self.last: Sent | None = None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign *request*."""
        self.last = signed(self._platform(), _wire(request))
        if isinstance(self.last.signing, Signing):
            request.headers["Authorization"] = next(value for name, value in self.last.wire.headers if name == "Authorization")
        else:
            request.prepare_body(self.last.wire.body, None)
        return request


class Adapter(BaseAdapter):
    """Hands every signed request to *carry*, and its answer back to requests."""

    def __init__(self, auth: Auth, carry: Callable[[Sent], Reply]) -> None:
        super().__init__()
        self._auth = auth
        self._carry = carry
        self._builder = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature is requests' own
        timeout: Any = None,
        verify: Any = True,  # noqa: FBT002
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Carry one request."""
        del stream, timeout, verify, cert, proxies
        sent = self._auth.last
        assert sent is not None  # schemathesis signs every request before it is sent
        assert sent.wire.body == _body(request)  # and nothing is changed after that
        assert sent.wire.target == request.path_url
        reply = self._carry(sent)
        raw = HTTPResponse(body=io.BytesIO(reply.body), headers=HTTPHeaderDict(reply.headers), status=reply.status, preload_content=False)
        return self._builder.build_response(request, raw)

    def close(self) -> None:
        """Let go of nothing: the target closes its own connections."""


def _wire(request: requests.PreparedRequest) -> Wire:
    headers = [(name, value) for name, value in request.headers.items() if name.lower() not in _LEFT_OUT]
    return Wire(str(request.method), request.path_url, (*_texts(headers), ("User-Agent", "wxconform/0.1")), _body(request))


def _texts(headers: list[tuple[str, str | bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value if isinstance(value, str) else value.decode("latin-1")) for name, value in headers)


def _body(request: requests.PreparedRequest) -> bytes:
    match request.body:
        case None:
            return b""
        case bytes(body):
            return body
        case str(text):
            return text.encode()
    raise SuiteFault(f"schemathesis sends a body of {type(request.body).__name__}; only bytes can be signed")
