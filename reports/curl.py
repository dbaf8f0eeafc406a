"""A request as a command line: what a POSIX shell and curl need to send the same bytes without us."""

import re
import shlex
from collections.abc import Iterator

from reports.model import Request
from reports.plain import visible

__all__ = ["PLACE", "command"]

PLACE = "WXCONFORM_URL"
"""The shell variable that stands for a platform whose address the run does not know."""

_OFTEN_ADDED = ("Accept", "User-Agent")
_PLAIN_URL = re.compile(r"[A-Za-z0-9\-._~:/?@!$&'()*+,;=%]*")
"""What curl passes on as it stands; anything else it would refuse, cut off or take for a pattern."""


def command(request: Request, base_url: str | None) -> str:
    """Return the command that sends *request* to *base_url*, or to `$WXCONFORM_URL` where there is none.

    The shell hands curl exactly the bytes of the request, whatever they are, and curl adds no header of its own but Host and those of the
    transfer. The text holds no control character: what a page would have to show otherwise is written as an octal escape.
    """
    words = [f"curl -sS -i {_address(request.url, base_url)}", *_method(request), *_headers(request), *_body(request)]
    piped = request.body and not _is_plain(request.body)
    before = f"printf '{_octal(request.body)}' |\n" if piped else ""
    return before + " \\\n  ".join(words)


def _address(url: str, base_url: str | None) -> str:
    scheme, separator, rest = url.partition("://")
    if separator:
        host, slash, path = rest.partition("/")
        base_url, url = f"{scheme}://{host}", slash + path
    place = f'"${PLACE}"' if base_url is None else shlex.quote(base_url.rstrip("/"))
    if _PLAIN_URL.fullmatch(url):
        return f"--path-as-is {place}{shlex.quote(url)}"
    return f"{place} --request-target {_word(url)}"


def _method(request: Request) -> Iterator[str]:
    if request.method == "HEAD":
        yield "--head"
    elif request.method != ("POST" if request.body else "GET"):
        yield f"-X {_word(request.method)}"


def _headers(request: Request) -> Iterator[str]:
    for name, value in request.headers:
        if name.lower() == "content-length" and value == str(len(request.body)):
            continue
        # "Name:" would tell curl to leave the header out.
        yield f"-H {_word(f'{name}: {value}' if value else f'{name};')}"
    present = {name.lower() for name, _ in request.headers}
    added = (*_OFTEN_ADDED, "Content-Type") if request.body else _OFTEN_ADDED
    for name in added:
        if name.lower() not in present:
            yield f"-H '{name}:'"


def _body(request: Request) -> Iterator[str]:
    if not request.body:
        return
    if _is_plain(request.body):
        yield f"--data-raw {shlex.quote(request.body.decode())}"  # --data-binary would read a file where the body begins with @
    else:
        yield "--data-binary @-"


def _word(text: str) -> str:
    """Return one word of a command line for *text*, whose bytes are those the suite sends for it."""
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogatepass")
    return shlex.quote(text) if raw.isascii() and _is_plain(raw) else f"\"$(printf '{_octal(raw)}')\""


def _is_plain(raw: bytes) -> bool:
    """Tell whether *raw* can stand on a page and be copied from it: text that `visible` shows as it is, where tabs would be lost."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    return "\t" not in text and visible(text) == text


def _octal(raw: bytes) -> str:
    """Return the format of a printf that prints *raw*; ASCII stays readable, but a first hyphen would begin an option."""
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in "%\\'" else f"\\{byte:03o}" for byte in raw)
    return f"\\055{text[1:]}" if text.startswith("-") else text
