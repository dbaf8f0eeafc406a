"""The reference platform on a port of this machine, served from a thread, so that a test sees every exchange directly."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from types import TracebackType
from typing import Self

from reference.platform import Answer, Platform

__all__ = ["Served", "Tampering"]

Tampering = Callable[[Answer], Answer]


class Served:
    """*platform* at `url` while the context lasts; one request at a time, as the SDKs here send them."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.tampering: list[Tampering] = []
        """What is done to the next answers on their way, one each; the platform itself knows nothing of it."""
        self._server = TCPServer(("127.0.0.1", 0), self._handler())
        self.url = platform.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Answer one request, or what tampering makes of the answer."""
        answer = self.platform.handle(method, target, headers, body)
        return self.tampering.pop(0)(answer) if self.tampering else answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one write an answer: headers and body in two would wait for each other's acknowledgement

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = served.answer(self.command, self.path, self.headers.items(), body)
                self.send_response_only(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answer.body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the library gives it
                """Say nothing."""

        return Handler
