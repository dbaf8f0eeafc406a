"""A world in this process and one on a served platform are the same to a check."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from conformance.targets.http_transport import HttpTransport
from conformance.targets.http_world import HttpWorld, PrivateWorld
from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.verdicts import ConfigurationError, Inconclusive, SuiteFault, Unreachable
from conformance.targets.world import ALL_POWERS, DirectWorld
from reference.identity import bundled
from reference.platform import ACCEPTANCE, LADDER, NOON, Delivery, Said
from reference.platform import Platform as ReferencePlatform
from reference.platform.asgi import App
from reference.platform.control import POWERS
from reference.platform.serve import Serving, running
from strategies.cases import Order, Refund
from strategies.orders import lean

_SEED = 11
Told = list[Any]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, App]]:
    """A platform served from a thread, holding its notifications."""
    with running(Serving(port=0, notify="hold")) as found:
        yield found


def _direct(base_url: str) -> Platform:
    platform = ReferencePlatform(seed=_SEED, base_url=base_url)
    return Platform("mock", bundled(), DirectTransport(platform), world=DirectWorld(platform), seed=_SEED)


def _private(base_url: str) -> Platform:
    world = PrivateWorld(base_url, _SEED)
    return Platform("served", bundled(), world.transport, world=world, seed=_SEED)


class _Once:
    """A notify endpoint that answers each attempt as listed, the last answer repeating."""

    def __init__(self, *answers: Said) -> None:
        self.answers = answers

    def __call__(self, delivery: Delivery) -> Said:
        return self.answers[min(delivery.attempt, len(self.answers)) - 1]


def _payer(platform: Platform) -> Told:
    order, abandoned = lean("native"), lean("h5", "partner")
    placed = platform.place(order)
    platform.place(abandoned)
    credential = str(placed["code_url"])
    return [
        platform.pay(_unplaced(platform)),
        platform.fail(order),
        platform.cancel(order),
        platform.pay(order, "weixin://wxpay/bizpayurl?pr=unknown"),
        platform.pay(order, credential),
        platform.pay(order, credential),
        platform.pay(abandoned),
        platform.query(order).json,
        platform.query(abandoned).json,
    ]


def _unplaced(platform: Platform) -> Order:
    order = lean("native")
    order.number = platform.mint.number()
    return order


def _retries(platform: Platform) -> Told:
    order, other = lean("jsapi"), lean("app", "partner")
    platform.must_pay(order)
    told: Told = [platform.deliveries(_Once(500)), platform.now()]
    platform.must_pay(other)
    told += [platform.advance(20, _Once(500, None, 302)), platform.now(), platform.advance(3600, _Once(500, 500, 500, 200)), platform.now()]
    return [*told, platform.advance(sum(LADDER)), platform.now(), platform.deliveries()]


def _given_up(platform: Platform) -> Told:
    platform.must_pay(lean("native"))
    return [platform.advance(2 * sum(LADDER), _Once(None)), platform.now(), platform.deliveries()]


def _notified_while_answering(platform: Platform) -> Told:
    first, second = lean("native"), lean("native")
    platform.place(second)
    platform.must_pay(first)

    def answer(delivery: Delivery) -> int:
        platform.pay(second)
        return 200 if delivery.attempt > 1 else 500

    return [platform.advance(60.5, answer), platform.now()]


def _both_families(platform: Platform) -> Told:
    platform.v2.must_pay(lean("jsapi"))
    platform.must_pay(lean("jsapi"))
    refused = _Once((200, b""), 200, (200, b"\xff"), (500, b"<xml><return_code>SUCCESS</return_code></xml>"), None, ACCEPTANCE)
    told: Told = [platform.advance(3600, refused), platform.now()]
    platform.v2.must_pay(lean("app", "partner"))
    return [*told, platform.deliveries(), platform.advance(sum(LADDER))]


def _certified(platform: Platform) -> Told:
    order, foreign = lean("jsapi"), lean("app", "partner")
    platform.v2.must_pay(order)
    platform.v2.must_pay(foreign)
    refund = Refund(order, 10)
    bare = platform.v2.send(replace(platform.v2.calls.refund(refund), certificate="none"))
    theirs = platform.v2.send(replace(platform.v2.calls.refund(refund), certificate="partner"))
    told = [answer.result.values for answer in (bare, theirs, platform.v2.refund(refund), platform.v2.refund(Refund(foreign, 1)))]
    return [*told, platform.settle(refund), platform.v2.query_refund(refund).result.values, platform.deliveries()]


def _refunds(platform: Platform) -> Told:
    order = lean("native")
    platform.must_pay(order)
    platform.deliveries()
    refunds = [Refund(order, 10), Refund(order, 20), Refund(order, 30)]
    platform.fund(15)
    short = [platform.refund(refund).status for refund in refunds]
    platform.fund(None)
    told: Told = [short, [platform.refund(refund).json for refund in refunds]]
    outcomes = [platform.settle(refunds[0]), platform.settle(refunds[1], "ABNORMAL"), platform.settle(refunds[2], "CLOSED")]
    return [*told, outcomes, platform.settle(refunds[0]), platform.deliveries(), platform.query(order).json]


def _codes(platform: Platform) -> Told:
    paying, failing, refused = lean("codepay"), lean("codepay"), lean("codepay")
    platform.plan_code(paying, "USERPAYING")
    platform.plan_code(failing, "USERPAYING")
    platform.plan_code(refused, "PAYERROR")
    statuses = [platform.place(order).json for order in (paying, failing, refused)]
    return [statuses, platform.pay(paying), platform.fail(failing), platform.query(paying).json, platform.query(failing).json]


def _phones(platform: Platform) -> Told:
    fresh, stale, cheap, cheaper = (lean("codepay") for _ in range(4))
    for order in (fresh, stale):
        platform.show_code(order)
    told: Told = [platform.place(fresh).json]
    platform.advance(61)
    platform.give_coupons(cheap, [("CASH", 1), ("NO_CASH", 98)])
    platform.give_coupons(cheaper, [("CASH", 99), ("NO_CASH", 2)])
    return [*told, *(platform.place(order).json for order in (stale, cheap, cheaper)), platform.v2.query(cheap).result.values]


def _trouble(platform: Platform) -> Told:
    order = lean("native")
    platform.lose_next("after")
    lost = platform.place(order)
    platform.lose_next("before")
    early = platform.place(lean("native"))
    platform.limit(1)
    limited = [platform.query(order).status for _ in range(3)]
    platform.limit(None)
    platform.rotate()
    rotated = platform.certificates().json
    platform.use_keys("public_key")
    return [lost.status, early.status, limited, rotated, platform.query(order).exchange.reply.header("Wechatpay-Serial")]


def _days(platform: Platform) -> Told:
    order = lean("native")
    platform.place(order)
    platform.advance(6 * 86_400)
    young = platform.query(order)["trade_state"]
    platform.advance(86_401)
    return [young, platform.query(order)["trade_state"], platform.now()]


def _lives(platform: Platform) -> Told:
    refund = Refund(lean("native"), 10)
    platform.must_pay(refund.order)
    unknown = platform.let("refund", "bounce", "nobody's number")
    number = str(platform.refund(refund)["out_refund_no"])
    outcomes = [platform.let("refund", event, number) for event in ("bounce", "bounce", "settle")]
    return [unknown, outcomes, platform.deliveries(), platform.query_refund(refund).json]


_SCENARIOS = (
    _payer,
    _retries,
    _both_families,
    _certified,
    _given_up,
    _notified_while_answering,
    _refunds,
    _codes,
    _phones,
    _trouble,
    _days,
    _lives,
)


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=lambda scenario: scenario.__name__.strip("_").replace("_", "-"))
def test_both_worlds_tell_the_same_story(served: tuple[str, App], scenario: Callable[[Platform], Told]) -> None:
    """Every power, used in this process and over HTTP with the same seed, gives the same answers and deliveries byte by byte."""
    base_url, _ = served
    stories, wires = [], []
    for make in (_direct, _private):
        platform = make(base_url)
        stories.append(scenario(platform))
        wires.append([(exchange.wire, exchange.reply.status, exchange.reply.body, exchange.at) for exchange in platform.exchanges])
        platform.close_connections()

    assert stories[1] == stories[0]
    assert wires[1] == wires[0]


def test_private_worlds_do_not_meet(served: tuple[str, App]) -> None:
    """Years that pass, orders placed and limits set in one private world are unknown in another, and in the shared one."""
    base_url, app = served
    first, second = _private(base_url), _private(base_url)
    order = lean("native")
    first.place(order).is_accepted()
    first.advance(3 * 365 * 86_400)
    first.limit(0)

    assert first.now() == NOON + 3 * 365 * 86_400
    assert second.now() == NOON
    assert second.query(order).status == 404
    with app.lock:
        assert not list(app.platform.store.orders())
    first.close_connections()
    second.close_connections()


def test_a_closed_world_makes_no_violations(served: tuple[str, App]) -> None:
    """Requests into a world that is gone are inconclusive: nobody can blame the platform for that answer."""
    base_url, _ = served
    platform = _private(base_url)
    transport = platform.world.transport if isinstance(platform.world, PrivateWorld) else None
    assert transport is not None
    HttpWorld(transport)._ask("close-world", world=transport._world)

    with pytest.raises(Inconclusive, match=r"closed"):
        platform.pay(_unplaced(platform))
    with pytest.raises(Inconclusive):
        platform.place(lean("native")).is_accepted()
    platform.close_connections()


def test_the_shared_world_goes_with_the_clock(served: tuple[str, App]) -> None:
    """In the shared world time runs, and an order placed without any world's name is paid and notified there."""
    base_url, app = served
    world = HttpWorld.of(base_url)
    assert world is not None
    platform = Platform("shared", bundled(), HttpTransport(base_url), world=world)
    before = world.now()
    order = lean("native")
    platform.must_pay(order)
    delivered = platform.advance(100, lambda delivery: 200 if delivery.attempt == 3 else 500)

    assert [delivery.attempt for delivery in delivered] == [1, 2, 3]
    assert 100 <= world.now() - before <= 110
    with app.lock:
        assert next(order.state for order in app.platform.store.orders()) == "SUCCESS"
    platform.close_connections()
    world.close()


