"""Returns of shares in the mock, and that over whole lives of shared orders no fen is made or lost."""

from hypothesis import given
from hypothesis import strategies as st

from reference.machines.sharing_return import FIVE_DAYS, HALF_A_YEAR, MOST_RETURNS
from reference.platform import Platform
from strategies.v2.sharing import Step, walks
from tests.platform.v2_sharing_shop import SharingShop


def _shared(platform: Platform, amount: int = 300) -> tuple[SharingShop, dict[str, str]]:
    """A merchant whose receiver was credited *amount* fen."""
    shop = SharingShop(platform)
    shop.add()
    shared = shop.share(shop.paid()[1], amount)
    platform.advance(10)
    return shop, shared


def test_a_return_is_under_way_and_then_made() -> None:
    """It is PROCESSING, after ten seconds SUCCESS, told by either number of its sharing; what comes back is not shared again."""
    platform = Platform()
    shop, shared = _shared(platform)

    told = shop.give_back(shared, 200)
    platform.advance(10)

    assert (told["result"], told["order_id"], told["out_order_no"]) == ("PROCESSING", shared["order_id"], shared["out_order_no"])
    for name in ("order_id", "out_order_no"):
        shown = shop.ask("profitsharingreturnquery", **{name: shared[name], "out_return_no": told["out_return_no"]})
        assert (shown["result"], shown["return_no"], shown["finish_time"]) == ("SUCCESS", told["return_no"], "20260615120120")
    assert shop.left(shared["transaction_id"]) == 700


def test_a_return_takes_back_what_was_given_at_most() -> None:
    """Returns made and under way count, failed ones do not."""
    platform = Platform()
    shop, shared = _shared(platform)
    failed = shop.give_back(shared, 300)
    assert shop.give_back(shared, 1)["err_code"] == "NOTENOUGH"

    assert platform.let("sharing_return", "fail", shop.merchant.mchid, failed["out_return_no"], reason="ACCOUNT_ABNORMAL") is None
    shown = shop.ask("profitsharingreturnquery", out_order_no=shared["out_order_no"], out_return_no=failed["out_return_no"])

    assert (shown["result"], shown["fail_reason"]) == ("FAILED", "ACCOUNT_ABNORMAL")
    assert shop.give_back(shared, 301)["err_code"] == "NOTENOUGH"
    assert shop.give_back(shared, 300)["result_code"] == "SUCCESS"


def test_only_what_a_merchant_was_credited_comes_back() -> None:
    """A share that is under way, a payer's, a stranger's, and a sharing that never was, give nothing back."""
    platform = Platform()
    shop, _ = _shared(platform)
    shop.add(shop.merchant.openid, "PERSONAL_OPENID")
    _, transaction_id = shop.paid()
    shared = shop.share(transaction_id, 100, ("PERSONAL_OPENID", shop.merchant.openid, 100))
    assert shop.give_back(shared, 1)["err_code"] == "NOTENOUGH"
    platform.advance(10)

    assert shop.give_back(shared, 1, return_account=shop.merchant.openid)["err_code"] == "NOTENOUGH"
    assert shop.give_back(shared, 1, return_account="1900000001")["err_code"] == "NOTENOUGH"
    assert shop.give_back(shared, 1, return_account_type="PERSONAL_OPENID")["err_code"] == "PARAM_ERROR"
    assert shop.give_back(shared, 1, out_order_no="none")["err_code"] == "PARAM_ERROR"
    assert shop.give_back(shared, 1, order_id="3008")["err_code"] == "PARAM_ERROR"
    assert shop.give_back(shared, 1, out_order_no="")["err_code"] == "LACK_PARAMS"
    assert shop.give_back(shared, 1)["result_code"] == "SUCCESS"


def test_a_number_returns_once() -> None:
    """The same request is the same return; another amount under its number is refused, a query of no return too."""
    platform = Platform()
    shop, shared = _shared(platform)
    told = shop.give_back(shared, 100, out_return_no="r1")
    platform.advance(10)

    again = shop.give_back(shared, 100, out_return_no="r1")

    assert (again["return_no"], again["result"]) == (told["return_no"], "SUCCESS")
    assert shop.give_back(shared, 99, out_return_no="r1")["err_code"] == "PARAM_ERROR"
    assert shop.ask("profitsharingreturnquery", out_order_no=shared["out_order_no"], out_return_no="r2")["err_code"] == "PARAM_ERROR"
    assert shop.give_back(shared, 201)["err_code"] == "NOTENOUGH"


