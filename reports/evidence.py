"""Exchanges on the page: the exact bytes, and the string a signature covers with its line ends made visible."""

import json
from collections.abc import Iterable

from reports.markup import Markup, el, join, said
from reports.model import Exchange, Finding, Request, Response, Text
from reports.plain import show_bytes
from reports.words import number_of

__all__ = ["Budget", "evidence", "steps"]

_BODY = 4_000
"""Characters of one body or signed string that are shown; a reader wants the shape, the stream has the rest."""


class Budget:
    """How many bytes of evidence a page may still carry; what exceeds it is named and left to the stream."""

    def __init__(self, size: int) -> None:
        self._left = size

    def allows(self, markup: Markup) -> bool:
        """Take the size of *markup* off and return whether there was room."""
        size = len(markup.encode())
        fits = size <= self._left
        if fits:
            self._left -= size
        return fits


def evidence(exchanges: Iterable[Exchange], budget: Budget, *, open_: bool = False) -> Markup | None:
    """Return *exchanges* as a fold-out (unfolded if *open_*), as many of them as *budget* allows; None where there is none."""
    exchanges = list(exchanges)
    if not exchanges:
        return None
    shown = [markup for markup in map(_exchange, exchanges) if budget.allows(markup)]
    missing = len(exchanges) - len(shown)
    return el(
        "details",
        el("summary", said(Text(number_of(len(exchanges), "exchange"), f"{len(exchanges)} 次交互"))),
        shown,
        el("p", said(Text(f"{number_of(missing, 'more exchange')} in run.ndjson.", f"另有 {missing} 次交互见 run.ndjson。")), class_="note")
        if missing
        else None,
        class_="evidence",
        open=open_,
    )


def steps(finding: Finding) -> Markup | None:
    """Return the journal a replay follows, one step per line; None where there is none."""
    if not finding.steps:
        return None
    journal = "\n".join(json.dumps(step, ensure_ascii=False) for step in finding.steps)
    return el(
        "details",
        el("summary", said(Text(number_of(len(finding.steps), "step"), f"{len(finding.steps)} 个步骤"))),
        el("pre", _clipped(journal)),
        class_="evidence",
    )


def _exchange(exchange: Exchange) -> Markup:
    answer = exchange.response
    signed = exchange.signed_string
    return el(
        "section",
        el("h4", exchange.label, el("time", exchange.at)),
        el("pre", _request(exchange.request), class_="sent"),
        [el("h5", said(Text("Signed string", "签名串"))), el("pre", _with_line_ends(signed), class_="signed")]
        if signed is not None
        else None,
        el("pre", _response(answer), class_="received") if answer else el("p", said(Text("No answer came.", "没有应答。")), class_="note"),
        class_="exchange",
    )


def _request(request: Request) -> Markup:
    return join(el("b", f"{request.method} {request.url}"), "\n", _rest(request.headers, request.body))


def _response(response: Response) -> Markup:
    return join(el("b", str(response.status)), "\n", _rest(response.headers, response.body))


def _rest(headers: tuple[tuple[str, str], ...], body: bytes) -> Markup:
    return join([[el("i", f"{name}:"), f" {value}\n"] for name, value in headers], "\n" + _clipped(show_bytes(body)) if body else None)


def _with_line_ends(signed: bytes) -> Markup:
    """Mark each line feed: a missing or doubled one is the usual mistake, and invisible."""
    parts = _clipped(show_bytes(signed)).split("\n")
    return join(parts[0], [[el("i", "⏎"), "\n", part] for part in parts[1:]])


def _clipped(text: str) -> str:
    return text if len(text) <= _BODY else f"{text[:_BODY]}\n… {number_of(len(text) - _BODY, 'more character')} in run.ndjson"
