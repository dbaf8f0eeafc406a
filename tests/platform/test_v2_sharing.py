"""Profit sharing in the mock: orders placed for sharing, receivers, shares, and what is left."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reference.machines.sharing import MOST_SHARINGS, THIRTY_DAYS
from reference.platform import Platform
from reference.platform.sqlite import StateFile
from tests.platform.v2_sharing_shop import SharingShop
from tests.platform.v2_shop import Shop


@pytest.fixture
def platform() -> Platform:
    """A platform of its own."""
    return Platform()


@pytest.fixture
def shop(platform: Platform) -> SharingShop:
    """A direct merchant with one receiver."""
    shop = SharingShop(platform)
    shop.add()
    return shop


def _partner(platform: Platform) -> SharingShop:
    assert platform.identity.partner is not None
    shop = SharingShop(platform, platform.identity.partner)
    shop.add()
    return shop


def test_a_share_is_under_way_and_then_credited(shop: SharingShop, platform: Platform) -> None:
    """A sharing is PROCESSING with a PENDING share, and after ten seconds FINISHED with a credited one; what is left is told at once."""
    _, transaction_id = shop.paid()
    assert shop.left(transaction_id) == 1_000

    shared = shop.share(transaction_id, 300)

    assert (shared["status"], shop.shown(shared)) == ("PROCESSING", ("PROCESSING", ["PENDING"]))
    assert shop.left(transaction_id) == 700
    platform.advance(10)
    assert shop.shown(shared) == ("FINISHED", ["SUCCESS"])
    assert shop.left(transaction_id) == 700


def test_a_service_provider_shares_for_its_sub_merchant(platform: Platform) -> None:
    """What it asks for is told to it with the sub-merchant; without one, only what is left and its bills are."""
    shop = _partner(platform)
    _, transaction_id = shop.paid()

    shared = shop.share(transaction_id, 300)
    alone = shop.ask("profitsharingfinish", transaction_id=transaction_id, out_order_no="alone", description="完结")

    assert (shared["sub_mch_id"], alone["err_code"]) == (shop.sub["sub_mch_id"], "LACK_PARAMS")
    assert shop.left(transaction_id) == 700


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda shop, order: shop.share(order, 1_001), "NOTENOUGH"),
        (lambda shop, order: shop.share(order, ("MERCHANT_ID", shop.merchant.mchid, 1), once=True), "NOAUTH"),
        (lambda shop, order: shop.share(order, ("PERSONAL_OPENID", shop.merchant.openid, 1)), "NOAUTH"),
        (lambda shop, order: shop.share(order, 1, 2), "PARAM_ERROR"),
        (lambda shop, order: shop.share(order, 0), "PARAM_ERROR"),
        (lambda shop, order: shop.share(order, ("MERCHANT_ID", "", 1)), "PARAM_ERROR"),
        (lambda shop, order: shop.share(order), "PARAM_ERROR"),
        (lambda shop, order: shop.share(order, *(("MERCHANT_ID", str(number), 1) for number in range(51))), "PARAM_ERROR"),
        (lambda shop, order: shop.share(order, 1, receivers="{}"), "PARAM_ERROR"),
        (lambda shop, _: shop.share("4200", 1), "ORDERNOTEXIST"),
        (lambda shop, order: shop.ask("profitsharingquery", transaction_id=order, out_order_no="none", appid=""), "PARAM_ERROR"),
    ],
)
def test_what_cannot_be_shared_is_refused_with_its_code(
    shop: SharingShop, ask: Callable[[SharingShop, str], dict[str, str]], code: str
) -> None:
    """Too much, strangers, nobody, somebody twice, too many, nothing, what never was: refused on the second level, without effect."""
    _, transaction_id = shop.paid()

    told = ask(shop, transaction_id)

    assert (told["result_code"], told["err_code"]) == ("FAIL", code)
    assert shop.left(transaction_id) == 1_000


def test_only_what_was_marked_is_shared(shop: SharingShop) -> None:
    """An order placed without profit_sharing Y is NOT_SHARE_ORDER, to whoever shares it, finishes it or asks what is left."""
    for mark in ("N", ""):
        _, transaction_id = shop.paid(profit_sharing=mark)

        assert shop.share(transaction_id, 1)["err_code"] == "NOT_SHARE_ORDER"
        assert shop.finish(transaction_id)["err_code"] == "NOT_SHARE_ORDER"
        told = shop.ask("profitsharingorderamountquery", transaction_id=transaction_id, appid="")
        assert (told["return_code"], told["return_msg"]) == ("FAIL", "NOT_SHARE_ORDER")


def test_an_order_is_shared_a_minute_after_its_payment(shop: SharingShop, platform: Platform) -> None:
    """Sooner it is ORDER_NOT_READY, and nothing is taken."""
    number, _ = shop.place(profit_sharing="Y")
    shop.pay(number)
    transaction_id = shop.ask("orderquery", out_trade_no=number)["transaction_id"]
    platform.advance(59)

    assert shop.share(transaction_id, 1)["err_code"] == "ORDER_NOT_READY"
    platform.advance(1)
    assert shop.share(transaction_id, 1)["result_code"] == "SUCCESS"


def test_a_reversed_order_holds_nothing(shop: SharingShop, platform: Platform) -> None:
    """A code payment placed for sharing that is reversed gives everything back to the payer."""
    number, told = shop.charge(profit_sharing="Y", total_fee="500")
    platform.advance(60)
    assert shop.left(told["transaction_id"]) == 500

    assert shop.ask("reverse", out_trade_no=number)["result_code"] == "SUCCESS"

    assert shop.left(told["transaction_id"]) == 0
    assert shop.share(told["transaction_id"], 1)["err_code"] == "TRADE_STATE_ERROR"


def test_receivers_are_added_and_removed(shop: SharingShop) -> None:
    """Adding again and removing again is harmless; removing a stranger is refused; a removed receiver may be added anew."""
    _, transaction_id = shop.paid()

    assert shop.add()["result_code"] == "SUCCESS"
    assert json.loads(shop.remove()["receiver"])["account"] == shop.to
    assert shop.share(transaction_id, 1)["err_code"] == "NOAUTH"
    assert shop.remove()["result_code"] == "SUCCESS"
    assert shop.remove("1900000001")["err_code"] == "PARAM_ERROR"
    assert shop.add()["result_code"] == "SUCCESS"
    assert shop.share(transaction_id, 1)["result_code"] == "SUCCESS"


def test_a_receiver_is_named_whole(shop: SharingShop) -> None:
    """A receiver of the sub-merchant's appid needs that appid, a relation of one's own its name, an account its characters."""
    assert shop.add("o1", "PERSONAL_SUB_OPENID")["err_code"] == "PARAM_ERROR"
    assert shop.add("1900000001", relation_type="CUSTOM")["err_code"] == "PARAM_ERROR"
    assert shop.add("1900000001", relation_type="CUSTOM", custom_relation="邻居")["result_code"] == "SUCCESS"
    for account in ("", "\ud800", "1900000001\n"):
        told = shop.ask("profitsharingaddreceiver", receiver=json.dumps({"type": "MERCHANT_ID", "account": account}))
        assert told["err_code"] == "PARAM_ERROR"


def test_a_merchant_may_share_with_itself_when_more_can_follow(shop: SharingShop) -> None:
    """Several sharings may free a part for the merchant itself; a single one may not, for it frees the rest anyway."""
    _, transaction_id = shop.paid()

    assert shop.share(transaction_id, ("MERCHANT_ID", shop.merchant.mchid, 400))["result_code"] == "SUCCESS"
    assert shop.left(transaction_id) == 600


def test_a_number_shares_once(shop: SharingShop, platform: Platform) -> None:
    """The same request is the same sharing, however its list is written and after a lost answer; another under its number is refused."""
    _, transaction_id = shop.paid()
    platform.lose_next("after")
    number = shop.number()
    lost = shop.share(transaction_id, 300, out_order_no=number)
    again = shop.share(transaction_id, 300, out_order_no=number)
    spaced = json.dumps([{"description": "分", "amount": 300, "account": shop.to, "type": "MERCHANT_ID"}], indent=1)

    assert lost["err_code"] == "SYSTEMERROR"
    assert shop.share(transaction_id, 1, out_order_no=number, receivers=spaced)["order_id"] == again["order_id"]
    assert shop.share(transaction_id, 301, out_order_no=number)["err_code"] == "PARAM_ERROR"
    assert shop.share(transaction_id, 300, out_order_no=number, once=True)["err_code"] == "PARAM_ERROR"
    assert shop.finish(transaction_id, out_order_no=number)["err_code"] == "PARAM_ERROR"
    assert shop.left(transaction_id) == 700


def test_a_failed_share_is_the_orders_again(shop: SharingShop, platform: Platform) -> None:
    """A share let fail is CLOSED with its reason, and what it took can be shared anew; the other one is credited all the same."""
    shop.add(shop.merchant.openid, "PERSONAL_OPENID")
    _, transaction_id = shop.paid()
    shared = shop.share(transaction_id, 300, ("PERSONAL_OPENID", shop.merchant.openid, 200))

    assert platform.let("share", "fail", shop.merchant.mchid, f"{shared['out_order_no']}/{shop.to}", reason="NO_RELATION") is None
    assert shop.shown(shared) == ("PROCESSING", ["CLOSED", "PENDING"])
    platform.advance(10)

    assert shop.shown(shared) == ("FINISHED", ["CLOSED", "SUCCESS"])
    assert shop.left(transaction_id) == 800
    told = shop.ask("profitsharingquery", transaction_id=transaction_id, out_order_no=shared["out_order_no"], appid="")
    assert [share.get("fail_reason") for share in json.loads(told["receivers"])] == ["NO_RELATION", None]


@pytest.mark.parametrize("once", [False, True])
def test_an_end_releases_the_rest(shop: SharingShop, once: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """After a finish or a single sharing nothing is left, and nothing can be shared or finished; a finish may be repeated."""
    _, transaction_id = shop.paid()
    ended = shop.share(transaction_id, 300, once=True) if once else shop.finish(transaction_id)

    assert ended["result_code"] == "SUCCESS"
    assert shop.left(transaction_id) == 0
    assert shop.share(transaction_id, 1)["err_code"] == "NOTENOUGH"
    assert shop.finish(transaction_id)["err_code"] == "NOTENOUGH"
    if not once:
        assert shop.finish(transaction_id, out_order_no=ended["out_order_no"])["order_id"] == ended["order_id"]
        assert shop.shown(ended) == ("FINISHED", [])


def test_money_is_released_after_thirty_days(shop: SharingShop, platform: Platform) -> None:
    """What was not shared for thirty days is the merchant's."""
    _, transaction_id = shop.paid()
    platform.advance(THIRTY_DAYS - 61)
    assert shop.left(transaction_id) == 1_000
    platform.advance(1)

    assert shop.left(transaction_id) == 0
    assert shop.share(transaction_id, 1)["err_code"] == "NOTENOUGH"


