"""No secret of an identity is in anything a run leaves behind, nor in what other people of the machine can see while it goes."""

import base64
import re
import subprocess
import time
import tomllib
from pathlib import Path
from urllib.parse import quote

import pytest

from conformance.cli import main
from reference.oracles.keys import load_private_key
from tests.hygiene.conftest import Start


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    """A throw-away identity, whose secrets nothing else knows."""
    folder = tmp_path / "identity"
    assert main(["identity", str(folder)]) == 0
    return folder


def test_no_secret_is_left_behind(identity: Path, tmp_path: Path, start: Start) -> None:
    """Stream, page, JUnit, SARIF, Allure, terminal, argv of every process and Hypothesis's folder hold no key in any spelling."""
    report, allure = tmp_path / "report", tmp_path / "allure"
    run = start(
        *("run", "mock", "--identity", str(identity), "--profile", "smoke", "--rule", "v?.[rs][ei]*", "--jobs", "2"),
        *("--fault", "accepts-any-timestamp", "--report", str(report), "--allure", str(allure), "--github"),
    )
    seen = _arguments_while(run)
    shown, _ = run.communicate(timeout=300)

    assert run.returncode == 1, shown
    left = {path: path.read_bytes() for folder in (report, allure, tmp_path / "scratch") for path in folder.rglob("*") if path.is_file()}
    assert {path.suffix for path in left} >= {".ndjson", ".html", ".xml", ".sarif", ".json", ".properties"}
    haystacks = {**{str(path): content for path, content in left.items()}, "terminal": shown.encode(), "argv": seen}
    for name, forms in _spellings(identity).items():
        for where, content in haystacks.items():
            assert not [form for form in forms if form in content], f"{name} is in {where}"


def test_the_search_finds_what_is_there(identity: Path) -> None:
    """Every spelling is found in a text that holds it, so the search above can fail."""
    for forms in _spellings(identity).values():
        assert len(forms) >= 5
        assert all(len(form) >= 16 for form in forms)
    key = next(identity.rglob("apiclient_key.pem")).read_bytes()
    assert any(form in key for forms in _spellings(identity).values() for form in forms)


def _spellings(identity: Path) -> dict[str, list[bytes]]:
    """Return every secret of *identity* as it may be written: by its own means, not by those of the suite's redaction."""
    found: dict[str, list[bytes]] = {}
    content = (identity / "identity.toml").read_text(encoding="utf-8")
    for number, secret in enumerate(re.findall(r'apiv[23]_key\s*=\s*"([^"]+)"', content)):
        found[f"key {number} of identity.toml"] = _written(secret.encode())
    assert tomllib.loads(content)
    for path in identity.rglob("*key.pem"):
        pem = path.read_text(encoding="utf-8")
        if "PUBLIC KEY" in pem:
            continue
        lines = [line for line in pem.splitlines() if line and not line.startswith("-")]
        exponent = load_private_key(pem).private_numbers().d
        raw = exponent.to_bytes(256)
        found[str(path.relative_to(identity))] = [line.encode() for line in lines[1:-1]] + [str(exponent).encode(), *_written(raw[8:56])]
    assert len(found) >= 9
    return found


def _written(secret: bytes) -> list[bytes]:
    inner = base64.b64encode(b"\0" + secret), base64.b64encode(b"\0\0" + secret)
    return [
        secret,
        base64.b64encode(secret).rstrip(b"="),
        base64.urlsafe_b64encode(secret).rstrip(b"="),
        *(form[4:-4] for form in inner),
        secret.hex().encode(),
        secret.hex().upper().encode(),
        quote(secret, safe="").encode(),
        repr(secret)[2:-1].encode(),
    ]


def _arguments_while(run: subprocess.Popen[str]) -> bytes:
    """Return the command lines of all processes of this machine's user, seen until *run* has begun to judge."""
    seen: set[bytes] = set()
    until = time.monotonic() + 5
    while run.poll() is None and time.monotonic() < until:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.add(path.read_bytes())
            except OSError:
                continue
        time.sleep(0.2)
    return b"\n".join(seen)
