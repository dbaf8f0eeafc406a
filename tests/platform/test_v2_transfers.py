"""Transfers through APIv2: to a balance with or without a look at the name, and to a card whose number comes sealed."""

import base64
import hashlib
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding

from reference.oracles import oaep
from reference.platform import Platform
from reference.platform.sqlite import StateFile
from tests.platform.v2_payer import Payer


@pytest.fixture
def platform() -> Platform:
    """A platform of its own."""
    return Platform()


@pytest.fixture
def payer(platform: Platform) -> Payer:
    """A direct merchant."""
    return Payer(platform)


def test_a_transfer_is_paid(payer: Payer) -> None:
    """A transfer is paid at once, and a query shows whom, how much and when."""
    number, told = payer.transfer(device_info="till", re_user_name="李雷")

    assert (told["partner_trade_no"], told["payment_time"], told["device_info"]) == (number, "2026-06-15 12:00:00", "till")
    shown = payer.transfer_of(number)
    assert (shown["status"], shown["detail_id"], shown["payment_amount"]) == ("SUCCESS", told["payment_no"], "100")
    assert (shown["openid"], shown["desc"], shown["transfer_name"]) == (payer.merchant.openid, "提现", "李雷")
    assert (shown["payment_time"], "reason" in shown) == ("2026-06-15 12:00:00", False)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": "0"}, "PARAM_ERROR"),
        ({"desc": ""}, "LACK_PARAMS"),
        ({"desc": "x" * 101}, "PARAM_ERROR"),
        ({"check_name": "MAYBE"}, "PARAM_ERROR"),
        ({"check_name": "FORCE_CHECK"}, "LACK_PARAMS"),
        ({"check_name": "FORCE_CHECK", "re_user_name": "王小"}, "NAME_MISMATCH"),
        ({"check_name": "FORCE_CHECK", "re_user_name": "王小明", "openid": "o2"}, "NAME_MISMATCH"),
        ({"mch_appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"spbill_create_ip": ""}, "LACK_PARAMS"),
    ],
)
def test_a_transfer_that_is_not_as_documented_is_refused(payer: Payer, changed: dict[str, str], code: str) -> None:
    """What is missing or wrong is refused with its code, and nobody is paid."""
    number, told = payer.transfer(**changed)

    assert told["err_code"] == code
    assert payer.transfer_of(number)["err_code"] == "NOT_FOUND"


def test_the_merchant_is_named_by_its_own_element(payer: Payer) -> None:
    """mch_id in the place of mchid names nobody."""
    _, told = payer.transfer(mchid="", mch_id=payer.merchant.mchid)

    assert (told["return_code"], told["return_msg"]) == ("FAIL", "商户号mch_id或sub_mch_id不存在")


def test_the_person_named_is_paid(payer: Payer) -> None:
    """FORCE_CHECK with the payer's name pays the payer."""
    assert payer.merchant.payer_name == "王小明"
    assert payer.transfer(check_name="FORCE_CHECK", re_user_name="王小明")[1]["result_code"] == "SUCCESS"


def test_a_number_pays_once(payer: Payer, platform: Platform) -> None:
    """The same request is the same payment and costs once; with other parameters it is FATAL_ERROR."""
    platform.fund(payer.merchant.mchid, 1_000)
    number, first = payer.transfer()

    assert payer.transfer(partner_trade_no=number)[1]["payment_no"] == first["payment_no"]
    assert payer.transfer(partner_trade_no=number, amount="101")[1]["err_code"] == "FATAL_ERROR"
    assert payer.transfer(partner_trade_no=number, openid="o2")[1]["err_code"] == "FATAL_ERROR"
    assert platform.balances[payer.merchant.mchid] == 900


@pytest.mark.parametrize(("event", "state", "balance"), [("settle", "SUCCESS", 0), ("fail", "FAILED", 100)])
def test_a_held_up_transfer_is_decided_later(payer: Payer, platform: Platform, event: str, state: str, balance: int) -> None:
    """A transfer that is held up answers SYSTEMERROR and is PROCESSING until it is paid or failed, in which case the money is back."""
    platform.fund(payer.merchant.mchid, 100)
    number = payer.number()
    payer.let("transfer", "hold_up", number)
    assert payer.transfer(partner_trade_no=number)[1]["err_code"] == "SYSTEMERROR"
    assert payer.transfer_of(number)["status"] == "PROCESSING"

    assert payer.let("transfer", event, number) is None

    shown = payer.transfer_of(number)
    assert (shown["status"], "reason" in shown, "payment_time" in shown) == (state, event == "fail", event == "settle")
    assert payer.transfer(partner_trade_no=number)[1].get("err_code") == (None if event == "settle" else "SEND_FAILED")
    assert platform.balances[payer.merchant.mchid] == balance
    assert payer.let("transfer", event, number) == "payout-decided"


@pytest.mark.parametrize("sign_type", ["MD5", "HMAC-SHA256"])
def test_the_bank_key_is_pkcs1_and_stays(platform: Platform, sign_type: str) -> None:
    """The key is that of the platform's public key, as PKCS#1, however the request is signed and whatever certificate is in use."""
    payer = Payer(platform, sign_type=sign_type)
    told = payer.ask("getpublickey", appid="")
    platform.rotate()

    assert told["pub_key"].startswith("-----BEGIN RSA PUBLIC KEY-----\n")
    assert payer.ask("getpublickey", appid="")["pub_key"] == told["pub_key"]
    assert platform.identity.platform.public_key is not None
    assert Payer(platform).bank_key() == platform.identity.platform.public_key.public_key