def test_refunds_are_taken_from_what_is_left(shop: SharingShop, platform: Platform) -> None:
    """While money is frozen a refund takes no more than is left; once the rest is released, the merchant refunds out of its own."""
    number, transaction_id = shop.paid()
    shop.share(transaction_id, 600)

    assert shop.refund(number, 401, 1_000)[1]["err_code"] == "NOTENOUGH"
    assert shop.refund(number, 100, 1_000)[1]["result_code"] == "SUCCESS"
    assert shop.left(transaction_id) == 300
    shop.finish(transaction_id)
    assert shop.refund(number, 900, 1_000)[1]["result_code"] == "SUCCESS"
    platform.advance(10)
    assert shop.refund(number, 1, 1_000)[1]["err_code"] == "ERROR"


def test_what_is_used_up_is_released_by_itself(shop: SharingShop, platform: Platform) -> None:
    """An order that is shared to the last fen needs no end, and can be refunded out of the merchant's own."""
    number, transaction_id = shop.paid()
    shop.share(transaction_id, 900)
    shop.share(transaction_id, 100)
    assert shop.refund(number, 1, 1_000)[1]["err_code"] == "NOTENOUGH"
    platform.advance(10)

    funds = platform.store.find("frozen_funds", shop.merchant.mchid, number)
    assert funds is not None
    assert funds.state == "UNFROZEN"
    assert shop.refund(number, 1, 1_000)[1]["result_code"] == "SUCCESS"


