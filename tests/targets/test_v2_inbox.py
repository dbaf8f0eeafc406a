"""The notify endpoints of APIv2 as checks use them: what is read and opened, and what is answered."""

import pytest

from conformance.checks.platform.v2.notices import ACCEPTING, REFUSING
from conformance.targets.inbox import Inbox
from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.v2.inbox import InboxV2, LetterV2
from conformance.targets.verdicts import Violation
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.oracles import v2
from reference.platform import ACCEPTANCE, LADDER, Delivery, Said
from reference.platform import Platform as ReferencePlatform
from strategies.cases import Order, Refund
from strategies.orders import lean

_KEY = bundled().merchant.apiv2_key or ""


def _platform() -> tuple[Platform, ReferencePlatform]:
    reference = ReferencePlatform()
    return Platform("mock", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=7), reference


def _paid(platform: Platform, inbox: InboxV2, *answers: Said) -> Order:
    order = lean("jsapi", notify_url=inbox.address("merchant", *answers))
    platform.v2.must_pay(order)
    return order


def _letter(body: bytes) -> LetterV2:
    return LetterV2(Delivery("1", "", 1, 0, "https://merchant.example/n", (), body), bundled().merchant)


@pytest.mark.parametrize("said", ACCEPTING.values(), ids=ACCEPTING)
def test_what_accepts_ends_the_deliveries(said: Said) -> None:
    """An answer that acknowledges is known as such, and the platform takes it."""
    platform, _ = _platform()
    with InboxV2(platform) as inbox:
        order = _paid(platform, inbox, said)
        inbox.wait(86_400)

        assert inbox.accepts(said)
        assert len(inbox.at(order.fields["notify_url"])) == 1


@pytest.mark.parametrize(
    "said", [*REFUSING.values(), 200, 204, (204, ACCEPTING["plain"][1] if isinstance(ACCEPTING["plain"], tuple) else b"")]
)
def test_what_refuses_is_followed_by_another_delivery(said: Said) -> None:
    """An answer that acknowledges nothing is known as such, and so is a status alone."""
    platform, _ = _platform()
    with InboxV2(platform) as inbox:
        order = _paid(platform, inbox, said)
        inbox.wait(2 * sum(LADDER))

        assert not inbox.accepts(said)
        assert len(inbox.at(order.fields["notify_url"])) == 16


def test_nothing_is_left_to_be_repeated() -> None:
    """Left behind, an inbox has acknowledged what it refused, and what went elsewhere was accepted, of either family."""
    platform, reference = _platform()
    with InboxV2(platform) as inbox, Inbox(platform) as theirs:
        _paid(platform, inbox, (200, b""))
        platform.v2.must_pay(lean("app"))
        platform.must_pay(lean("native", notify_url=theirs.address("merchant", 500)))
        platform.must_pay(lean("app"))
        inbox.wait(30)
        theirs.wait(30)

    platform.advance(2 * max(LADDER))
    assert {notice.state for notice in reference.notices.values()} == {"accepted"}


def test_answers_are_given_in_turn() -> None:
    """The first answer goes to the first delivery and so on; the last one is given for ever."""
    platform, _ = _platform()
    with InboxV2(platform) as inbox:
        order = _paid(platform, inbox, None, (200, b""), ACCEPTANCE)
        inbox.expect(order.fields["notify_url"], 3)
        inbox.wait(86_400)

        assert [letter.delivery.attempt for letter in inbox.at(order.fields["notify_url"])] == [1, 2, 3]


def test_a_refund_is_opened() -> None:
    """What req_info holds is read with the key of the merchant; the message around it is read as it is."""
    platform, _ = _platform()
    with InboxV2(platform) as inbox:
        order = _paid(platform, inbox)
        refund = Refund(order, 30, {"notify_url": inbox.address("merchant")})
        platform.v2.refund(refund).is_accepted()
        platform.settle(refund)
        inbox.expect(refund.fields["notify_url"])
        (letter,) = inbox.at(refund.fields["notify_url"])

        assert letter.values.keys() == {"return_code", "appid", "mch_id", "nonce_str", "req_info"}
        assert (letter.opened["out_refund_no"], letter.opened["refund_status"]) == (refund.number, "SUCCESS")


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"<root></root>",
        b"<xml><req_info>!</req_info></xml>",
        b"<xml></xml>",
        v2.write_xml({"req_info": v2.encrypt_req_info(b"<xml></xml>", _KEY)}),
        v2.write_xml({"req_info": v2.encrypt_req_info(b"<root></root>", "0" * 32)}),
    ],
)
def test_what_does_not_open_is_a_violation(body: bytes) -> None:
    """A message that is no XML, or whose req_info is missing, sealed for somebody else or no root, cannot be opened."""
    with pytest.raises(Violation):
        _ = _letter(body).opened


def test_empty_elements_are_none() -> None:
    """An element without a value counts as absent."""
    assert _letter(b"<xml><a></a><b>1</b></xml>").values == {"b": "1"}
