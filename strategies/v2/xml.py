"""Single faults, and harmless oddities, in how an APIv2 request is written."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from reference.oracles.v2_xml import Spelling, write_xml
from strategies.cases import Wire
from strategies.hostile_xml import NOWHERE, REFUSED, Canary, HostileXml
from strategies.v2.cases import FaultV2, SigningV2
from strategies.v2.named import Sent, Signed

__all__ = ["Doubled", "Hostile", "hostile", "no_xml_post", "spellings"]


class Hostile(FaultV2):
    """The message is one of the hostile ones; whatever it carries is signed as it would be read."""

    def __init__(self, case: HostileXml, canary: Canary = NOWHERE) -> None:
        self.name = f"XML {case.name}"
        self.says = case.says
        self.case = case
        self.canary = canary

    def in_signing(self, signing: SigningV2) -> SigningV2:
        """Sign what it carries, and write it so."""
        return replace(signing, members=self.case.members(signing.members), write=lambda signed: self.case.raw(signed, self.canary))


class Doubled(FaultV2):
    """A member stands twice with two values, the *other* one first or last; the signature covers the one or the other."""

    def __init__(self, member: str, other: str, *, first: bool, signs_other: bool) -> None:
        place, covered = ("first", "last")[not first], "other" if signs_other else "right"
        self.name = f"{member} twice, {other!r} {place}, the {covered} one signed"
        self.member = member
        self.other = other
        self.first = first
        self.signs_other = signs_other

    def in_signing(self, signing: SigningV2) -> SigningV2:
        """Sign one of them, and write both."""
        right = signing.members[self.member]
        members = {**signing.members, self.member: self.other} if self.signs_other else signing.members
        return replace(signing, members=members, write=lambda signed: self._written({**signed, self.member: right}))

    def _written(self, members: Mapping[str, str]) -> bytes:
        element = f"<{self.member}>{self.other}</{self.member}>"
        text = write_xml(members).decode()
        return (text.replace("<xml>", f"<xml>{element}", 1) if self.first else text.replace("</xml>", f"{element}</xml>")).encode()


def hostile(canary: Canary = NOWHERE, *, flaw: str | None = None) -> tuple[Hostile, ...]:
    """Every message that must be refused; of one *flaw* only, if given."""
    return tuple(Hostile(case, canary) for case in REFUSED if flaw is None or case.refused == flaw)


def spellings() -> tuple[Signed, ...]:
    """No fault: the same values in CDATA, escaped, mixed, indented, in another order, and behind a declaration."""

    def written(write: Callable[[Mapping[str, str]], bytes]) -> Callable[[SigningV2], SigningV2]:
        return lambda signing: replace(signing, write=write)

    def spelt(spelling: Spelling) -> Callable[[Mapping[str, str]], bytes]:
        return lambda members: write_xml(members, spelling=spelling)

    ways: Mapping[str, Callable[[Mapping[str, str]], bytes]] = {
        "values in CDATA": spelt("cdata"),
        "values escaped": spelt("escaped"),
        "values indented": spelt("indented"),
        "values mixed": _mixed,
        "members in reverse order": _reversed,
        "a declaration in front": lambda members: b'<?xml version="1.0" encoding="UTF-8"?>\n' + write_xml(members),
        "lines between the elements": lambda members: write_xml(members, spelling="escaped").replace(b"><", b">\n  <"),
    }
    return tuple(Signed(name, written(write)) for name, write in ways.items())


def no_xml_post() -> tuple[FaultV2, ...]:
    """What is no POST of readable XML: broken, another format, another root, nested, empty, no UTF-8, a GET."""
    bodies: Mapping[str, Callable[[bytes], bytes]] = {
        "no end tag": lambda body: body.removesuffix(b"</xml>"),
        "crossed tags": lambda body: body.replace(b"</xml>", b"<a><b></a></b></xml>"),
        "a bare ampersand": lambda body: body.replace(b"</xml>", b"<wxc_x>a & b</wxc_x></xml>"),
        "two roots": lambda body: body + body,
        "root request": lambda body: body.replace(b"<xml>", b"<request>").replace(b"</xml>", b"</request>"),
        "nested in a root": lambda body: b"<xml>" + body + b"</xml>",
        "an element in an element": lambda body: body.replace(b"</xml>", b"<wxc_x><wxc_y>1</wxc_y></wxc_x></xml>"),
        "JSON": lambda _body: json.dumps({"appid": "wx"}).encode(),
        "a form": lambda _body: b"appid=wx&mch_id=1",
        "text": lambda _body: b"hello",
        "an empty root": lambda _body: b"<xml></xml>",
        "empty": lambda _body: b"",
        "blanks": lambda _body: b" \n",
        "a byte that is not UTF-8": lambda body: body.replace(b"</xml>", b"<wxc_x>\xff</wxc_x></xml>"),
        "half a character": lambda body: body.replace(b"</xml>", b"<wxc_x>\xe8\x8c</wxc_x></xml>"),
        "UTF-16": lambda body: body.decode().encode("utf-16"),
    }
    return (
        *(Sent(f"body: {name}", _with_body(change)) for name, change in bodies.items()),
        Sent("a GET", lambda wire: replace(wire, method="GET", body=b"")),
    )


def _with_body(change: Callable[[bytes], bytes]) -> Callable[[Wire], Wire]:
    return lambda wire: replace(wire, body=change(wire.body))


_EVERY_OTHER: Final = 2


def _mixed(members: Mapping[str, str]) -> bytes:
    parts = []
    for place, (name, value) in enumerate(sorted(members.items())):
        text = write_xml({name: value}, spelling="cdata" if place % _EVERY_OTHER else "escaped").decode()
        parts.append(text.removeprefix("<xml>").removesuffix("</xml>"))
    return f"<xml>{''.join(parts)}</xml>".encode()


def _reversed(members: Mapping[str, str]) -> bytes:
    parts = [write_xml({name: value}).decode().removeprefix("<xml>").removesuffix("</xml>") for name, value in members.items()]
    return f"<xml>{''.join(parts[::-1])}</xml>".encode()
