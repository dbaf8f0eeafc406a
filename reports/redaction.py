"""The one owner of redaction: nothing is written or shown that did not pass through here."""

import html
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus, unquote

__all__ = ["REDACTED", "Redactor"]

REDACTED = "[redacted]"

_SHORTEST = 6
"""Characters below which a "secret" would be found everywhere by accident."""

_BLANK = r"(?: |%20|\+)"
_LABEL = rf"(?:[A-Z0-9]|{_BLANK}){{0,40}}?(?:PRIVATE|TESTING){_BLANK}KEY(?:{_BLANK}BLOCK)?"
_PEM_BLOCK = re.compile(
    rf"-{{4,5}}{_BLANK}?BEGIN{_BLANK}(?P<label>{_LABEL}){_BLANK}?-{{4,5}}"
    rf"(?:.*?-{{4,5}}{_BLANK}?END{_BLANK}(?P=label){_BLANK}?-{{4,5}}|.*\Z)",
    re.DOTALL,
)
_PEM_IN_BASE64 = re.compile(r"LS0tLS1CRUdJTi(?:[A-Za-z0-9+/_-]|[\r\n]|\\+[rn])+={0,2}")
_PEM_LINE = re.compile(rb"[A-Za-z0-9+/]{6,}={0,2}")
_CODE_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_SHORT_ESCAPE = re.compile(r"""\\+(["'\\/])""")
_SEPARATORS = re.compile(r"(?:\\+[nrt]|[\s:])+")
_SANDBOX_KEY = re.compile(r"(sandbox_signkey(?:[^\w]|CDATA|[gl]t){1,24})(?=[A-Za-z]*[0-9])[A-Za-z0-9]{6,}")
"""The key of the APIv2 sandbox, which nobody knows before it is handed out; one cut off in the middle still shows half of it."""
_ROUNDS = 3
"""How many layers of escaping are peeled off: JSON in a query in JSON is the deepest the protocol has."""


class Redactor:
    """Replaces secrets in text, bytes and JSON values by `[redacted]`.

    A secret is found as it is and as base64 (in any alignment), hex, percent-encoding, JSON, XML or Python escapes; one that carries a PEM
    block is found line by line. Private-key PEM blocks go whether or not their key is known. Where a secret shows only after
    several layers are decoded its place is unknown, and the whole text goes. Secrets under six characters are ignored. What
    stands behind the name of the APIv2 sandbox's key goes, too.
    """

    def __init__(self, secrets: Iterable[str | bytes]) -> None:
        plain: set[str] = set()
        coded: set[str] = set()
        for secret in secrets:
            for part in _parts(secret):
                plain.update(_plain_forms(part))
                coded.update(_coded_forms(part))
        whole = {form for form in plain | coded if len(form) >= _SHORTEST}
        self._forms = sorted(whole, key=lambda form: (-len(form), form))
        self._coded = [form for form in self._forms if form in coded]

    def text(self, value: str) -> str:
        """Return *value* without secrets."""
        value = _SANDBOX_KEY.sub(rf"\1{REDACTED}", _without_private_keys(value))
        for form in self._forms:
            if form in value:
                value = value.replace(form, REDACTED)
        return REDACTED if self._is_hidden_in(value) else value

    def data(self, value: bytes) -> bytes:
        """Return *value* without secrets; bytes that are not UTF-8 are searched byte by byte."""
        try:
            return self.text(value.decode()).encode()
        except UnicodeDecodeError:
            return self.text(value.decode("latin-1")).encode("latin-1")

    def clean(self, value: Any) -> Any:
        """Return a JSON value without secrets, keys of objects included; members named `…_b64` are searched as the bytes they hold."""
        return self._walk(value) if self._touches(value) else value

    def _touches(self, value: Any) -> bool:
        """Return whether anything in *value* may change: one search over all its strings at once, since most events hold no secret."""
        joined = "\x00".join(_strings(value))
        return self.text(joined) != joined

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self._member(key, item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._walk(item) for item in value]
        return value

    def _member(self, key: str, item: Any) -> Any:
        held = _held_bytes(key, item)
        return self._walk(item) if held is None else b64encode(self.data(held)).decode()

    def _is_hidden_in(self, value: str) -> bool:
        squeezed = _SEPARATORS.sub("", value)
        if squeezed != value and any(form in squeezed for form in self._coded):
            return True
        return any(self._shows(layer) for layer in _layers(value))

    def _shows(self, layer: str) -> bool:
        spaced = layer.replace("+", " ")
        return any(form in layer or form in spaced for form in self._forms) or _without_private_keys(layer) != layer


