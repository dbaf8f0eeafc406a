"""The command line of a request sends that request, byte for byte, from any POSIX shell."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports.curl import command
from reports.markup import join
from reports.model import Request
from reports.plain import visible
from tests.reports.miniature import EXCHANGE

_FAKE = f"""#!{sys.executable} -IS
import json, os, sys
stdin = sys.stdin.buffer.read() if "@-" in sys.argv else b""
record = {{"argv": [os.fsencode(word).hex() for word in sys.argv[1:]], "stdin": stdin.hex()}}
open(os.environ["RECORD"], "w").write(json.dumps(record))
"""


class Shell:
    """A shell whose curl only writes down what it was given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        fake = folder / "curl"
        fake.write_text(_FAKE)
        fake.chmod(0o755)

    def run(self, line: str) -> tuple[list[bytes], bytes]:
        """Run *line* and return the arguments and the input of curl."""
        environment = {"PATH": f"{self._folder}{os.pathsep}{os.environ['PATH']}", "RECORD": str(self._folder / "record")}
        subprocess.run(["sh", "-c", line], env={**environment, "WXCONFORM_URL": "http://127.0.0.1:1"}, check=True, timeout=30)
        record = json.loads((self._folder / "record").read_text())
        return [bytes.fromhex(word) for word in record["argv"]], bytes.fromhex(record["stdin"])


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    """Give a shell with a fake curl."""
    with TemporaryDirectory() as folder:
        yield Shell(Path(folder))


def _body(arguments: list[bytes], stdin: bytes) -> bytes:
    """Return the body curl would send: after --data-raw the next word, after --data-binary @- its input, byte for byte."""
    if b"--data-raw" in arguments:
        return arguments[arguments.index(b"--data-raw") + 1]
    return stdin if b"--data-binary" in arguments else b""


def _headers(arguments: list[bytes]) -> list[bytes]:
    return [arguments[number + 1] for number, word in enumerate(arguments) if word == b"-H"]


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=80) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"@/etc/hostname")
@example(b'it\'s "quoted" $HOME `id` \\ %s %% !')
@example("{'多退了'}\n\n".encode())
@example(b"-1\r\n\x00\x1b[31m\xff\t")
@example(bytes(range(256)))
def test_the_body_survives_the_shell(shell: Shell, body: bytes) -> None:
    """Whatever the bytes, curl sends them, and the command can be copied from a page without losing one."""
    line = command(Request(method="POST", url="/v3/x", body=body), None)

    assert visible(line) == line
    assert "\t" not in line
    assert _body(*shell.run(line)) == body


@settings(max_examples=40, deadline=None)
@given(value=st.text(st.characters(max_codepoint=0xFF, exclude_characters="\0\n"), min_size=1, max_size=30))
@example('it\'s "$(id)" `id` %s \\101')
@example("caf\xe9\t\x85")
def test_headers_and_address_survive_the_shell(shell: Shell, value: str) -> None:
    """A header and a path of any characters reach curl as the suite sends them: one byte each."""
    line = command(Request(method="GET", url=f"/v3/{value}", headers=(("X-Odd", value),)), None)
    arguments, _ = shell.run(line)

    assert visible(line) == line
    assert f"X-Odd: {value}".encode("latin-1") in _headers(arguments)
    path = f"/v3/{value}".encode("latin-1")
    assert b"http://127.0.0.1:1" + path in arguments or arguments[arguments.index(b"--request-target") + 1] == path


def test_curl_adds_nothing(shell: Shell) -> None:
    """Headers curl would add are turned off where the request lacks them, and left alone where it has them."""
    bare, _ = shell.run(command(Request(method="POST", url="/", body=b"{}"), None))
    full = (("accept", "a"), ("USER-AGENT", "b"), ("Content-Type", "c"), ("X-Empty", ""), ("Content-Length", "2"))
    dressed, _ = shell.run(command(Request(method="POST", url="/", headers=full, body=b"{}"), None))

    assert _headers(bare) == [b"Accept:", b"User-Agent:", b"Content-Type:"]
    assert _headers(dressed) == [b"accept: a", b"USER-AGENT: b", b"Content-Type: c", b"X-Empty;"]


@pytest.mark.parametrize(
    ("method", "body", "wanted"),
    [("GET", b"", None), ("POST", b"x", None), ("POST", b"", b"POST"), ("GET", b"x", b"GET"), ("DELETE", b"", b"DELETE")],
)
def test_the_method_is_said_where_curl_would_take_another(shell: Shell, method: str, body: bytes, wanted: bytes | None) -> None:
    """A body makes curl POST and none makes it GET; any other method is named."""
    arguments, _ = shell.run(command(Request(method=method, url="/", body=body), None))

    assert (arguments[arguments.index(b"-X") + 1] if b"-X" in arguments else None) == wanted


def test_a_head_waits_for_no_body(shell: Shell) -> None:
    """A HEAD is asked for as such: curl would wait for the body of one that is merely named."""
    arguments, _ = shell.run(command(Request(method="HEAD", url="/"), None))

    assert b"--head" in arguments
    assert b"-X" not in arguments


@pytest.mark.parametrize(
    ("url", "base", "address"),
    [
        ("/v3/a/../b?c=%2F", "http://127.0.0.1:8080/", b"http://127.0.0.1:8080/v3/a/../b?c=%2F"),
        ("http://127.0.0.1:9/v3/a", "http://127.0.0.1:8080", b"http://127.0.0.1:9/v3/a"),
        ("/v3/a", None, b"http://127.0.0.1:1/v3/a"),
    ],
    ids=["the run's", "its own", "none"],
)
def test_the_address(shell: Shell, url: str, base: str | None, address: bytes) -> None:
    """A request goes to its own host, else to the run's, else to the one a person names in WXCONFORM_URL; its path stays as it is."""
    arguments, _ = shell.run(command(Request(method="GET", url=url), base))

    assert address in arguments
    assert b"--path-as-is" in arguments


@pytest.mark.parametrize("path", ["/v3/[1-3]", "/v3/{a,b}", "/v3/a#b", "/v3/a b"])
def test_a_path_curl_would_change_is_forced(shell: Shell, path: str) -> None:
    """What curl would expand, cut off or refuse goes on the request line as it stands."""
    arguments, _ = shell.run(command(Request(method="GET", url=path), None))

    assert arguments[arguments.index(b"--request-target") + 1] == path.encode()
    assert b"http://127.0.0.1:1" in arguments


def test_it_reads_well() -> None:
    """An everyday request is one word per line, with nothing escaped that need not be."""
    line = command(EXCHANGE.request, "http://127.0.0.1:8080")

    assert line.splitlines() == [
        "curl -sS -i --path-as-is http://127.0.0.1:8080/v3/refund/domestic/refunds \\",
        "  -H 'Content-Type: application/json' \\",
        """  -H "$(printf 'Authorization: WECHATPAY2-SHA256-RSA2048 mchid="1900000109",\\342\\200\\246')" \\""",
        "  -H 'Accept:' \\",
        "  -H 'User-Agent:' \\",
        f"  --data-raw '{EXCHANGE.request.body.decode()}'",
    ]
    assert join(line).count("&lt;") == 0
