"""The one kind of APIv2 element that holds elements: a list of rows, as a red packet has of those who opened it.

Source: APIv2 documents, red packet query (hblist, hbinfo).
"""

from xml.parsers import expat

from reference.oracles.v2_xml import LIMIT, MalformedXmlError, read_xml

__all__ = ["take_rows"]


def take_rows(raw: bytes, name: str, row: str) -> tuple[bytes, tuple[dict[str, str], ...]]:
    """Return the message *raw* without its element *name*, and the rows in that: elements called *row*, each flat as a message is.

    A message that has no such element is returned as it is. What is left is still to be read by `read_xml`, and bytes that are no XML are
    left to it too; raises MalformedXmlError for a list that holds anything but rows, or a row that is not flat.
    """
    start, end = _inside(raw, name)
    if end == 0:
        return raw, ()
    return raw[:start] + raw[end:], tuple(read_xml(part, root=row) for part in _rows(raw[start:end], row))


def _inside(raw: bytes, name: str) -> tuple[int, int]:
    """Return where the element *name* directly below the root begins and ends; zeros where there is none."""
    found = next((place for place in _elements(raw) if place[0] == name), ("", 0, 0))
    return found[1], found[2]


def _rows(part: bytes, row: str) -> list[bytes]:
    if part.endswith(b"/>"):
        return []
    elements = _elements(part)
    edges = [part.index(b">") + 1, *(edge for _, start, end in elements for edge in (start, end)), part.rindex(b"<")]
    beside = b"".join(part[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    if beside.strip() or any(name != row for name, _, _ in elements):
        raise MalformedXmlError("nested", f"A list of <{row}> holds something else.")
    return [part[start:end] for _, start, end in elements]


def _elements(raw: bytes) -> list[tuple[str, int, int]]:
    """Return name, start and end of every element directly below the root; nothing where *raw* is not to be read at all."""
    parser = expat.ParserCreate("utf-8")
    places: list[tuple[str, int, int]] = []
    above: list[str] = []

    def begin(name: str, _attributes: dict[str, str]) -> None:
        if len(above) == 1:
            places.append((name, parser.CurrentByteIndex, 0))
        above.append(name)

    def finish(name: str) -> None:
        above.pop()
        if len(above) == 1:
            begun, at = places[-1][1], parser.CurrentByteIndex
            # Of an empty-element tag expat tells where it ends, of an end tag where it begins.
            empty = raw.find(b"/>", begun) + 2 == at == raw.find(b">", begun) + 1
            places[-1] = (name, begun, at if empty else raw.index(b">", at) + 1)

    def stop(*_doctype: object) -> None:
        raise MalformedXmlError("doctype", "The message declares a DOCTYPE; APIv2 messages have none.")

    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = begin, finish, stop
    if len(raw) > LIMIT:
        return []
    try:
        parser.Parse(raw, True)  # noqa: FBT003 - expat takes the flag by position only
    except (expat.ExpatError, MalformedXmlError):
        return []
    return places
