"""Red packets through APIv2: sent once, opened or shared out, limited, and back after a day, also over a restart."""

from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.platform import Platform
from reference.platform.sqlite import StateFile
from tests.platform.v2_payer import Payer

_DAY = 86_400


@pytest.fixture
def platform() -> Platform:
    """A platform of its own."""
    return Platform()


@pytest.fixture
def payer(platform: Platform) -> Payer:
    """A direct merchant."""
    return Payer(platform)


@pytest.fixture
def partner(platform: Platform) -> Payer:
    """A service provider."""
    assert platform.identity.partner is not None
    return Payer(platform, platform.identity.partner)


def _rows(platform: Platform) -> list[dict[str, str | None]]:
    """The rows of hblist in the last answer."""
    root = ET.fromstring(platform.exchanges[-1].answer.body)  # noqa: S314 - made by the platform under test
    return [{child.tag: child.text for child in row} for row in root.findall("hblist/hbinfo")]


def test_a_packet_is_sent_and_opened(payer: Payer, platform: Platform) -> None:
    """A packet is SENT with what was asked, RECEIVED once its payee opens it, and hblist then tells who got what."""
    number, told = payer.packet()

    assert (told["result_code"], told["mch_billno"], told["total_amount"]) == ("SUCCESS", number, "100")
    shown = payer.packet_of(number)
    assert (shown["status"], shown["hb_type"], shown["total_num"], shown["send_type"]) == ("SENT", "NORMAL", "1", "API")
    assert (shown["detail_id"], shown["wishing"], shown["send_time"]) == (told["send_listid"], "<福> & 寿", "2026-06-15 12:00:00")
    assert "hblist" not in shown
    assert payer.let("redpack", "open", number, openid="somebody else") == "not-theirs"
    platform.advance(60)
    assert payer.let("redpack", "open", number, openid=payer.merchant.openid) is None
    assert payer.packet_of(number)["status"] == "RECEIVED"
    assert _rows(platform) == [{"openid": payer.merchant.openid, "amount": "100", "rcv_time": "2026-06-15 12:01:00"}]
    assert payer.let("redpack", "open", number) == "payout-decided"


def test_a_mini_program_gets_a_package(payer: Payer) -> None:
    """A packet a mini program hands over comes with the package it opens with, the same one each time."""
    number, told = payer.packet("sendminiprogramhb")
    _, again = payer.packet("sendminiprogramhb", mch_billno=number)

    assert told["send_listid"] in told["package"]
    assert again["package"] == told["package"]
    assert payer.packet_of(number)["hb_type"] == "NORMAL"


def test_a_service_provider_sends_for_others(payer: Payer, partner: Payer) -> None:
    """A service provider names its sub-merchant when sending, not when asking; another merchant does not find its packet."""
    number, told = partner.packet(risk_info="posttime=123&mobile=139&deviceid=a")

    assert told["sub_mch_id"] == partner.merchant.sub_mchids[0]
    assert partner.packet_of(number)["status"] == "SENT"
    assert payer.packet_of(number)["err_code"] == "NOT_FOUND"
    assert partner.packet(sub_mch_id="")[1]["err_code"] == "LACK_PARAMS"
    assert payer.packet(mch_billno=number)[1]["result_code"] == "SUCCESS"


