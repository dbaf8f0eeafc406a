"""What a platform keeps in a file: everything acknowledged, and nothing that is not ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.targets.platform import Platform as Shop
from reference.identity import Identity, Merchant, bundled
from reference.platform import LADDER, NOON, Platform
from reference.platform.sqlite import StateError, StateFile
from strategies.cases import Call, Refund
from strategies.orders import lean
from tests.platform.shop import shop_at

_DAY = 86_400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the state is kept."""
    return tmp_path / "state.db"


@contextmanager
def _life(path: Path, *, seed: int = 0, settle_after: int | None = None) -> Iterator[tuple[Platform, Shop]]:
    """One life of a platform over *path*, from start to stop."""
    platform = Platform(seed=seed)
    platform.settle_after = settle_after
    with closing(StateFile(path, platform.identity)) as state:
        state.restore(platform)
        yield platform, shop_at(platform)


def _everything(platform: Platform) -> dict[str, Any]:
    entities = [*platform.store.orders(), *platform.store.refunds()]
    unpaid = {order.key for order in platform.store.orders() if order.state == "NOTPAY"}
    kept = ("offset", "rotated", "rate_limit", "losses", "balances", "code_plans", "used_codes", "credentials")
    return {
        "entities": [(each.machine, each.key, each.state, each.created, each.draft, each.data) for each in entities],
        "refunds": {order.key: [refund.number for refund in platform.store.refunds_of(order)] for order in platform.store.orders()},
        "notices": [(each.id, each.state, each.due, each.failures, each.body, each.url) for each in platform.notices.values()],
        "waiting": sorted(platform.waiting),
        "diary": sorted(due for due in platform.diary if due.event != "time_out" or (due.owner, due.number) in unpaid),
        "files": {token: (file.mchid, file.data, file.until) for token, file in platform.files.items()},
    } | {name: sorted(value) if isinstance(value := getattr(platform, name), list | set) else value for name in kept}


def _busy_days(platform: Platform, shop: Shop) -> None:
    """A bit of everything that can be acknowledged."""
    paid, open_order, closed, walk_in, planned = lean("native"), lean("h5", "partner"), lean("app"), lean("codepay"), lean("codepay")
    shop.plan_code(planned, "USERPAYING")
    platform.plan_code("139999999999999999", "PAYERROR")
    for order in (paid, open_order, closed, walk_in, planned):
        shop.place(order).is_accepted()
    shop.pay(paid)
    shop.close(closed).is_accepted()
    shop.deliveries(lambda _: 500)
    refunds = [Refund(paid, 10), Refund(paid, 20), Refund(paid, 30)]
    for refund in refunds:
        shop.refund(refund).is_accepted()
    shop.settle(refunds[0], "ABNORMAL")
    shop.settle(refunds[1])
    shop.advance(1.25 * _DAY, lambda delivery: 200 if delivery.event_type == "REFUND.SUCCESS" else None)
    shop.send(Call("tradebill_apply", query={"bill_date": "2026-06-15"})).is_accepted()
    shop.refund(Refund(paid, 5)).is_accepted()
    shop.must_pay(lean("jsapi"))
    shop.deliveries(lambda _: None)
    shop.fund(77)
    platform.rotate()
    platform.limit(50)
    platform.lose_next("after")
    platform.persist()


def test_everything_is_there_again(path: Path) -> None:
    """Orders, refunds, credentials, notifications, bills, codes, balances, clock and trouble are the same after a restart."""
    with _life(path) as (platform, shop):
        _busy_days(platform, shop)
        before = _everything(platform)
    with _life(path, seed=1) as (platform, _):
        after = _everything(platform)

    assert after == before
    assert before["notices"]
    assert before["waiting"]
    assert before["files"]


def test_nothing_is_forgotten_over_many_restarts(path: Path) -> None:
    """What was restored and then changed is kept as changed, each life adding to the one before."""
    order, refund = lean("native"), None
    with _life(path) as (_, shop):
        code_url = str(shop.place(order)["code_url"])
    with _life(path, seed=1) as (_, shop):
        assert shop.place(order)["code_url"] == code_url
        assert shop.pay(order, code_url) is None
    with _life(path, seed=2) as (_, shop):
        refund = Refund(order, 40)
        shop.refund(refund).is_accepted()
    with _life(path, seed=3) as (_, shop):
        assert shop.query(order)["trade_state"] == "REFUND"
        assert shop.query_refund(refund)["status"] == "PROCESSING"
        shop.refund(Refund(order, 61)).is_refused()
        shop.refund(Refund(order, 60)).is_accepted()


def test_notifications_go_on_where_they_stopped(path: Path) -> None:
    """A notification that failed before the restart is tried again when it was due, with the next attempt's number."""
    with _life(path) as (_, shop):
        shop.must_pay(lean("native"))
        (first,) = shop.deliveries(lambda _: 500)
    with _life(path, seed=1) as (_, shop):
        assert shop.advance(14) == []
        (again,) = shop.advance(1)
    with _life(path, seed=2) as (_, shop):
        assert shop.advance(sum(LADDER)) == []

    assert (first.attempt, again.attempt, again.at - first.at) == (1, 2, 15)
    assert (again.notice_id, again.body) == (first.notice_id, first.body)


