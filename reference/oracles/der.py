"""Read DER, as far as keys, signatures and ciphertexts need it: sequences, integers, octet strings."""

from typing import Final, NamedTuple

__all__ = ["DerError", "Element", "integer", "octets", "sequence"]

_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_SEQUENCE: Final = 0x30


class DerError(ValueError):
    """The bytes are not the one DER encoding of what was expected."""


class Element(NamedTuple):
    """One element: its tag byte and the bytes inside it."""

    tag: int
    content: bytes


def sequence(data: bytes) -> list[Element]:
    """Return the elements of the one SEQUENCE that *data* is, to its last byte. Raises DerError."""
    outer, end = _element(data, 0)
    if outer.tag != _SEQUENCE or end != len(data):
        raise DerError("expected one SEQUENCE and nothing behind it")
    elements, position = [], 0
    while position < len(outer.content):
        element, position = _element(outer.content, position)
        elements.append(element)
    return elements


def integer(element: Element) -> int:
    """Return the value of an INTEGER that is not negative. Raises DerError."""
    content = element.content
    if element.tag != _INTEGER or not content or content[0] >= 0x80 or (content[0] == 0 and len(content) > 1 and content[1] < 0x80):
        raise DerError("expected an INTEGER that is not negative, in its shortest form")
    return int.from_bytes(content)


def octets(element: Element) -> bytes:
    """Return the bytes of an OCTET STRING. Raises DerError."""
    if element.tag != _OCTETS:
        raise DerError("expected an OCTET STRING")
    return element.content


def _element(data: bytes, start: int) -> tuple[Element, int]:
    header = data[start : start + 2]
    if len(header) < 2:
        raise DerError("an element ends before its length")
    tag, length = header
    begin = start + 2
    if length >= 0x80:
        size = length - 0x80
        length = int.from_bytes(data[begin : begin + size])
        if not 1 <= size <= 2 or length < (0x80 if size == 1 else 0x100):
            raise DerError("a length is not in its shortest form")
        begin += size
    if begin + length > len(data):
        raise DerError("an element ends before its last byte")
    return Element(tag, data[begin : begin + length]), begin + length
