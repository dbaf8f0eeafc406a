"""HTML built so that nothing can be left unescaped: what is not `Markup` is text."""

import html
import re
from collections.abc import Iterable

from reports.model import Text
from reports.plain import visible

__all__ = ["Markup", "Node", "el", "join", "said"]


class Markup(str):
    """HTML that needs no more escaping; only this module makes it."""

    __slots__ = ()


Node = str | None | Iterable["Node"]
"""What may stand inside an element: markup, text (escaped), nothing, or several of these."""

_VOID = {"input", "meta"}

_BARE = re.compile(r"[A-Za-z0-9._-]+")
"""An attribute that needs no quotes; a page names languages and classes thousands of times."""


def el(tag: str, *children: Node, **attributes: str | bool | None) -> Markup:
    """Return an element.

    Attributes are escaped; `class_` is `class` and `data_x` is `data-x`; True stands bare, None and False are left out.
    """
    opening = "".join(_attribute(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    closing = "" if tag in _VOID else f"{join(*children)}</{tag}>"
    return Markup(f"<{tag}{opening}>{closing}")


def join(*children: Node) -> Markup:
    """Return *children* one after the other."""
    return Markup("".join(map(_markup, children)))


def said(text: Text) -> Markup:
    """Return *text* in both languages, of which the page shows one; untranslated text stands in either."""
    if not text.zh or text.zh == text.en:
        return join(text.en)
    return join(el("span", text.en, lang="en"), el("span", text.zh, lang="zh"))


def _markup(node: Node) -> str:
    if node is None:
        return ""
    if isinstance(node, Markup):
        return node
    if isinstance(node, str):
        return html.escape(visible(node), quote=False)  # JSON is full of quotes, and between tags they are safe
    return join(*node)


def _attribute(name: str, value: str | bool | None) -> str:  # noqa: FBT001 - a bare HTML attribute is a boolean
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    return f" {name}={value}" if _BARE.fullmatch(value) else f' {name}="{html.escape(visible(value))}"'
