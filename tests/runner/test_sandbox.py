"""Opening the target `sandbox`: where it may go, whose credentials it takes, and what its doctor says."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path

import pytest

from conformance.runner.doctor import examine, worst
from conformance.runner.opening import Opened, open_target
from conformance.runner.sandbox import REAL
from conformance.targets.verdicts import ConfigurationError
from reference.identity import bundled
from reference.platform.serve import Serving, running
from reports.outcomes import Outcome

_MERCHANT = bundled().merchant


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials in the environment, and no wxconform.toml."""
    monkeypatch.chdir(tmp_path)
    for name in ("APPID", "URL", "BUDGET", "CA"):
        monkeypatch.delenv(f"WXCONFORM_SANDBOX_{name}", raising=False)
    monkeypatch.setenv("WXCONFORM_SANDBOX_MCHID", _MERCHANT.mchid)
    monkeypatch.setenv("WXCONFORM_SANDBOX_KEY", _MERCHANT.apiv2_key or "")
    monkeypatch.setenv("WXCONFORM_SANDBOX_PACE", "0")


class _Handler(BaseHTTPRequestHandler):
    """Answers every POST with what its server was given."""

    def do_POST(self) -> None:
        status, kind, body = self.server.answer  # type: ignore[attr-defined]  # set by `_stub`
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the library gives it
        """Say nothing."""


@pytest.fixture
def stub() -> Iterator[ThreadingHTTPServer]:
    """A server that is no sandbox."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _open() -> Opened:
    return open_target("sandbox", None, None)


_REFUSED = "<xml><return_code>FAIL</return_code><return_msg>获取沙箱密钥失败，确认交易密钥是否正确</return_msg></xml>".encode()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((200, "application/json", b'{"code": "OK"}'), r"application/json that is no message of APIv2.*JSON.*Check the URL"),
        ((200, "text/plain", b"hello"), r"text/plain that is no message of APIv2"),
        ((404, "application/json", b"{}"), r"HTTP 404 \(application/json\): there is no sandbox"),
        ((200, "text/xml", _REFUSED), r"refuses its key.*获取沙箱密钥失败.*APIv2 key of the real account"),
        ((200, "text/xml", b"<xml><return_code>SUCCESS</return_code></xml>"), r"gives no key of 32 characters"),
    ],
    ids=["json", "text", "404", "refused", "no key"],
)
def test_every_mistake_has_a_paragraph(
    monkeypatch: pytest.MonkeyPatch, stub: ThreadingHTTPServer, answer: tuple[int, str, bytes], says: str
) -> None:
    """A wrong content type, a path that is not there, a refused key and a missing one are told apart, with what to do."""
    stub.answer = answer  # type: ignore[attr-defined]  # for `_Handler`
    monkeypatch.setenv("WXCONFORM_SANDBOX_URL", f"http://127.0.0.1:{stub.server_address[1]}")

    found = worst(list(examine(_open())))

    assert (found.name, found.outcome) == ("sandbox key", Outcome.CONFIG)
    assert re.search(says, found.says, re.DOTALL), found.says


def test_a_page_is_throttling(monkeypatch: pytest.MonkeyPatch, stub: ThreadingHTTPServer) -> None:
    """An HTML page in the place of an answer is inconclusive, and the paragraph names throttling and proxies."""
    monkeypatch.setattr("conformance.targets.pacing._WAITS", (0.01,))
    stub.answer = (200, "text/html", b"<!DOCTYPE html><html></html>")  # type: ignore[attr-defined]  # for `_Handler`
    monkeypatch.setenv("WXCONFORM_SANDBOX_URL", f"http://127.0.0.1:{stub.server_address[1]}")

    found = worst(list(examine(_open())))

    assert found.outcome is Outcome.INCONCLUSIVE
    assert "200 with text/html instead of XML" in found.says
    assert "proxy" in found.says


def test_the_key_is_fetched_once_by_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor, the run's own and every opening of the same target in a process share one key."""
    with running(Serving(port=0)) as (url, app):
        monkeypatch.setenv("WXCONFORM_SANDBOX_URL", url)
        for _ in range(2):
            assert worst(list(examine(_open()))).outcome is Outcome.PASSED
        platform = _open().platform(1, None)
        platform.sandbox.key(platform.merchant())
        platform.close_connections()
        with app.lock:
            assert [served.operation for served in app.platform.exchanges] == ["getsignkey"]


def test_the_official_sandbox_is_the_default() -> None:
    """Without a URL it is the official one; it is opened without being asked anything, and needs no APIv3 key."""
    opened = _open()

    assert (opened.base_url, opened.shared) == (REAL, True)
    assert opened.identity.merchant.credentials == ()
    assert opened.identity.secrets() == (_MERCHANT.apiv2_key,)


@pytest.mark.parametrize("url", ["https://api2.mch.weixin.qq.com", "http://api.mch.weixin.qq.com", "https://api.mch.weixin.qq.com:444"])
def test_no_other_live_address_is_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Another live host, another port, and no TLS are refused."""
    monkeypatch.setenv("WXCONFORM_SANDBOX_URL", url)
    with pytest.raises(ConfigurationError, match="is a live host"):
        _open()


@pytest.mark.parametrize("name", [REAL, "shop"])
def test_only_the_target_of_that_name_goes_there(tmp_path: Path, name: str) -> None:
    """The live host stays refused as a URL and in any other section of the file."""
    (tmp_path / "wxconform.toml").write_text(f'[targets.shop]\nurl = "{REAL}"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="live platform"):
        open_target(name, None, None)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("KEY", "short", r"WXCONFORM_SANDBOX_KEY.*has 5 characters"),
        ("URL", "not a url", r"WXCONFORM_SANDBOX_URL.*which is no URL"),
        ("PACE", "slow", r"WXCONFORM_SANDBOX_PACE.*seconds between requests"),
        ("PACE", "-1", r"WXCONFORM_SANDBOX_PACE"),
        ("BUDGET", "nan", r"WXCONFORM_SANDBOX_BUDGET.*requests a run may send"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str) -> None:
    """A setting that cannot be right is named by its variable and its member, with what was expected."""
    monkeypatch.setenv(f"WXCONFORM_SANDBOX_{variable}", value)
    with pytest.raises(ConfigurationError, match=says):
        _open()


def test_an_identity_folder_may_lend_its_merchant(monkeypatch: pytest.MonkeyPatch) -> None:
    """For an imitation the merchant of an identity folder will do, without any variable."""
    for name in ("MCHID", "KEY"):
        monkeypatch.delenv(f"WXCONFORM_SANDBOX_{name}")
    opened = open_target("sandbox", str(resources.files("reference.identity") / "bundled"), None)

    assert opened.identity.merchant.mchid == _MERCHANT.mchid