def test_nobody_can_answer_for_a_platform_that_posts() -> None:
    """While a platform posts its notifications itself, playing the notify endpoint is refused with the remedy."""
    with running(Serving(port=0)) as (base_url, _):
        world = HttpWorld.of(base_url)
        assert world is not None
        with pytest.raises(ConfigurationError, match=r"--notify hold"):
            world.advance(1, lambda _: 500)
        assert world.advance(1) == []
        world.close()


def test_powers_are_those_a_world_can_have(served: tuple[str, App]) -> None:
    """A served platform offers every power there is, under the names the checks use."""
    world = HttpWorld.of(served[0])
    assert world is not None

    assert world.powers == ALL_POWERS == frozenset(POWERS)
    world.close()


def test_a_mistake_of_ours_is_not_the_platform_s(served: tuple[str, App]) -> None:
    """A control request the platform does not understand is a fault of the suite."""
    world = HttpWorld.of(served[0])
    assert world is not None

    with pytest.raises(SuiteFault, match=r"outcome"):
        world.settle("1900000001", "R1", "LOST")  # type: ignore[arg-type]  # the mistake
    world.close()


def test_a_platform_without_control_api_has_no_world() -> None:
    """Where the control API is closed, there is no world to act on."""
    with running(Serving(port=0)) as (base_url, app):
        app.controlled = False

        assert HttpWorld.of(base_url) is None


def test_nobody_there_is_said_plainly() -> None:
    """A host that does not answer is unreachable, in one paragraph with a remedy."""
    with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:9 does not answer .*\n.*wxconform serve"):
        HttpWorld.of("http://127.0.0.1:9")
