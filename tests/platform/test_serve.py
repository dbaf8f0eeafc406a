"""Serving: addresses, ports, who may reach the control API, and how a person's mistakes are answered."""

import importlib.util
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.targets.http_transport import HttpTransport
from conformance.targets.http_world import HttpWorld
from conformance.targets.platform import Platform as Shop
from reference.identity import bundled
from reference.platform.faults import find
from reference.platform.serve import ServeError, Serving, running, serve
from strategies.cases import Refund, Wire
from strategies.faults.time import Skew
from strategies.orders import lean
from tests.platform.process import Process


@pytest.fixture
def taken() -> Iterator[int]:
    """A port somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def _status(base_url: str, target: str) -> int:
    transport = HttpTransport(base_url)
    try:
        return transport.send(Wire("GET", target, (), b"")).status
    finally:
        transport.close()


def test_the_first_line_says_where() -> None:
    """The first line printed is `listening URL`, with the port that was picked; the others hide most of every id."""
    with Process("--notify", "hold") as process:
        assert _status(process.url, "/_control/clock") == 200
        process.process.send_signal(signal.SIGINT)
        process.process.wait(timeout=20)
        assert process.process.stdout is not None
        # communicate() would miss what reading the first line has buffered.
        rest = process.process.stdout.read()

    assert process.process.returncode == 0
    assert bundled().merchant.mchid not in rest
    assert f"{process.url}/_control/" in rest
    assert "stopped" in rest


def test_a_taken_port_is_said_so(taken: int) -> None:
    """A port in use is named, with what to do."""
    with pytest.raises(ServeError, match=rf"Port {taken} on 127\.0\.0\.1 is in use.*--port 0"):
        serve(Serving(port=taken), print)


@pytest.mark.parametrize(
    ("serving", "says"),
    [
        (Serving(port=65_536), r"--port 65536 is not a port"),
        (Serving(port=-1), r"--port -1 is not a port"),
        (Serving(host="192.0.2.1", port=0), r"--host 192\.0\.2\.1 is not an address of this machine"),
        (Serving(host="no such host", port=0), r"--host no such host is no name or address"),
    ],
    ids=["too high", "too low", "elsewhere", "unknown"],
)
def test_an_address_that_cannot_be_had_is_said_so(serving: Serving, says: str) -> None:
    """A port or host that cannot be listened on is named, with what to do."""
    with pytest.raises(ServeError, match=says):
        serve(serving, print)


def test_uvicorn_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without uvicorn, the message says which extra to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "uvicorn" else name)
    with pytest.raises(ServeError, match=r"pip install 'wechatpay-conformance\[server\]'"):
        serve(Serving(port=0), print)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--identity", "missing"), "wxconform identity missing"),
        (("--state", "missing/state.db"), "missing/state.db"),
        (("--fault", "accepts-any-timestam"), "accepts-any-timestamp"),
        (("--settle-after", "-1"), "--settle-after -1"),
        (("--host", "192.0.2.1"), "192.0.2.1"),
        (("--sandbox-limit", "-1"), "--sandbox-limit -1"),
        (("--sandbox-deviations", "odd"), "cash-fee-zero-is-not-signed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_mistake_exits_2(
    words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in the options is one paragraph on stderr that names the value, and exit code 2."""
    monkeypatch.chdir(tmp_path)

    assert main(["serve", "--port", "0", *words]) == 2
    complaint = capsys.readouterr()
    assert says in complaint.err
    assert "Traceback" not in complaint.err
    assert complaint.out == ""
    assert not list(tmp_path.iterdir())


def test_the_control_api_is_for_this_machine() -> None:
    """On an address other machines reach, the control API is closed unless it is asked for; the platform itself is open."""
    for asked, status in ((False, 404), (True, 200)):
        with running(Serving(host="0.0.0.0", port=0, remote_control=asked)) as (base_url, _):  # noqa: S104 - that is the test
            assert base_url.startswith("http://127.0.0.1:")
            assert _status(base_url, "/_control/clock") == status
            assert _status(base_url, "/v3/certificates") == 401


def test_another_name_can_be_given() -> None:
    """Behind a name of its own, that name stands in what the platform answers."""
    with running(Serving(port=0, base_url="http://wechatpay:8080")) as (base_url, app):
        assert base_url == app.platform.base_url == "http://wechatpay:8080"


def test_an_address_of_version_6_is_written_in_brackets() -> None:
    """Served on ::1, the base URL is one that clients understand."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        with running(Serving(host="::1", port=0)) as (base_url, _):
            assert base_url.startswith("http://[::1]:")
            assert _status(base_url, "/_control/clock") == 200
    except ServeError:
        pytest.skip("this machine has no ::1")


def test_refunds_settle_by_themselves_when_asked() -> None:
    """With --settle-after, a refund is paid out when its time has come; without, it waits for the control API."""
    for settle_after, status in ((5, "SUCCESS"), (None, "PROCESSING")):
        with running(Serving(port=0, notify="hold", settle_after=settle_after)) as (base_url, _):
            world, transport = HttpWorld.of(base_url), HttpTransport(base_url)
            assert world is not None
            shop = Shop("served", bundled(), transport, world=world)
            order = lean("native")
            shop.must_pay(order)
            refund = Refund(order, 10)
            assert shop.refund(refund).is_accepted()["status"] == "PROCESSING"
            shop.advance(6)
            assert shop.query_refund(refund)["status"] == status
            transport.close()
            world.close()


def test_a_faulty_platform_can_be_served() -> None:
    """A platform with a seeded fault has it behind HTTP too, in private worlds as in the shared one."""
    with running(Serving(port=0, kind=find("accepts-any-timestamp").platform)) as (base_url, app):
        transport = HttpTransport(base_url)
        shop = Shop("served", bundled(), transport, clock=app.platform.now)
        shop.place(lean("native"), broken_by=Skew(3600)).is_accepted()
        transport.close()


def test_a_clean_stop_leaves_a_clean_file(tmp_path: Path) -> None:
    """After a stop by SIGTERM, the state file can be used at once."""
    options = ("--state", str(tmp_path / "state.db"))
    with Process(*options) as process:
        process.process.terminate()
        process.process.communicate(timeout=20)
    with Process(*options) as process:
        assert _status(process.url, "/_control/clock") == 200


def test_a_state_file_in_use_exits_2(tmp_path: Path) -> None:
    """A second server on the same state file exits 2 and names the file, and the first goes on."""
    options = ("--state", str(tmp_path / "state.db"))
    with Process(*options) as process:
        second = subprocess.run(
            [sys.executable, "-m", "conformance", "serve", "--port", "0", *options], capture_output=True, text=True, timeout=30, check=False
        )
        assert second.returncode == 2
        assert "is in use by another server" in second.stderr
        assert _status(process.url, "/_control/clock") == 200


def test_what_is_shown_is_json() -> None:
    """Even the refusal of an unknown private world is JSON with code and message."""
    with running(Serving(port=0)) as (base_url, _):
        transport = HttpTransport(base_url, headers=(("Wxconform-World", "none"),))
        reply = transport.send(Wire("GET", "/v3/certificates", (), b""))
        transport.close()

    assert reply.status == 503
    assert json.loads(reply.body)["code"] == "NO_SUCH_WORLD"