def test_an_order_is_shared_in_at_most_fifty_requests(shop: SharingShop) -> None:
    """Refused requests do not count, and the fifty-first is refused."""
    _, transaction_id = shop.paid()
    shop.share(transaction_id, 5_000)
    for _ in range(MOST_SHARINGS):
        assert shop.share(transaction_id, 1)["result_code"] == "SUCCESS"

    assert shop.share(transaction_id, 1)["err_code"] == "FREQUENCY_LIMITED"


def test_the_greatest_share_is_told_and_kept(shop: SharingShop, platform: Platform) -> None:
    """Of an order at most the told part is shared, over all of its sharings."""
    platform.sharing_ratio = 3_000
    _, transaction_id = shop.paid()

    assert shop.ask("profitsharingmerchantratioquery", appid="", brand_mch_id="1900000009")["max_ratio"] == "3000"
    assert shop.share(transaction_id, 200)["result_code"] == "SUCCESS"
    assert shop.share(transaction_id, 101)["err_code"] == "RULE_LIMIT"
    assert shop.share(transaction_id, 100)["result_code"] == "SUCCESS"


def test_nobody_sees_what_another_merchant_shares(shop: SharingShop, platform: Platform) -> None:
    """Another merchant can neither share an order, nor ask what is left of it, nor look at its sharings."""
    _, transaction_id = shop.paid()
    shared = shop.share(transaction_id, 300)
    assert platform.identity.other is not None
    other = SharingShop(platform, platform.identity.other)

    assert other.share(transaction_id, 1)["err_code"] == "ORDERNOTEXIST"
    assert other.ask("profitsharingorderamountquery", transaction_id=transaction_id, appid="")["return_msg"] == "ORDERNOTEXIST"
    numbers = {name: shared[name] for name in ("transaction_id", "out_order_no")}
    assert other.ask("profitsharingquery", **numbers, appid="")["err_code"] == "PARAM_ERROR"