def _parts(secret: str | bytes) -> Iterator[bytes]:
    """Yield what to look for: the secret, or the lines of the PEM blocks in it, since a block is often re-wrapped or quoted in part."""
    raw = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
    if b"-----BEGIN" in raw:
        yield from (line.strip() for line in raw.splitlines() if _PEM_LINE.fullmatch(line.strip()))
    if len(raw) >= _SHORTEST:
        yield raw


def _plain_forms(raw: bytes) -> Iterator[str]:
    """Yield the ways *raw* is spelt in text."""
    yield quote(raw, safe="")
    yield quote(raw, safe="/")
    yield quote_plus(raw)
    for escape in ("%%%02X", "%%%02x"):
        yield "".join(escape % byte for byte in raw)
    yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), quote(raw, safe=""))
    yield repr(raw)[2:-1]
    yield raw.decode("latin-1")
    try:
        text = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return
    yield text
    yield repr(text)[1:-1]
    yield html.escape(text)
    for ascii_only in (True, False):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield once.replace("/", "\\/")
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]


def _coded_forms(raw: bytes) -> Iterator[str]:
    """Yield hex and base64 of *raw*, base64 also as it looks inside that of longer data."""
    yield raw.hex()
    yield raw.hex().upper()
    for encode in (b64encode, urlsafe_b64encode):
        yield encode(raw).decode()
        yield encode(raw).decode().rstrip("=")
        for shift in range(3):
            # A character of base64 is our own only if all its six bits are; the rest depends on the neighbours.
            first, last = (shift * 8 + 5) // 6, (shift + len(raw)) * 8 // 6
            yield encode(bytes(shift) + raw).decode()[first:last]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
            if held := _held_bytes(key, item):
                yield held.decode("utf-8", "replace")
                yield held.decode("latin-1")
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _held_bytes(key: str, item: Any) -> bytes | None:
    """Return the bytes of a `NAME_b64` member; None where it is another kind of member."""
    if not (key.endswith("_b64") and isinstance(item, str)):
        return None
    try:
        return b64decode(item, validate=True)
    except ValueError:
        return None


def _without_private_keys(value: str) -> str:
    if "BEGIN" in value:
        value = _PEM_BLOCK.sub(REDACTED, value)
    if "LS0tLS1CRUdJTi" in value:
        value = _PEM_IN_BASE64.sub(_unless_public, value)
    return value


def _unless_public(match: re.Match[str]) -> str:
    code = _SEPARATORS.sub("", match[0]).rstrip("=")
    block = b64decode(code[: len(code) // 4 * 4], altchars=b"-_" if {"-", "_"} & set(code) else None)
    return REDACTED if re.search(rb"BEGIN [A-Z0-9 ]*(?:PRIVATE|TESTING) KEY", block) else match[0]


def _layers(value: str) -> Iterator[str]:
    """Yield *value* with one escape after the other peeled off: JSON, percent, XML, and again."""
    for _ in range(_ROUNDS):
        before = value
        for escape, peel in _PEELS:
            if escape in value and (peeled := peel(value)) != value:
                value = peeled
                yield value
        if value == before:
            return


def _without_backslashes(value: str) -> str:
    value = _CODE_ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), value)
    # A character beyond U+FFFF is escaped as two halves.
    value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _SHORT_ESCAPE.sub(r"\1", value)


_PEELS = (("\\", _without_backslashes), ("%", unquote), ("&", html.unescape))
