"""Other ways to write the same URL, each of them legal."""

import re
from collections.abc import Iterator

__all__ = ["equal_targets"]


def equal_targets(target: str, segment: str) -> Iterator[str]:
    """Yield *target* (path and query) in every spelling a client may choose.

    Its escapes in small letters; characters of *segment*, a piece of the path, and of the values escaped though they need not be;
    the parameters in another order. Source: RFC 3986, 2.1 and 2.3.
    """
    path, _, query = target.partition("?")
    spelled = {segment, re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), segment)}
    spelled |= {segment.replace(plain, f"%{ord(plain):02X}") for plain in "*-_~."}
    first, last = segment[:1], segment[-1:]
    spelled |= {f"%{ord(first):02X}{segment[1:]}", f"%{ord(first):02x}{segment[1:]}", f"{segment[:-1]}%{ord(last):02X}"}
    for form in sorted(spelled):
        yield f"{path.replace(segment, form)}{'?' if query else ''}{query}"
    parameters = [parameter.partition("=") for parameter in query.split("&") if parameter]
    if parameters:
        yield f"{path}?{'&'.join(f'{name}=%{ord(value[0]):02X}{value[1:]}' for name, _, value in parameters)}"
        yield f"{path}?{'&'.join(f'{name}={value[:-1]}%{ord(value[-1]):02x}' for name, _, value in parameters)}"
    if len(parameters) > 1:
        yield f"{path}?{'&'.join(f'{name}={value}' for name, _, value in reversed(parameters))}"