@pytest.mark.parametrize("sign_type", [None, "MD5"])
def test_sharing_is_signed_by_hmac_alone(platform: Platform, sign_type: str | None) -> None:
    """Another algorithm is an error of the signature, on the first level."""
    shop = Shop(platform, sign_type=sign_type)

    told = shop.ask("profitsharingfinish", transaction_id="4200", out_order_no="1", description="完结")

    assert (told["return_code"], told["return_msg"]) == ("FAIL", "签名错误")


def test_sharing_survives_a_restart(tmp_path: Path) -> None:
    """Receivers, frozen money, shares and returns are there again, and go on as they would have."""
    first = Platform()
    with closing(StateFile(tmp_path / "state.db", first.identity)) as state:
        state.restore(first)
        shop = SharingShop(first)
        shop.add()
        shop.add("1900000001")
        shop.remove("1900000001")
        _, transaction_id = shop.paid()
        credited = shop.share(transaction_id, 300)
        first.advance(10)
        waiting, returned = shop.share(transaction_id, 200), shop.give_back(credited, 120)
    second = Platform(seed=1)
    with closing(StateFile(tmp_path / "state.db", second.identity)) as state:
        state.restore(second)
        shop = SharingShop(second)

        assert shop.left(transaction_id) == 500
        assert (shop.shown(credited), shop.shown(waiting)) == (("FINISHED", ["SUCCESS"]), ("PROCESSING", ["PENDING"]))
        second.advance(10)
        assert shop.shown(waiting) == ("FINISHED", ["SUCCESS"])
        assert shop.give_back(credited, 120, out_return_no=returned["out_return_no"])["result"] == "SUCCESS"
        assert shop.give_back(credited, 181)["err_code"] == "NOTENOUGH"
        assert shop.share(transaction_id, ("MERCHANT_ID", "1900000001", 1))["err_code"] == "NOAUTH"
        assert shop.share(transaction_id, 500)["result_code"] == "SUCCESS"
        second.advance(THIRTY_DAYS)
        assert shop.left(transaction_id) == 0


def test_a_sharing_is_not_finished_before_its_shares(shop: SharingShop, platform: Platform) -> None:
    """Nobody can finish a sharing from outside while a share of it is under way; time goes on as ever."""
    _, transaction_id = shop.paid()
    shared = shop.share(transaction_id, 300)
    refused = platform.let("sharing", "conclude", shop.merchant.mchid, shared["out_order_no"])

    assert refused is not None
    assert refused.name == "share-undecided"
    platform.advance(10)
    assert shop.shown(shared)[0] == "FINISHED"
