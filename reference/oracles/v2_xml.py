"""APIv2 XML: one flat list of elements, read so that every value is kept as it was signed, and written so that it can be.

Source: APIv2 documents, "Signature algorithm" and "Security practice" (XXE).
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, NoReturn, TypeAlias
from xml.parsers import expat
from xml.sax.saxutils import escape

import xmltodict

__all__ = ["LIMIT", "Flaw", "MalformedXmlError", "Spelling", "UnwritableError", "read_xml", "write_xml"]

Flaw: TypeAlias = Literal[
    "attribute",
    "character",
    "comment",
    "doctype",
    "duplicate",
    "encoding",
    "entity",
    "instruction",
    "namespace",
    "nested",
    "root",
    "size",
    "syntax",
    "text",
    "version",
]
"""What can stand against a message, in one word."""

Spelling: TypeAlias = Literal["cdata", "escaped", "indented"]
"""How values are written: in CDATA, as escaped text, or in CDATA on lines of their own. All three mean the same."""

LIMIT: Final = 1 << 20
"""Bytes of the largest message that is read. The bound is ours: the longest fields of APIv2 have some thousand characters."""

_CODES: Final[Mapping[int, Flaw]] = {
    expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: "entity",
    expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]: "character",
}
_FORBIDDEN: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character in XML 1.0 (2.2): most control characters, halves of surrogate pairs, U+FFFE and U+FFFF."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_BLANKS: Final = " \t\r\n"
"""White space in XML; an ideographic space is text."""
_SHOWN: Final = 20


class MalformedXmlError(ValueError):
    """The bytes are not an APIv2 message; the message says what stands against it, *flaw* in one word."""

    def __init__(self, flaw: Flaw, sentence: str) -> None:
        super().__init__(sentence)
        self.flaw: Final[Flaw] = flaw


class UnwritableError(ValueError):
    """A name or a value that no XML can carry; the message says which and why."""


def read_xml(raw: bytes, *, root: str = "xml", limit: int = LIMIT) -> dict[str, str]:
    """Return the elements of an APIv2 message by name in their order, each with its exact text, "" where there is none.

    *raw* is UTF-8 and at most *limit* bytes long; *root* is ``root`` for what is inside `req_info`. Text is neither trimmed nor
    converted; only blanks around CDATA are layout, not value. Raises MalformedXmlError for all that two readers may understand
    differently, or that makes a reader fetch or expand anything: any DOCTYPE (hence any entity of its own), another encoding, version or
    root, attributes, namespaces, processing instructions, comments inside a value, an element inside another, two elements of one name,
    text beside the elements; and for what is no XML at all.
    """
    _require_text(raw, limit)
    guard = _Guard(root)
    try:
        guard.read(raw)
        document = xmltodict.parse(raw, encoding="utf-8", strip_whitespace=False, disable_entities=True)
    except expat.ExpatError as error:
        raise MalformedXmlError(_CODES.get(error.code, "syntax"), f"The message is not well-formed XML: {error}.") from None
    content = next(iter(document.values()))
    values = {} if content is None or isinstance(content, str) else {name: text or "" for name, text in content.items() if name != "#text"}
    return values | guard.cdata


def write_xml(values: Mapping[str, str | None], *, root: str = "xml", spelling: Spelling = "cdata") -> bytes:
    """Return the message of *values* in the order in which they are signed, so the same values give the same bytes.

    None is left out, "" is an empty element. `]]>` is divided between two CDATA sections; a value with a carriage return is escaped
    in every *spelling*, because XML reads a bare one as a line feed. Raises UnwritableError for what would not be read back.
    """
    indent = "\n  " if spelling == "indented" else ""
    parts = [_element(name, value, spelling, indent) for name, value in sorted(values.items()) if value is not None]
    end = "\n" if indent and parts else ""
    return f"<{_written(root)}>{''.join(parts)}{end}</{root}>".encode()


def _element(name: str, value: str, spelling: Spelling, indent: str) -> str:
    if found := _FORBIDDEN.search(value):
        raise UnwritableError(f"{name} holds U+{ord(found[0]):04X} at character {found.start()}; XML has no such character.")
    if spelling == "escaped" or "\r" in value:
        text = escape(value, {"\r": "&#13;"})
        return f"{indent}<{_written(name)}>{text}</{name}>"
    inner = f"{indent}  " if indent else ""
    return f"{indent}<{_written(name)}>{inner}<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>{indent}</{name}>"


def _written(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UnwritableError(f"{name!r} cannot be the name of an element; expected a letter or _, then letters, digits, _ . or -.")
    return name


def _require_text(raw: bytes, limit: int) -> None:
    if len(raw) > limit:
        _refuse("size", f"The message has {len(raw)} bytes; at most {limit} are read.")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        _refuse("encoding", f"The message is not UTF-8: byte {error.start} is {raw[error.start]:#04x}.")
    if found := _FORBIDDEN.search(text):
        utf16 = " (UTF-16 read as UTF-8 looks like this)" if found[0] == "\0" else ""
        _refuse("character", f"Character {found.start()} is U+{ord(found[0]):04X}; XML has no such character{utf16}.")


def _refuse(flaw: Flaw, sentence: str) -> NoReturn:
    raise MalformedXmlError(flaw, sentence)


class _Guard:
    """What a reader of values does not tell: what must be refused, and which blanks are layout."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.cdata: dict[str, str] = {}
        self._path: list[str] = []
        self._seen: set[str] = set()
        self._inside: list[str] = []
        self._outside: list[str] = []
        self._in_cdata = False
        self._has_cdata = False

    def read(self, raw: bytes) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.CommentHandler = self._comment
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartCdataSectionHandler = self._open_cdata
        parser.EndCdataSectionHandler = self._close_cdata
        parser.Parse(raw, True)  # noqa: FBT003 - expat takes the flag by position only

    def _declaration(self, version: str, encoding: str | None, _standalone: int) -> None:
        if version != "1.0":
            _refuse("version", f"The message declares XML {version}; expected 1.0, other versions have other characters and line ends.")
        if encoding is not None and encoding.lower() != "utf-8":
            _refuse("encoding", f"The message declares the encoding {encoding}; APIv2 is UTF-8.")

    def _doctype(self, name: str, *_ids: object) -> None:
        _refuse("doctype", f"The message declares a DOCTYPE ({name}); APIv2 messages have none.")

    def _instruction(self, target: str, _data: str) -> None:
        _refuse("instruction", f"The message holds the processing instruction <?{target}?>; APIv2 messages have none.")

    def _comment(self, _data: str) -> None:
        if len(self._path) == 2:
            _refuse("comment", f"A comment stands inside <{self._path[-1]}>; readers disagree on which part of it is the value.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name or any(attribute.partition(":")[0] == "xmlns" for attribute in attributes):
            _refuse("namespace", f"<{name}> is in a namespace; APIv2 elements are in none.")
        if attributes:
            _refuse("attribute", f"<{name}> has the attribute {next(iter(attributes))}; APIv2 elements have none.")
        if not self._path and name != self._root:
            _refuse("root", f"The root is <{name}>; expected <{self._root}>.")
        if len(self._path) == 2:
            _refuse("nested", f"<{name}> stands inside <{self._path[-1]}>; APIv2 messages are flat.")
        if self._path:
            if name in self._seen:
                _refuse("duplicate", f"<{name}> is there twice.")
            self._seen.add(name)
        self._path.append(name)
        self._inside, self._outside, self._has_cdata = [], [], False

    def _end(self, name: str) -> None:
        if len(self._path) == 2 and self._has_cdata and not "".join(self._outside).strip(_BLANKS):
            self.cdata[name] = "".join(self._inside)
        self._path.pop()

    def _text(self, data: str) -> None:
        if len(self._path) == 1 and data.strip(_BLANKS):
            _refuse("text", f"There is text beside the elements: {data.strip(_BLANKS)[:_SHOWN]!r}.")
        (self._inside if self._in_cdata else self._outside).append(data)

    def _open_cdata(self) -> None:
        self._in_cdata = self._has_cdata = True

    def _close_cdata(self) -> None:
        self._in_cdata = False
