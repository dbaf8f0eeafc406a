"""Read APIv2 XML: one flat element list, every value kept as it was signed.

Source: APIv2 documents, "Signature algorithm" and "Security practice" (XXE).
"""

from xml.parsers import expat

import xmltodict

__all__ = ["MalformedXmlError", "read_xml"]


class MalformedXmlError(ValueError):
    """The bytes are not an APIv2 message; the message says what stands against it."""


def read_xml(raw: bytes, *, root: str = "xml") -> dict[str, str]:
    """Return the elements of an APIv2 message by name, each with its exact text, "" where there is none.

    *raw* is UTF-8; *root* is ``root`` for what is inside `req_info`. Text is neither trimmed nor converted; only blanks
    around CDATA are layout, not value. Raises MalformedXmlError for malformed XML, another encoding or root, any DOCTYPE (hence any
    entity of its own), attributes, an element inside another, two elements of one name, and text beside the elements.
    """
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        raise MalformedXmlError(f"The message is not UTF-8: byte {error.start} is {raw[error.start]:#04x}.") from None
    layout = _Layout(root)
    try:
        layout.read(raw)
        document = xmltodict.parse(raw, encoding="utf-8", strip_whitespace=False, disable_entities=True)
    except expat.ExpatError as error:
        raise MalformedXmlError(f"The message is not well-formed XML: {error}.") from None
    content = next(iter(document.values()))
    values = {} if content is None or isinstance(content, str) else {name: text or "" for name, text in content.items() if name != "#text"}
    return values | layout.cdata


class _Layout:
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
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartCdataSectionHandler = self._open_cdata
        parser.EndCdataSectionHandler = self._close_cdata
        parser.Parse(raw, True)  # noqa: FBT003 - expat takes the flag by position only

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise MalformedXmlError(f"The message declares the encoding {encoding}; APIv2 is UTF-8.")

    def _doctype(self, name: str, *_ids: object) -> None:
        raise MalformedXmlError(f"The message declares a DOCTYPE ({name}); APIv2 messages have none.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if attributes:
            raise MalformedXmlError(f"<{name}> has the attribute {next(iter(attributes))}; APIv2 elements have none.")
        if not self._path and name != self._root:
            raise MalformedXmlError(f"The root is <{name}>; expected <{self._root}>.")
        if len(self._path) == 2:
            raise MalformedXmlError(f"<{name}> stands inside <{self._path[-1]}>; APIv2 messages are flat.")
        if self._path:
            if name in self._seen:
                raise MalformedXmlError(f"<{name}> is there twice.")
            self._seen.add(name)
        self._path.append(name)
        self._inside, self._outside, self._has_cdata = [], [], False

    def _end(self, name: str) -> None:
        if len(self._path) == 2 and self._has_cdata and not "".join(self._outside).strip():
            self.cdata[name] = "".join(self._inside)
        self._path.pop()

    def _text(self, data: str) -> None:
        if len(self._path) == 1 and data.strip():
            raise MalformedXmlError(f"There is text beside the elements: {data.strip()[:20]!r}.")
        (self._inside if self._in_cdata else self._outside).append(data)

    def _open_cdata(self) -> None:
        self._in_cdata = self._has_cdata = True

    def _close_cdata(self) -> None:
        self._in_cdata = False