def test_a_payment_to_a_card_lives_on(payer: Payer, platform: Platform) -> None:
    """A payment to a card costs a thousandth more, is PROCESSING until the bank decides, and may be returned even then."""
    platform.fund(payer.merchant.mchid, 20_000)
    number, told = payer.pay_card()
    assert (told["amount"], told["cmms_amt"]) == ("10000", "100")
    assert platform.balances[payer.merchant.mchid] == 9_900
    shown = payer.card_of(number)
    assert (shown["status"], shown["payment_no"], shown["create_time"]) == ("PROCESSING", told["payment_no"], "2026-06-15 12:00:00")

    assert payer.let("bank_transfer", "settle", number) is None
    assert payer.card_of(number)["pay_succ_time"] == "2026-06-15 12:00:00"
    assert payer.let("bank_transfer", "return", number, reason="卡号有误") is None

    shown = payer.card_of(number)
    assert (shown["status"], shown["reason"]) == ("BANK_FAIL", "卡号有误")
    assert platform.balances[payer.merchant.mchid] == 20_000


@pytest.mark.parametrize(("amount", "fee"), [(1, 100), (100_000, 100), (100_001, 101), (2_500_000, 2_500), (9_000_000, 2_500)])
def test_paying_to_a_card_costs_a_thousandth(payer: Payer, amount: int, fee: int) -> None:
    """The fee is a thousandth, rounded up, at least one yuan and at most 25."""
    assert payer.pay_card(amount=str(amount))[1]["cmms_amt"] == str(fee)


def test_a_card_is_compared_not_its_seal(payer: Payer) -> None:
    """Sealed anew, the same card is the same payment; another card or name under the number is FATAL_ERROR."""
    number, first = payer.pay_card()

    assert payer.pay_card(partner_trade_no=number)[1]["payment_no"] == first["payment_no"]
    assert payer.pay_card("6222020200112233447", partner_trade_no=number)[1]["err_code"] == "FATAL_ERROR"
    assert payer.pay_card(name="李雷", partner_trade_no=number)[1]["err_code"] == "FATAL_ERROR"


@pytest.mark.parametrize("name", ["enc_bank_no", "enc_true_name"])
def test_only_oaep_under_the_bank_key_is_opened(payer: Payer, platform: Platform, name: str) -> None:
    """What is plain, padded otherwise or sealed under another key is refused, and nothing is paid."""
    key = payer.bank_key()
    other = platform.identity.platform.certificates[0].public_key
    wrong = ["6222", base64.b64encode(key.encrypt(b"6222", padding.PKCS1v15())).decode(), oaep.encrypt(other, "6222")]

    for value in wrong:
        number, told = payer.pay_card(**{name: value})
        assert told["err_code"] == "PARAM_ERROR"
        assert payer.card_of(number)["err_code"] == "NOT_FOUND"


def test_card_and_name_are_not_kept(payer: Payer, platform: Platform) -> None:
    """The platform keeps and shows digests of card and name, never what was sealed."""
    number, _ = payer.pay_card("6222020200112233446", "李雷")

    kept = platform.store.find("bank_transfer", payer.merchant.mchid, number)
    assert kept is not None
    assert "6222020200112233446" not in repr(kept)
    assert "李雷" not in repr(kept)
    assert payer.card_of(number)["bank_no_md5"] == hashlib.md5(b"6222020200112233446", usedforsecurity=False).hexdigest()


def test_transfers_outlive_the_process(tmp_path: Path) -> None:
    """What was paid, and what is undecided, is there in a later life, and is paid once over both."""
    paid = undecided = ""
    for life in range(2):
        platform = Platform(seed=life)
        platform.settle_after = 60
        payer = Payer(platform)
        with closing(StateFile(tmp_path / "state.db", platform.identity)) as state:
            state.restore(platform)
            if life == 0:
                platform.fund(payer.merchant.mchid, 300)
                paid, _ = payer.transfer()
                undecided = payer.number()
                payer.let("transfer", "hold_up", undecided)
                payer.transfer(partner_trade_no=undecided)
                before = payer.transfer_of(paid)
            else:
                assert payer.transfer_of(paid) == before
                assert payer.transfer(partner_trade_no=paid)[1]["payment_no"] == before["detail_id"]
                platform.advance(60)
                assert payer.transfer_of(undecided)["status"] == "SUCCESS"
                assert platform.balances[payer.merchant.mchid] == 100


def test_payouts_are_served_under_their_real_paths(platform: Platform) -> None:
    """Two paths of the plan are misspelt; what is served stands where the documents have it."""
    served = platform.v2_operations

    assert {"/mmpaymkttransfers/promotion/transfers", "/mmpaysptrans/pay_bank", "/mmpaysptrans/query_bank", "/risk/getpublickey"} <= set(
        served
    )
    assert not {"/mmpaymkttransfers/promottion/transfers", "/mmpaymkttransfers/query_bank"} & set(served)


def test_only_what_can_be_held_up_is(platform: Platform, payer: Payer) -> None:
    """A payment to a card is undecided from the beginning; there is nothing to hold up, before it is made or after."""
    number = payer.number()
    with pytest.raises(KeyError):
        payer.let("bank_transfer", "hold_up", number)

    payer.pay_card(partner_trade_no=number)

    assert payer.card_of(number)["status"] == "PROCESSING"
    assert platform.code_plans == {}
