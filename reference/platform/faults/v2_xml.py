"""Faults in reading and writing the XML of APIv2."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from reference.contract import Operation
from reference.machines import Entity
from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Answer, Refused, Request

__all__: list[str] = []

_DOCTYPE: Final = re.compile(rb"<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>", re.DOTALL)
_ELEMENT: Final = re.compile(r"<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</\1>", re.DOTALL)
_FILE: Final = re.compile(rb'SYSTEM "(file:[^"]+)"')


def _with_body(request: Request, body: bytes) -> Request:
    return Request(request.method, request.target, request.headers, body)


def _elements(body: bytes) -> list[tuple[str, str]]:
    """Every element of a message in its order, repeated ones too."""
    return [(found[1], found[2] if found[2] is not None else found[3]) for found in _ELEMENT.finditer(body.decode("utf-8", "replace"))]


@breaks("v2.xml.accepts-cdata-and-plain-alike")
class ReadsCdataOnly(Platform):
    """Takes values that are not in CDATA for empty."""

    def v2_read(self, request: Request) -> dict[str, str]:
        values = super().v2_read(request)
        text = request.body.decode("utf-8", "replace")
        return {name: value if re.search(rf"<{name}>\s*<!\[CDATA\[", text) else "" for name, value in values.items()}


@breaks("v2.xml.accepts-cdata-and-plain-alike")
class ReadsPlainTextOnly(Platform):
    """Keeps the marks of CDATA in the values."""

    def v2_read(self, request: Request) -> dict[str, str]:
        values = super().v2_read(request)
        if b"<![CDATA[" not in request.body:
            return values
        return {name: f"<![CDATA[{value}]]>" if name == "attach" else value for name, value in values.items()}


@breaks("v2.xml.accepts-cdata-and-plain-alike")
class ReadsOneLineOnly(Platform):
    """Refuses a message with line feeds between its elements."""

    def v2_read(self, request: Request) -> dict[str, str]:
        return super().v2_read(_with_body(request, request.body.replace(b">\n", b">x")))


@breaks("v2.xml.keeps-every-character")
class DropsMarkup(Platform):
    """Takes everything that looks like markup out of attach when it shows it."""

    def v2_writable(self, values: Mapping[str, str]) -> dict[str, str]:
        kept = super().v2_writable(values)
        return kept | {name: re.sub(r"<[^>]*>", "", value) for name, value in kept.items() if name == "attach"}


@breaks("v2.xml.keeps-every-character")
class WritesUnescapedText(Platform):
    """Writes attach with an ampersand in it escaped twice."""

    def v2_writable(self, values: Mapping[str, str]) -> dict[str, str]:
        kept = super().v2_writable(values)
        return kept | {name: value.replace("&", "&amp;") for name, value in kept.items() if name == "attach"}


@breaks("v2.xml.keeps-every-character")
class TrimsValues(Platform):
    """Trims every value it reads, before it verifies."""

    def v2_read(self, request: Request) -> dict[str, str]:
        return {name: value.strip() for name, value in super().v2_read(request).items()}


@breaks("v2.xml.keeps-every-character")
class NotifiesInSixteenBits(Platform):
    """Tells characters beyond the first 65 536 as question marks in its notices."""

    def v2_paid(self, order: Entity) -> dict[str, str]:
        return {name: re.sub(r"[\U00010000-\U0010ffff]", "?", value) for name, value in super().v2_paid(order).items()}


@breaks("v2.xml.expands-no-entities")
class ReadsPastADoctype(Platform):
    """Reads a message as if its DOCTYPE were not there."""

    def v2_read(self, request: Request) -> dict[str, str]:
        body = _DOCTYPE.sub(b"", request.body).replace(b"<wxc_x></wxc_x>", b"")
        return super().v2_read(_with_body(request, re.sub(rb"<wxc_x>&\w+;</wxc_x>", b"", body)))


@breaks("v2.xml.expands-no-entities")
class ReadsFilesOut(Platform):
    """Reads the file an entity names, and says what is in it."""

    def v2_exchange(self, request: Request) -> tuple[Answer, str | None]:
        answer, operation = super().v2_exchange(request)
        named = _FILE.search(request.body)
        if named is None:
            return answer, operation
        try:
            text = Path(url2pathname(urlsplit(named[1].decode()).path)).read_text(encoding="utf-8")
        except OSError:
            return answer, operation
        return self.v2_answer({"return_code": "FAIL", "return_msg": text}), operation


@breaks("v2.xml.charges-what-was-signed")
class VerifiesTheFirstAndTakesTheLast(Platform):
    """Verifies the first of two elements of one name, and orders by the last."""

    def v2_read(self, request: Request) -> dict[str, str]:
        try:
            return super().v2_read(request)
        except Refused:
            self.first: Mapping[str, str] = dict(_elements(request.body)[::-1])
            return dict(_elements(request.body))

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return super().v2_is_signed(values, key, sign_type) or super().v2_is_signed(getattr(self, "first", values), key, sign_type)


@breaks("v2.xml.charges-what-was-signed")
class VerifiesTheLastAndTakesTheFirst(Platform):
    """Verifies the last of two elements of one name, and orders by the first."""

    def v2_read(self, request: Request) -> dict[str, str]:
        try:
            return super().v2_read(request)
        except Refused:
            self.last: Mapping[str, str] = dict(_elements(request.body))
            return dict(_elements(request.body)[::-1])

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return super().v2_is_signed(values, key, sign_type) or super().v2_is_signed(getattr(self, "last", values), key, sign_type)


@breaks("v2.xml.refuses-what-is-no-xml-post")
class CrashesOnBrokenXml(Platform):
    """Fails as a server when a message cannot be read."""

    def v2_read(self, request: Request) -> dict[str, str]:
        return v2.read_xml(request.body)


@breaks("v2.xml.refuses-what-is-no-xml-post")
class ReadsAnyRoot(Platform):
    """Reads a message under any root."""

    def v2_read(self, request: Request) -> dict[str, str]:
        return super().v2_read(_with_body(request, request.body.replace(b"<request>", b"<xml>").replace(b"</request>", b"</xml>")))


@breaks("v2.xml.refuses-what-is-no-xml-post")
class ReadsBytesThatAreNoText(Platform):
    """Leaves bytes that are not UTF-8 out, with the element they stand in."""

    def v2_read(self, request: Request) -> dict[str, str]:
        body = re.sub(r"<wxc_x>\ufffd</wxc_x>", "", request.body.decode("utf-8", "replace"))
        return super().v2_read(_with_body(request, body.encode()))


@breaks("v2.xml.refuses-what-is-no-xml-post")
class AnswersTheEmptyPost(Platform):
    """Thanks for a request without a body."""

    def v2_exchange(self, request: Request) -> tuple[Answer, str | None]:
        if request.body.strip():
            return super().v2_exchange(request)
        return self.v2_answer({"return_code": "SUCCESS", "result_code": "SUCCESS"}), None


@breaks("v2.xml.answers-in-layers")
class LeavesResultCodeOut(Platform):
    """Says of a refusal of the second level nothing but its code."""

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        return {name: value for name, value in super().v2_explain(call, refused).items() if name != "result_code"}


@breaks("v2.xml.answers-in-layers")
class RefusesWithoutAReason(Platform):
    """Says FAIL on the first level, and not why."""

    def v2_refuse(self, operation: Operation, call: Call | None, refused: Refused) -> Answer:
        return self.v2_answer({"return_code": "FAIL"}) if call is None else super().v2_refuse(operation, call, refused)


@breaks("v2.xml.answers-in-layers")
class RefusesByStatus(Platform):
    """Answers what it refuses with HTTP status 400."""

    def v2_refuse(self, operation: Operation, call: Call | None, refused: Refused) -> Answer:
        answer = super().v2_refuse(operation, call, refused)
        return Answer(400, answer.headers, answer.body)


@breaks("v2.xml.answers-in-layers")
class AnswersWithADoctype(Platform):
    """Puts a DOCTYPE in front of its answers."""

    def v2_answer(self, values: Mapping[str, str]) -> Answer:
        answer = super().v2_answer(values)
        return Answer(answer.status, answer.headers, b"<!DOCTYPE xml>" + answer.body)


@breaks("v2.xml.names-a-cause-exactly-on-failure")
class FailsWithoutACause(Platform):
    """Says that a result failed, and not by which err_code."""

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        return {name: value for name, value in super().v2_explain(call, refused).items() if name != "err_code"}


@breaks("v2.xml.names-a-cause-exactly-on-failure")
class SucceedsWithACause(Platform):
    """Says err_code OK with every success."""

    def v2_succeed(self, call: Call, content: Mapping[str, str]) -> Answer:
        return super().v2_succeed(call, {**content, "err_code": "OK"})


@breaks("v2.xml.names-a-cause-exactly-on-failure")
class SaysSentencesAsCodes(Platform):
    """Puts a whole sentence into err_code."""

    def v2_err_code(self, refused: Refused) -> str:
        return f"{super().v2_err_code(refused)}: {'see the documents ' * 3}"