def test_a_return_nobody_decides_fails_after_five_days() -> None:
    """Where nothing is decided by itself, shares wait for ever and returns for five days."""
    platform = Platform()
    shop, credited = _shared(platform)
    platform.sharing_after = None
    waiting = shop.share(credited["transaction_id"], 100)
    told = shop.give_back(credited, 100)
    platform.advance(FIVE_DAYS)

    shown = shop.ask("profitsharingreturnquery", out_order_no=credited["out_order_no"], out_return_no=told["out_return_no"])

    assert (shown["result"], shown["fail_reason"]) == ("FAILED", "TIME_OUT_CLOSED")
    assert shop.shown(waiting) == ("PROCESSING", ["PENDING"])


def test_returns_have_limits() -> None:
    """A sharing has at most fifty returns, for half a year."""
    platform = Platform()
    shop, shared = _shared(platform)
    for _ in range(MOST_RETURNS):
        assert shop.give_back(shared, 1)["result_code"] == "SUCCESS"
    assert shop.give_back(shared, 1)["err_code"] == "FREQUENCY_LIMITED"

    shop, shared = _shared(platform)
    platform.advance(HALF_A_YEAR)
    assert shop.give_back(shared, 1)["err_code"] == "TRADE_OVERDUE"


@given(steps=walks(), failing=st.integers(0, 3))
def test_no_fen_is_made_or_lost(steps: tuple[Step, ...], failing: int) -> None:
    """Shares, refunds, what is left and what was released make up what was paid, at every step, though some shares and returns fail."""
    platform = Platform()
    shop = SharingShop(platform)
    shop.add()
    shop.add(shop.merchant.openid, "PERSONAL_OPENID")
    number, transaction_id = shop.paid()
    made: list[tuple[str, dict[str, str]]] = []
    for position, step in enumerate(steps):
        _take(shop, step, number, transaction_id, made)
        if position == failing and made:
            platform.let("share", "fail", shop.merchant.mchid, f"{made[-1][1]['out_order_no']}/{shop.to}")
        _adds_up(platform, shop, number, transaction_id)
    platform.advance(10)
    _adds_up(platform, shop, number, transaction_id)


def _take(shop: SharingShop, step: Step, number: str, transaction_id: str, made: list[tuple[str, dict[str, str]]]) -> None:
    left = shop.left(transaction_id)
    amount = max(1, left * step.part // 100) + (left if step.act == "exceed" else 0)
    if step.act == "wait":
        shop.platform.advance(10)
    elif step.act == "refund":
        shop.refund(number, min(amount, 1_000), 1_000)
    elif step.act == "finish":
        shop.finish(transaction_id)
    elif step.act in {"share", "exceed"}:
        person = ("PERSONAL_OPENID", shop.merchant.openid, 1)
        asked: tuple[int | tuple[str, str, int], ...] = (amount - 1, person) if step.receivers > 1 and amount > 1 else (amount,)
        told = shop.share(transaction_id, *asked)
        if told["result_code"] == "SUCCESS":
            made.append((str(amount), told))
        assert (told["result_code"] == "SUCCESS") == (amount <= left)
    elif made and step.act == "return":
        shop.give_back(made[-1][1], max(1, int(made[-1][0]) * step.part // 100))


def _adds_up(platform: Platform, shop: SharingShop, number: str, transaction_id: str) -> None:
    mchid, store = shop.merchant.mchid, platform.store
    order, funds = store.order(mchid, number), store.find("frozen_funds", mchid, number)
    assert order is not None
    assert funds is not None
    sharings = store.belonging("sharing", mchid, number)
    shares = [share for sharing in sharings for share in store.belonging("share", mchid, sharing.number)]
    shared = sum(share.draft["amount"] for share in shares if share.state != "CLOSED")
    refunded = sum(refund.draft["amount"]["refund"] for refund in store.refunds_of(order))
    held = 1_000 - shared - refunded
    if funds.state == "FROZEN":
        assert shop.left(transaction_id) == held
        assert held >= 0
    else:
        assert shop.left(transaction_id) == 0
    assert refunded <= 1_000
    for sharing in sharings:
        returns = store.belonging("sharing_return", mchid, sharing.number)
        returned = sum(each.draft["amount"] for each in returns if each.state != "FAILED")
        credited = [share.draft["amount"] for share in store.belonging("share", mchid, sharing.number) if share.state == "SUCCESS"]
        assert returned <= sum(credited)
        assert (sharing.state == "FINISHED") == all(share.state != "PENDING" for share in store.belonging("share", mchid, sharing.number))