@pytest.mark.parametrize(
    ("operation", "changed", "code"),
    [
        ("sendredpack", {"total_amount": "99"}, "AMOUNT_LIMIT"),
        ("sendredpack", {"total_amount": "20001"}, "AMOUNT_LIMIT"),
        ("sendredpack", {"total_num": "2"}, "PARAM_ERROR"),
        ("sendredpack", {"scene_id": "PRODUCT_9"}, "PARAM_ERROR"),
        ("sendredpack", {"mch_billno": "x" * 29}, "PARAM_ERROR"),
        ("sendredpack", {"mch_billno": "a-1"}, "PARAM_ERROR"),
        ("sendredpack", {"wxappid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ("sendredpack", {"remark": ""}, "LACK_PARAMS"),
        ("sendminiprogramhb", {"total_amount": "99"}, "AMOUNT_LIMIT"),
        ("sendgroupredpack", {"total_num": "2"}, "PARAM_ERROR"),
        ("sendgroupredpack", {"total_amount": "299"}, "AMOUNT_LIMIT"),
        ("sendgroupredpack", {"total_amount": "60003"}, "AMOUNT_LIMIT"),
        ("sendgroupredpack", {"amt_type": "ALL_SAME"}, "PARAM_ERROR"),
        ("sendgroupredpack", {"total_amount": "299", "scene_id": "PRODUCT_1"}, "AMOUNT_LIMIT"),
    ],
)
def test_a_packet_that_is_not_as_documented_is_refused(payer: Payer, operation: str, changed: dict[str, str], code: str) -> None:
    """What is wrong with a packet is refused with its code, and nothing is sent."""
    number, told = payer.packet(operation, **changed)

    assert told["err_code"] == code
    assert payer.packet_of("x" if not number.isalnum() or len(number) > 28 else number)["err_code"] == "NOT_FOUND"


@pytest.mark.parametrize("amount", ["99", "20001"])
def test_a_scene_widens_the_bounds(payer: Payer, amount: str) -> None:
    """With scene_id a packet may hold less than a yuan and more than 200."""
    assert payer.packet(scene_id="PRODUCT_2", total_amount=amount)[1]["result_code"] == "SUCCESS"


def test_a_number_sends_one_packet(payer: Payer, platform: Platform) -> None:
    """The same request is the same packet and costs once; another amount, payee or operation is FATAL_ERROR, whatever its state."""
    platform.fund(payer.merchant.mchid, 1_000)
    number, first = payer.packet()
    for state in ("SENT", "RECEIVED"):
        assert payer.packet(mch_billno=number)[1]["send_listid"] == first["send_listid"]
        assert payer.packet(mch_billno=number, total_amount="101")[1]["err_code"] == "FATAL_ERROR"
        assert payer.packet(mch_billno=number, re_openid="o2")[1]["err_code"] == "FATAL_ERROR"
        assert payer.packet("sendminiprogramhb", mch_billno=number)[1]["err_code"] == "FATAL_ERROR"
        assert payer.packet_of(number)["status"] == state
        payer.let("redpack", "open", number)

    assert platform.balances[payer.merchant.mchid] == 900


@pytest.mark.parametrize(("when", "state"), [("before", None), ("after", "SENT")])
def test_a_lost_answer_leaves_the_result_unknown(payer: Payer, platform: Platform, when: str, state: str | None) -> None:
    """SYSTEMERROR does not tell whether the packet was sent; a query does, and a repetition sends it once."""
    platform.fund(payer.merchant.mchid, 100)
    platform.lose_next("after" if when == "after" else "before")

    number, told = payer.packet()

    assert told["err_code"] == "SYSTEMERROR"
    assert payer.packet_of(number).get("status") == state
    assert payer.packet(mch_billno=number)[1]["result_code"] == "SUCCESS"
    assert platform.balances[payer.merchant.mchid] == 0


def test_a_held_up_packet_is_decided_later(payer: Payer, platform: Platform) -> None:
    """A packet that is held up is SENDING; delivered it is SENT for a day from then, failed it gives the money back."""
    platform.fund(payer.merchant.mchid, 200)
    arrived, failed = payer.number(), payer.number()
    for number in (arrived, failed):
        assert payer.let("redpack", "hold_up", number) is None
        assert payer.packet(mch_billno=number)[1]["err_code"] == "PROCESSING"
        assert payer.packet_of(number)["status"] == "SENDING"
    assert payer.let("redpack", "hold_up", arrived) == "number-used"
    assert payer.let("redpack", "open", arrived) == "payout-decided"
    platform.advance(3_600)

    assert payer.let("redpack", "deliver", arrived) is None
    assert payer.let("redpack", "fail", failed, reason="没有该用户") is None

    assert payer.packet(mch_billno=arrived)[1]["result_code"] == "SUCCESS"
    shown = payer.packet_of(failed)
    assert (shown["status"], shown["reason"]) == ("FAILED", "没有该用户")
    assert payer.packet(mch_billno=failed)[1]["err_code"] == "SEND_FAILED"
    assert platform.balances[payer.merchant.mchid] == 100
    platform.advance(_DAY - 1)
    assert payer.packet_of(arrived)["status"] == "SENT"
    platform.advance(1)
    assert payer.packet_of(arrived)["status"] == "RFUND_ING"


def test_the_platform_can_decide_by_itself(payer: Payer, platform: Platform) -> None:
    """With settle_after a packet that is held up arrives after so many seconds."""
    platform.settle_after = 30
    number = payer.number()
    payer.let("redpack", "hold_up", number)
    payer.packet(mch_billno=number)
    platform.advance(29)
    assert payer.packet_of(number)["status"] == "SENDING"

    platform.advance(1)

    assert payer.packet_of(number)["status"] == "SENT"


def test_an_empty_account_sends_nothing(payer: Payer, platform: Platform) -> None:
    """A packet that costs more than there is is NOTENOUGH and not sent; its number sends it once there is money."""
    platform.fund(payer.merchant.mchid, 99)
    number, told = payer.packet()
    assert (told["err_code"], payer.packet_of(number)["err_code"]) == ("NOTENOUGH", "NOT_FOUND")

    platform.fund(payer.merchant.mchid, 100)

    assert payer.packet(mch_billno=number)[1]["result_code"] == "SUCCESS"


@pytest.mark.parametrize("operation", ["sendredpack", "sendgroupredpack", "sendminiprogramhb"])
def test_an_unopened_packet_comes_back(payer: Payer, platform: Platform, operation: str) -> None:
    """A packet nobody opens within a day is on its way back, cannot be opened, and then is back with its money."""
    platform.fund(payer.merchant.mchid, 300)
    number, told = payer.packet(operation)
    amount = int(told["total_amount"])
    platform.advance(_DAY - 1)
    assert payer.packet_of(number)["status"] == "SENT"
    platform.advance(1)
    assert payer.packet_of(number)["status"] == "RFUND_ING"
    assert payer.let("redpack", "open", number) == "payout-decided"
    assert platform.balances[payer.merchant.mchid] == 300 - amount

    platform.advance(3_600)

    shown = payer.packet_of(number)
    assert (shown["status"], shown["refund_amount"], shown["refund_time"]) == ("REFUND", str(amount), "2026-06-16 13:00:00")
    assert platform.balances[payer.merchant.mchid] == 300
    platform.advance(30 * _DAY)
    assert payer.packet_of(number) == shown


@given(heads=st.integers(3, 20), spare=st.integers(0, 2_000), opened=st.integers(0, 20))
def test_a_group_packet_is_shared_out_to_the_last_fen(heads: int, spare: int, opened: int) -> None:
    """Every share is a fen or more, all of them are what was paid, and what nobody opened comes back."""
    platform = Platform()
    payer = Payer(platform)
    total, opened = 100 * heads + spare, min(opened, heads)
    platform.fund(payer.merchant.mchid, total)
    number, told = payer.packet("sendgroupredpack", total_num=str(heads), total_amount=str(total))
    assert told["result_code"] == "SUCCESS"

    for count in range(1, opened + 1):
        assert payer.let("redpack", "open" if count < heads else "share", number, openid=f"o{count}") in {"others-wait", "last-share"}
        assert payer.let("redpack", "share" if count < heads else "open", number, openid=f"o{count}") is None
    if 0 < opened < heads:
        assert payer.let("redpack", "share", number, openid="o1") == "opened-before"
    status = payer.packet_of(number)["status"]
    amounts = [int(row["amount"] or 0) for row in _rows(platform)]
    platform.advance(2 * _DAY)

    assert status == ("RECEIVED" if opened == heads else "SENT")
    assert len(amounts) == opened
    assert all(amount >= 1 for amount in amounts)
    assert platform.balances[payer.merchant.mchid] == total - sum(amounts)
    assert sum(amounts) == total or opened < heads


def test_a_user_gets_ten_packets_a_day(payer: Payer, platform: Platform) -> None:
    """The eleventh packet to one user on one day of Beijing is SENDNUM_LIMIT; another user's is sent, and this one's after midnight."""
    for _ in range(10):
        assert payer.packet()[1]["result_code"] == "SUCCESS"
    number, told = payer.packet()

    assert (told["err_code"], payer.packet_of(number)["err_code"]) == ("SENDNUM_LIMIT", "NOT_FOUND")
    assert payer.packet(re_openid="o2")[1]["result_code"] == "SUCCESS"
    platform.advance(12 * 3_600 - 1)
    assert payer.packet()[1]["err_code"] == "SENDNUM_LIMIT"
    platform.advance(1)
    assert payer.packet()[1]["result_code"] == "SUCCESS"


def test_a_user_gets_a_thousand_yuan_a_day(payer: Payer) -> None:
    """What takes a user over 1000 yuan is MONEY_LIMIT; what failed does not count."""
    failed = payer.number()
    payer.let("redpack", "hold_up", failed)
    payer.packet(mch_billno=failed, total_amount="20000")
    payer.let("redpack", "fail", failed)
    for _ in range(5):
        assert payer.packet(total_amount="20000")[1]["result_code"] == "SUCCESS"

    assert payer.packet()[1]["err_code"] == "MONEY_LIMIT"


def test_a_merchant_sends_a_million_yuan_a_day(payer: Payer, partner: Payer) -> None:
    """After a million yuan a merchant's next packet is MONEY_LIMIT; another merchant's is sent."""
    assert payer.packet("sendgroupredpack", total_num="5000", total_amount="100000000")[1]["result_code"] == "SUCCESS"

    assert payer.packet(re_openid="o2")[1]["err_code"] == "MONEY_LIMIT"
    assert partner.packet()[1]["result_code"] == "SUCCESS"


def test_a_packet_needs_the_merchants_certificate(payer: Payer) -> None:
    """Without the certificate neither sending nor asking is served."""
    payer.certificate = None

    assert payer.packet()[1]["err_code"] == "CERT_ERROR"
    assert payer.packet_of("x")["err_code"] == "CERT_ERROR"


def test_packets_outlive_the_process(tmp_path: Path) -> None:
    """A packet comes back when it is due in a later life, with what is left of it; one held up beforehand is still held up."""
    planned = ""
    for life in range(4):
        platform = Platform(seed=life)
        payer = Payer(platform)
        with closing(StateFile(tmp_path / "state.db", platform.identity)) as state:
            state.restore(platform)
            if life == 0:
                platform.fund(payer.merchant.mchid, 1_000)
                number, _ = payer.packet("sendgroupredpack")
                payer.let("redpack", "share", number, openid="o1")
                planned = payer.number()
                payer.let("redpack", "hold_up", planned)
                platform.advance(_DAY - 10)
            elif life == 1:
                assert payer.packet(mch_billno=planned)[1]["err_code"] == "PROCESSING"
                assert payer.packet_of(number)["status"] == "SENT"
                platform.advance(10)
            elif life == 2:
                assert payer.packet_of(number)["status"] == "RFUND_ING"
                platform.advance(3_600)
            else:
                shown = payer.packet_of(number)
                (row,) = _rows(platform)
                assert shown["status"] == "REFUND"
                assert int(shown["refund_amount"]) + int(row["amount"] or 0) == 300
                assert platform.balances[payer.merchant.mchid] == 900 - int(row["amount"] or 0)
