"""Hostile APIv2 XML, and the oracle's reader under it."""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree as ET
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import v2, v2_xml
from reference.oracles.v2 import MalformedXmlError, read_xml
from reference.oracles.v2_xml import Flaw
from strategies.hostile_xml import CORPUS, NOWHERE, READABLE, REFUSED, SAMPLE, HostileXml, mutations

_ROOT = Path(__file__).parents[2]
_SECRET = "wxc-canary-7d1f"
_BLANKS = " \t\r\n"
_each_refused = pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
_each_readable = pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)
_each_case = pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)


def _raw(case: HostileXml) -> bytes:
    return case.raw(case.members(SAMPLE))


def test_every_case_has_a_name_and_a_sentence_of_its_own() -> None:
    """No two cases are called or described alike, and each description is a sentence."""
    assert len(CORPUS) >= 60
    for texts in ([case.name for case in CORPUS], [case.says for case in CORPUS], [_raw(case) for case in CORPUS]):
        assert len(set(texts)) == len(texts)
    assert all(case.says.endswith(".") for case in CORPUS)


def test_every_flaw_is_tried() -> None:
    """There is a case for each thing that can stand against a message."""
    assert {case.refused for case in REFUSED} == set(get_args(Flaw))
    assert {case.refused for case in READABLE} == {None}


@_each_refused
def test_a_hostile_message_is_refused_for_its_flaw(case: HostileXml) -> None:
    """What must be refused is, for the reason the case names, though the valid message in it is signed."""
    members = v2.signed(case.members(SAMPLE), "key")

    with pytest.raises(MalformedXmlError) as caught:
        v2.verify_xml(case.raw(members), "key")

    assert caught.value.flaw == case.refused
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 200


@_each_readable
def test_an_odd_message_is_read_exactly(case: HostileXml) -> None:
    """What must be read is, as its members and nothing else, and so its signature holds."""
    members = v2.signed(case.members(SAMPLE), "key", "HMAC-SHA256")
    raw = case.raw(members)

    assert read_xml(raw) == members
    assert v2.verify_xml(raw, "key")


@pytest.mark.parametrize("values", [{"a": "</xml>"}, {"only": "]]>"}], ids=str)
def test_cases_are_made_of_any_message(values: dict[str, str]) -> None:
    """Also of a message whose values look like XML, each case has its flaw or its members and no other."""
    for case in CORPUS:
        members = case.members(values)
        assert _outcome(case.raw(members)) == (case.refused or members), case.name


@_each_refused
def test_the_twin_without_the_oddity_is_read(case: HostileXml) -> None:
    """What a case is made of is a message by itself, so that it is refused for its oddity only."""
    members = case.members(SAMPLE)

    assert read_xml(v2.write_xml(members)) == members
    assert _raw(case) != v2.write_xml(members)


@_each_readable
def test_another_reader_reads_the_same(case: HostileXml) -> None:
    """ElementTree reads the same values; only blanks around CDATA it does not tell from text."""
    elements = ET.fromstring(_raw(case))  # noqa: S314  # our own XML
    values = {each.tag: each.text or "" for each in elements}
    if case.name == "indented-cdata":
        assert values["wxc_x"] == "\n\t1\n  "
        values["wxc_x"] = "1"

    assert values == case.members(SAMPLE)


_OVERLOOKED = {"utf-16-unmarked"}
"""expat finds out by itself that this is UTF-16."""


@pytest.mark.parametrize(
    "case", [case for case in REFUSED if case.refused in {"syntax", "entity", "character"}], ids=lambda case: case.name
)
def test_what_is_no_xml_is_none_for_another_reader(case: HostileXml) -> None:
    """Where a case is called not well-formed, ElementTree says so too."""
    if case.name in _OVERLOOKED:
        assert ET.fromstring(_raw(case)).tag == "xml"  # noqa: S314  # our own XML
        return
    with pytest.raises(ET.ParseError):
        ET.fromstring(_raw(case))  # noqa: S314  # our own XML


@_each_case
def test_another_guard_sees_the_same_doctypes(case: HostileXml) -> None:
    """A parser that does nothing but forbid declarations stops at the cases of that flaw, and at none that is read."""

    class Forbidden(Exception):  # noqa: N818  # it is no error but what is looked for
        pass

    def forbid(*_details: Any) -> Any:
        raise Forbidden

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = forbid
    try:
        parser.Parse(_raw(case), True)  # noqa: FBT003  # expat takes the flag by position only
        stopped = False
    except Forbidden:
        stopped = True
    except (expat.ExpatError, ValueError, LookupError):
        stopped = False

    assert stopped == (case.refused == "doctype" or case.name == "doctype-in-utf-16")


