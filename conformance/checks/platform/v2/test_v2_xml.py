"""The XML of APIv2: how values may be written, what must be refused, and how an answer speaks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.checks.platform.v2.asking import order_of, roles, try_faults
from conformance.checks.platform.v2.touring import tour
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles import v2
from reference.rules import judges
from strategies.cases import Order, Product, Role
from strategies.orders import lean
from strategies.v2.cases import FaultV2
from strategies.v2.named import Signed
from strategies.v2.xml import Doubled, Hostile, hostile, no_xml_post, spellings
from strategies.xml_cases import Canary

GROUP = "v2 messages"

_WORD = "wxc-canary-8f3kq2"
_PRODUCTS: tuple[Product, ...] = ("jsapi", "native", "codepay")
_TEXTS = (
    "龙井茶",
    "Tom & Jerry",
    "a < b > c",
    "\"double\" and 'single'",
    "]]>",
    "a]]>b]]>c",
    "&amp; &lt; &#38;",
    "<![CDATA[x]]>",
    "<total_fee>1</total_fee>",
    "a=b&key=c",
    "100% +1 %41",
    " blanks around ",
    "😀𠮷",
    "0123",
    "1e3",
    "null",
)


@judges("v2.xml.accepts-cdata-and-plain-alike")
def test_accepts_every_spelling(platform: Platform) -> None:
    """An order is accepted in every way to write its values, and a query shows the same amount and the same attach."""
    platform.needs(*(["payer"] if platform.v2.offers("unifiedorder") else []))

    def attempt(case: tuple[Signed, Product, Role]) -> None:
        spelling, product, role = case
        order = lean(product, role, attach="龙井 100")
        platform.v2.place(order, broken_by=spelling).is_accepted(because=f"It is a valid order, {spelling.name}.")
        if product != "codepay":
            platform.pay(order)
        shown = platform.v2.query(order).is_accepted()
        shown.has("total_fee", str(order.total), because=f"An order was placed, {spelling.name}.")
        shown.has("attach", "龙井 100", because=f"An order was placed, {spelling.name}.")

    every = [(spelling, product, role) for spelling in spellings() for product in _PRODUCTS for role in roles(platform)]
    try_all(platform, every, attempt)


@judges("v2.xml.keeps-every-character")
def test_keeps_every_character(platform: Platform) -> None:
    """An attach of any characters, in CDATA or escaped, is what a query and a notice of the payment show."""
    platform.needs("payer", "notifications")

    def attempt(case: tuple[str, Signed]) -> None:
        text, spelling = case
        order = lean("native", attach=text).but(description=text)
        platform.v2.place(order, broken_by=spelling).is_accepted(because="Its text is valid.")
        platform.pay(order)
        platform.v2.query(order).is_accepted().has("attach", text, because="attach comes back as it was sent.")
        for delivery in platform.deliveries():
            told = v2.read_xml(delivery.body).get("attach")
            if told != text:
                raise Violation("A notice does not tell the attach that was sent.", expected=f"attach {text!r}", got=f"attach {told!r}")

    written = [spelling for spelling in spellings() if spelling.name in {"values in CDATA", "values escaped"}]
    try_all(platform, [(text, spelling) for text in _TEXTS for spelling in written], attempt)


@judges("v2.xml.expands-no-entities")
def test_expands_no_entities(platform: Platform) -> None:
    """A message with a DOCTYPE is refused without effect; no file it names is read out, no URL it names is fetched."""
    platform.needs("hostile-input")

    def attempt(case: tuple[Hostile, Product]) -> None:
        fault, product = case
        order = order_of(product)
        answer = platform.v2.place(order, broken_by=fault)
        if any(_WORD.encode() in each.reply.body for each in platform.exchanges):
            raise Violation("The platform read a file out that a message named.", expected="no byte of it", got=answer.described)
        if watched.fetched:
            raise Violation("The platform fetched a URL that a message named.", expected="no request", got=watched.fetched.pop())
        answer.is_refused_anyhow(because="It declares a DOCTYPE.")
        platform.v2.query(order).is_refused("ORDERNOTEXIST", because="The order of a refused request exists.")
        platform.v2.place(order).is_accepted(because="The next ordinary request is answered.")

    with _watched() as watched:
        try_all(platform, [(fault, product) for fault in hostile(watched.canary, flaw="doctype") for product in _PRODUCTS], attempt)


@judges("v2.xml.charges-what-was-signed")
def test_charges_what_was_signed(platform: Platform) -> None:
    """An order with two amounts or two numbers is refused, or it is for the one that was signed."""

    def attempt(case: tuple[str, bool, bool]) -> None:
        member, first, signs_other = case
        order = lean("native")
        call = platform.v2.calls.place(order)
        right = call.members[member] or ""
        other = "1" if member == "total_fee" else platform.mint.number()
        fault = Doubled(member, other, first=first, signs_other=signs_other)
        answer = platform.v2.send(call, broken_by=fault)
        if not answer.accepted:
            answer.is_refused_anyhow()
        signed = other if signs_other else right
        for number in {order.number or "", right if member == "out_trade_no" else "", other if member == "out_trade_no" else ""} - {""}:
            _is_as_signed(platform, order, number, member, signed)

    every = [(member, first, own) for member in ("total_fee", "out_trade_no") for first in (True, False) for own in (True, False)]
    try_all(platform, every, attempt)


@judges("v2.xml.refuses-what-is-no-xml-post")
def test_refuses_what_is_no_xml_post(platform: Platform) -> None:
    """What is no POST of a flat, readable message is refused, by HTTP or in XML, and never with an error of the server."""
    platform.observing = False  # a refusal by HTTP status is one, too
    faults: list[FaultV2] = [*no_xml_post(), *(fault for fault in hostile() if fault.case.refused in {"nested", "encoding", "root"})]
    codes = ("XML_FORMAT_ERROR", "POST_DATA_EMPTY", "NOT_UTF8", "REQUIRE_POST_METHOD", "SIGNERROR", "LACK_PARAMS", "PARAM_ERROR")
    try_faults(platform, faults, *codes, because="It is no POST of an APIv2 message.")


@judges("v2.xml.refuses-what-is-no-xml-post")
def test_a_query_is_no_exception(platform: Platform) -> None:
    """A query that is no POST of a readable message shows nothing of the order."""
    platform.observing = False  # a refusal by HTTP status is one, too

    def attempt(fault: FaultV2) -> None:
        order = order_of("native")
        platform.v2.place(order).is_accepted()
        answer = platform.v2.query(order, broken_by=fault).is_refused_anyhow(because="It is no POST of an APIv2 message.")
        answer.lacks("trade_state", because="The query was refused.")
        platform.v2.query(order).is_accepted()

    try_all(platform, no_xml_post(), attempt)


@judges("v2.xml.answers-in-layers")
def test_answers_in_layers(platform: Platform) -> None:
    """Every answer is HTTP 200 and flat XML that says first whether it was heard, then whether it was done."""
    tour(platform)


@judges("v2.xml.names-a-cause-exactly-on-failure")
def test_names_a_cause_exactly_on_failure(platform: Platform) -> None:
    """A failed result has an err_code, a good one has none."""
    tour(platform)


@dataclass(slots=True)
class _Watched:
    """A file with a word in it, and a URL whose visitors are written down."""

    canary: Canary
    fetched: list[str] = field(default_factory=list)


@contextmanager
def _watched() -> Iterator[_Watched]:
    """Put a canary into a file, and listen on a port of this machine; a platform elsewhere can reach neither."""

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.fetched.append(self.path)
            self.send_error(404)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with TemporaryDirectory() as folder, HTTPServer(("127.0.0.1", 0), Listener) as server:
        file = Path(folder) / "canary"
        file.write_text(_WORD, encoding="utf-8")
        found = _Watched(Canary(file.as_uri(), f"http://127.0.0.1:{server.server_address[1]}/canary"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()


def _is_as_signed(platform: Platform, order: Order, number: str, member: str, signed: str) -> None:
    """Of an order that exists under *number*, *member* must be the *signed* one."""
    answer = platform.v2.send(platform.v2.calls.query(order).but(out_trade_no=number), label="query order")
    if not answer.accepted:
        answer.is_refused("ORDERNOTEXIST")
        return
    found = number if member == "out_trade_no" else str(platform.query(order).is_accepted()["amount.total"])
    if found != signed:
        raise Violation(f"The order took the {member} that was not signed.", expected=f"{member} {signed}", got=f"{member} {found}")