def test_unpaid_orders_still_expire(path: Path) -> None:
    """An order nobody pays for seven days is closed, were the platform restarted meanwhile."""
    order = lean("native")
    with _life(path) as (_, shop):
        shop.place(order).is_accepted()
        shop.advance(6 * _DAY)
    with _life(path, seed=1) as (platform, shop):
        assert platform.now() == NOON + 6 * _DAY
        assert shop.query(order)["trade_state"] == "NOTPAY"
        shop.advance(_DAY)
        assert shop.query(order)["trade_state"] == "CLOSED"


def test_refunds_still_settle_by_themselves(path: Path) -> None:
    """A refund that was to be paid out after a while is, were the platform restarted meanwhile."""
    order = lean("native")
    refund = Refund(order, 10)
    with _life(path, settle_after=60) as (_, shop):
        shop.must_pay(order)
        shop.refund(refund).is_accepted()
    with _life(path, seed=1, settle_after=60) as (_, shop):
        assert shop.query_refund(refund)["status"] == "PROCESSING"
        shop.advance(60)
        assert shop.query_refund(refund)["status"] == "SUCCESS"


def test_a_used_code_stays_used(path: Path) -> None:
    """A payment code that paid before the restart pays nothing after it."""
    first, second = lean("codepay"), lean("codepay")
    with _life(path) as (_, shop):
        shop.place(first).is_accepted()
    with _life(path, seed=1) as (_, shop):
        second.fields["payer"] = dict(first.fields["payer"])
        shop.place(second).is_refused()


def test_a_query_costs_no_transaction(path: Path) -> None:
    """What changes nothing writes nothing."""
    order = lean("native")
    with _life(path) as (_, shop):
        shop.place(order).is_accepted()
        log = path.with_name(path.name + "-wal")
        before = log.stat().st_size
        shop.query(order).is_accepted()
        assert log.stat().st_size == before
        shop.close(order).is_accepted()
        assert log.stat().st_size > before


def test_an_answer_is_not_given_before_it_is_kept(path: Path) -> None:
    """When the file cannot be written, the request is not answered at all, and what it did is kept as soon as writing works again."""
    order, later = lean("native"), lean("native")
    with _life(path) as (platform, shop):
        state = platform.journal
        assert isinstance(state, StateFile)
        state._database.execute("PRAGMA query_only = ON")
        with pytest.raises(sqlite3.OperationalError):
            shop.place(order)
        state._database.execute("PRAGMA query_only = OFF")
        shop.place(later).is_accepted()
    with _life(path, seed=1) as (_, shop):
        shop.query(order).is_accepted()
        shop.query(later).is_accepted()


def test_a_file_has_one_owner(path: Path) -> None:
    """A second server on the same file is refused, and the first one goes on."""
    with _life(path) as (_, shop):
        with pytest.raises(StateError, match=r"state\.db is in use by another server"):
            StateFile(path, bundled())
        shop.place(lean("native")).is_accepted()


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE song (title TEXT)")


def _newer(path: Path) -> None:
    StateFile(path, bundled()).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 9")


def _text(path: Path) -> None:
    path.write_text("These are the orders of last week.\n" * 100)


def _garbled(path: Path) -> None:
    with _life(path) as (_, shop):
        shop.place(lean("native")).is_accepted()
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE entity SET content = '{\"machine\": '")
        database.commit()


def _holed(path: Path) -> None:
    with _life(path) as (_, shop):
        for _ in range(50):
            shop.place(lean("native")).is_accepted()
    data = bytearray(path.read_bytes())
    data[4096 : len(data) - 4096] = b"\x07" * (len(data) - 8192)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_foreign, "database of another program"),
        (_newer, "newer version"),
        (_text, "damaged, or no state file"),
        (_garbled, "damaged, or no state file"),
        (_holed, "damaged, or no state file"),
        (Path.mkdir, "cannot be used as a state file"),
    ],
    ids=["foreign", "newer", "text", "garbled", "holed", "folder"],
)
def test_a_file_that_cannot_be_used_is_said_so(path: Path, spoil: Any, says: str) -> None:
    """Another program's file, a newer one, no database, a damaged one and a folder are each named, with a remedy, and left alone."""
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StateError, match=r"state\.db") as caught, _life(path, seed=1):
        pass

    assert says in str(caught.value)
    assert "name another file" in str(caught.value).lower() or "Name a file" in str(caught.value)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    """A file in a folder that does not exist is a mistake, not an empty state."""
    with pytest.raises(StateError, match=r"Name a file in a folder you may write to"):
        StateFile(tmp_path / "nowhere" / "state.db", bundled())


def test_another_identity_does_not_get_the_orders(path: Path) -> None:
    """A file holding some merchants' orders is not opened for others."""
    StateFile(path, bundled()).close()
    known = bundled()
    stranger = Merchant("1900000009", "wx1", "o1", known.merchant.credentials, "0" * 32)
    with pytest.raises(StateError, match=r"--identity"):
        StateFile(path, Identity("other", stranger, known.platform))