@_each_case
def test_nothing_grows(case: HostileXml, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader handles no more characters than the message has."""
    raw = _raw(case)
    handled = _Counting(monkeypatch)

    _outcome(raw)

    assert handled.characters <= len(raw)


@pytest.mark.parametrize("name", ["billion-laughs", "quadratic-blow-up"])
def test_an_unguarded_reader_would_grow(name: str) -> None:
    """The cases that are said to expand do so, a hundred times over, where nobody stops them."""
    raw = next(_raw(case) for case in REFUSED if case.name == name)
    produced = 0

    def count(data: str) -> None:
        nonlocal produced
        produced += len(data)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.CharacterDataHandler = count
    with contextlib.suppress(expat.ExpatError):  # newer versions of expat give up in the end
        parser.Parse(raw, True)  # noqa: FBT003  # expat takes the flag by position only

    assert produced > 100 * len(raw)


class _Counting:
    """Counts the characters that the guard is handed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.characters = 0
        guarded = v2_xml._Guard._text

        def counted(guard: Any, data: str) -> None:
            self.characters += len(data)
            guarded(guard, data)

        monkeypatch.setattr(v2_xml._Guard, "_text", counted)


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A server on loopback that answers nothing and notes who asked."""

    class Noting(BaseHTTPRequestHandler):
        asked: list[str] = []  # noqa: RUF012  # one list for all requests is what is wanted

        def do_GET(self) -> None:
            self.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_details: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Noting) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


def _watched(who: str, tmp_path: Path, server: ThreadingHTTPServer) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Read the corpus in another process; return what it touched and read by case, and what the server was asked for."""
    canary = tmp_path / "canary"
    canary.write_text(_SECRET, encoding="utf-8")
    url = f"http://127.0.0.1:{server.server_port}/canary"
    done = subprocess.run(
        [sys.executable, "-m", "tests.strategies.xml_reader", who, canary.as_uri(), url],
        cwd=_ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    told: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return told, list(server.RequestHandlerClass.asked)  # type: ignore[attr-defined]  # it is the class above


def test_nothing_is_opened_or_fetched(tmp_path: Path, server: ThreadingHTTPServer) -> None:
    """While the oracle reads the corpus, no file is opened, no host is looked up, nothing is asked for, and no canary comes out."""
    told, asked = _watched("ours", tmp_path, server)

    assert set(told) == {case.name for case in CORPUS}
    assert asked == []
    for name, what in told.items():
        assert what["touched"] == [], name
        assert _SECRET not in what["text"], name


def test_the_canaries_can_be_touched(tmp_path: Path, server: ThreadingHTTPServer) -> None:
    """A reader that follows what a message names opens the file and asks the server, and so is seen."""
    told, asked = _watched("naive", tmp_path, server)

    opened = {name for name, what in told.items() if any(touch.startswith("open") and "canary" in touch for touch in what["touched"])}
    assert {"entity-of-a-file", "parameter-entity-of-a-file", "external-dtd-in-a-file", "doctype-in-utf-16", "file-sent-to-a-url"} <= opened
    assert _SECRET in told["entity-of-a-file"]["text"]
    assert _SECRET in told["doctype-in-utf-16"]["text"]
    fetched = {name for name, what in told.items() if any("http:" in touch for touch in what["touched"])}
    assert {"entity-of-a-url", "public-entity", "parameter-entity-of-a-url", "external-dtd", "public-dtd"} <= fetched
    assert len(asked) >= 5


def test_a_canary_is_where_it_is_put() -> None:
    """By default the canaries are a file that is not there and a port nobody listens on."""
    case = next(case for case in REFUSED if case.name == "entity-of-a-file")

    assert NOWHERE.file.encode() in _raw(case)
    assert not Path(NOWHERE.file.removeprefix("file://")).exists()


@given(raw=st.binary(max_size=40) | mutations())
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Whatever the bytes are, they are members or a typed error; what is read, another reader reads likewise, and nothing grows."""
    values = _outcome(raw)
    if isinstance(values, str):
        assert values in get_args(Flaw)
        return
    elements = {each.tag: each.text or "" for each in ET.fromstring(raw)}  # noqa: S314  # no declaration came through
    assert {name: text.strip(_BLANKS) for name, text in elements.items()} == {name: text.strip(_BLANKS) for name, text in values.items()}
    assert sum(map(len, values.values())) <= len(raw)


def _outcome(raw: bytes) -> dict[str, str] | str:
    """Return the members of a message, or its flaw."""
    try:
        return read_xml(raw)
    except MalformedXmlError as error:
        return error.flaw
