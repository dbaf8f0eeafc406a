"""Exchanges on the page: the exact bytes, and the string a signature covers with its line ends made visible."""

import json
from collections.abc import Iterable, Mapping, Sequence

from reports.curl import PLACE, command
from reports.difference import shown_exactly
from reports.markup import Markup, el, join, said
from reports.model import CheckFinished, Exchange, Finding, Request, Response, Text
from reports.plain import show_bytes, visible
from reports.words import number_of

__all__ = ["Budget", "curl", "evidence", "samples", "steps"]

_BODY = 4_000
"""Characters of one body or signed string that are shown; a reader wants the shape, the stream has the rest."""

_SAMPLES = ((2_000, 1_000), (1_000, 500), (700, 300), (700, 200), (700, 140), (700, 100), (700, 80), (700, 60), (300, 60), (120, 40))
"""Bytes of a signed string and characters of an answer, tried in turn: all samples of a large run find room before any is whole."""


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

    def afford(self, markup: Markup | None) -> Markup | None:
        """Return *markup* where there is room for it, else None."""
        return markup if markup is not None and self.allows(markup) else None


def evidence(exchanges: Iterable[Exchange], budget: Budget, *, open_: bool = False) -> Markup | None:
    """Return *exchanges* as two fold-outs: the last one, which decides (unfolded if *open_*), and what led to it, as *budget* allows.

    None where there is none.
    """
    kept = list(exchanges)
    if not kept:
        return None
    *earlier, last = kept
    decisive = Text("The exchange that decides", "决定性的一次交互") if earlier else Text("The exchange", "该次交互")
    before = Text(f"{number_of(len(earlier), 'exchange')} before it", f"此前的 {len(earlier)} 次交互")
    parts = [_folded(decisive, [last], budget, open_=open_)]
    if earlier:
        parts.append(_folded(before, earlier, budget, open_=False))
    return join(parts)


def _folded(summary: Text, exchanges: Sequence[Exchange], budget: Budget, *, open_: bool) -> Markup:
    # The later ones say more, so they ask for room first.
    shown = [markup for markup in map(_exchange, reversed(exchanges)) if budget.allows(markup)][::-1]
    missing = len(exchanges) - len(shown)
    return el(
        "details",
        el("summary", said(summary)),
        shown,
        el("p", said(Text(f"{number_of(missing, 'more exchange')} in run.ndjson.", f"另有 {missing} 次交互见 run.ndjson。")), class_="note")
        if missing
        else None,
        class_="evidence",
        open=open_,
    )


def curl(finding: Finding, base_url: str | None) -> Markup | None:
    """Return the last request of *finding* as a command line; None where it sent none, or one too large to be pasted."""
    if not finding.exchanges or len(finding.exchanges[-1].request.body) > _BODY:
        return None
    several = len(finding.exchanges) > 1
    age = Text(
        "A signature ages: 300 s after it was made this is refused. wxconform replay signs anew"
        + (" and sends every request of the case." if several else "."),
        "签名会过期：300 秒后本命令将被拒绝。wxconform replay 会重新签名" + ("并发送该情形的全部请求。" if several else "。"),
    )
    place = Text(
        f" The platform of this run had no address: start one with wxconform serve and put its address into {PLACE}.",
        f"本次运行的平台没有地址：请用 wxconform serve 启动一个，并将其地址写入 {PLACE}。",
    )
    return el(
        "details",
        el(
            "summary",
            said(
                Text(
                    "The last request with curl" if several else "The request with curl",
                    "用 curl 发送最后一次请求" if several else "用 curl 发送该请求",
                )
            ),
        ),
        el("pre", command(finding.exchanges[-1].request, base_url), class_="shell"),
        el("p", said(age), said(place) if base_url is None else None, class_="note"),
        class_="evidence",
    )


def samples(checks: Sequence[CheckFinished], room: int) -> tuple[Mapping[str, Markup], int]:
    """Return the sample exchange of each passing check by its id, in at most *room* bytes, and how many found no room.

    The larger a run, the shorter its samples: first answers are cut, then signed strings, and only then are samples left out.
    """
    found = {check.check: check.sample for check in checks if check.sample is not None}
    for signed, answer in _SAMPLES:
        if sum(_least(sample, signed, answer) for sample in found.values()) > room:
            continue
        drawn = {check: _sample(sample, signed, answer) for check, sample in found.items()}
        if sum(len(markup.encode()) for markup in drawn.values()) <= room:
            return drawn, 0
    drawn = {check: _sample(sample, *_SAMPLES[-1]) for check, sample in found.items()}
    budget = Budget(room)
    kept = {check: markup for check, markup in drawn.items() if budget.allows(markup)}
    return kept, len(found) - len(kept)


def _least(exchange: Exchange, signed_most: int, answer_most: int) -> int:
    """Return what a sample takes at the least, which is known before it is drawn."""
    answer = len(exchange.response.body) if exchange.response else 0
    return min(len(exchange.signed_string or b""), signed_most) + min(answer, answer_most)


def _sample(exchange: Exchange, signed_most: int, answer_most: int) -> Markup:
    """Return *exchange* on little room: the signed string, which holds method, path and body, then the answer without its headers."""
    signed, answer = exchange.signed_string, exchange.response
    if signed is None:
        sent = join(f"{exchange.request.method} {exchange.request.url}\n", _start(exchange.request.body, signed_most))
    else:
        sent = join(shown_exactly(signed[:signed_most]), "…" if len(signed) > signed_most else None)
    received = join(el("b", str(answer.status)), " ", _start(answer.body, answer_most)) if answer else "–"
    return join(el("small", exchange.label) if exchange.label else None, el("pre", sent), el("pre", received))


def _start(body: bytes, most: int) -> str:
    start, hidden = _cut(body, most)
    return f"{start}…" if hidden else start


def _beginning(body: bytes) -> str:
    start, hidden = _cut(body, _BODY)
    return f"{start}\n… {number_of(hidden, 'more character')} in run.ndjson" if hidden else start


def _cut(body: bytes, most: int) -> tuple[str, int]:
    """Return the first *most* characters of *body* as `show_bytes` shows it, and how many there are beyond; a large one costs little."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return show_bytes(body), 0
    return visible(text[:most]), max(0, len(text) - most)


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
        _signed(signed) if signed is not None else None,
        el("pre", _response(answer), class_="received") if answer else el("p", said(Text("No answer came.", "没有应答。")), class_="note"),
        class_="exchange",
    )


def _signed(signed: bytes) -> list[Markup]:
    heading = Text(f"Signed string, {number_of(len(signed), 'byte')}", f"签名串（{len(signed):,} 字节）")
    hidden = len(signed) - _BODY
    more = el("i", said(Text(f"… {hidden:,} more in run.ndjson", f"…… 另有 {hidden:,} 字节见 run.ndjson"))) if hidden > 0 else None
    return [el("h5", said(heading)), el("pre", shown_exactly(signed[:_BODY]), more, class_="signed")]


def _request(request: Request) -> Markup:
    return join(el("b", f"{request.method} {request.url}"), "\n", _rest(request.headers, request.body))


def _response(response: Response) -> Markup:
    return join(el("b", str(response.status)), "\n", _rest(response.headers, response.body))


def _rest(headers: tuple[tuple[str, str], ...], body: bytes) -> Markup:
    return join([[el("i", f"{name}:"), f" {value}\n"] for name, value in headers], "\n" + _beginning(body) if body else None)


def _clipped(text: str) -> str:
    return text if len(text) <= _BODY else f"{text[:_BODY]}\n… {number_of(len(text) - _BODY, 'more character')} in run.ndjson"
