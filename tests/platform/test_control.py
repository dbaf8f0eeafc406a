"""The control API, without a server: what it shows, what it does, and how it answers mistakes."""

import base64
import json
from typing import Any

import pytest

from reference.machines import MACHINES
from reference.platform import NOON, Platform
from reference.platform.control import ACTIONS, PREFIX, handle_control
from strategies.cases import Refund
from strategies.orders import lean
from tests.platform.shop import shop_at
from tests.platform.v2_shop import Shop


def _ask(platform: Platform, action: str, **members: Any) -> Any:
    answer = handle_control(platform, "POST", PREFIX + action, json.dumps(members).encode())
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def _look(platform: Platform, action: str, query: str = "") -> Any:
    answer = handle_control(platform, "GET", f"{PREFIX}{action}{query}", b"")
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def _refused(platform: Platform, method: str, target: str, body: bytes = b"") -> tuple[int, str, str]:
    answer = handle_control(platform, method, target, body)
    content = json.loads(answer.body)
    return answer.status, content["code"], content["message"]


def test_the_index_lists_every_action() -> None:
    """GET /_control/ names every action with its method, its members and a sentence."""
    actions = _look(Platform(), "")["actions"]

    assert {key.rpartition("/")[2] for key in actions} == set(ACTIONS)
    assert actions["POST /_control/pay"]["takes"] == ["mchid", "out_trade_no", "credential"]
    assert all(shown["says"] for shown in actions.values())


def test_capabilities_name_the_identity_without_secrets() -> None:
    """The capabilities tell whose certificates are known, and no APIv3 key."""
    platform = Platform()
    shown = _look(platform, "capabilities")

    assert shown["merchants"][0]["mchid"] == platform.identity.merchant.mchid
    assert shown["notify"] == "hold"
    assert platform.identity.merchant.apiv3_key not in json.dumps(shown)


def test_paying_by_the_code_url_alone() -> None:
    """Whoever holds a code_url can pay with nothing else, once."""
    platform = Platform()
    code_url = str(shop_at(platform).place(lean("native"))["code_url"])

    assert _ask(platform, "pay", credential=code_url) == {"refused": None}
    assert _ask(platform, "pay", credential=code_url)["refused"]["name"] == "paid-before"
    assert _ask(platform, "pay", credential="weixin://wxpay/none")["refused"]["name"] == "credential-stale"


def test_exchanges_show_exact_bytes() -> None:
    """The last exchanges are listed with their bytes, those that are no text in base64."""
    platform = Platform()
    shop = shop_at(platform)
    order = lean("native")
    shop.place(order)
    platform.handle("POST", "/v3/pay/transactions/native", [], b"\xff\x00")
    placed, broken = _look(platform, "exchanges", "?last=2")["exchanges"]

    assert json.loads(placed["request"]["body"])["out_trade_no"] == order.number
    assert placed["operation"] == "native_create"
    assert placed["answer"]["status"] == 200
    assert base64.b64decode(broken["request"]["body_base64"]) == b"\xff\x00"
    assert _look(platform, "exchanges", "?last=0") == {"exchanges": []}


def test_notifications_show_what_became_of_each() -> None:
    """A notification is pending with its due time, then accepted, or given up after the last attempt."""
    platform = Platform()
    shop = shop_at(platform)
    for _ in range(2):
        shop.must_pay(lean("native"))
    first, second = _look(platform, "notifications")["notifications"]
    assert (first["state"], first["due"], second["state"]) == ("pending", NOON, "pending")

    _ask(platform, "advance", seconds=0, answers=[500])
    shop.must_pay(lean("native"))
    _ask(platform, "advance", seconds=0, answers=204)
    states = [(shown["state"], shown["failures"], shown["due"]) for shown in _look(platform, "notifications")["notifications"]]
    assert states == [("pending", 1, NOON + 15), ("pending", 1, NOON + 15), ("accepted", 0, None)]

    _ask(platform, "advance", seconds=2 * 86_400, answers=None)
    states = [(shown["state"], shown["failures"], shown["due"]) for shown in _look(platform, "notifications", "?last=3")["notifications"]]
    assert states == [("given-up", 15, None), ("given-up", 15, None), ("accepted", 0, None)]


def test_orders_and_refunds_are_found() -> None:
    """Orders and refunds are listed, and narrowed to a merchant and a number."""
    platform = Platform()
    shop = shop_at(platform)
    order, other = lean("native"), lean("app", "partner")
    shop.must_pay(order)
    shop.place(other)
    refund = Refund(order, 30)
    shop.refund(refund).is_accepted()

    assert len(_look(platform, "orders")["orders"]) == 2
    assert [shown["state"] for shown in _look(platform, "orders", f"?out_trade_no={order.number}")["orders"]] == ["REFUND"]
    assert [shown["kind"] for shown in _look(platform, "orders", f"?mchid={shop.merchant('partner').mchid}")["orders"]] == ["order"]
    assert _ask(platform, "settle", mchid=shop.merchant().mchid, out_refund_no=refund.number) == {"refused": None}
    assert [shown["state"] for shown in _look(platform, "refunds", f"?out_refund_no={refund.number}")["refunds"]] == ["SUCCESS"]


def test_advancing_answers_attempts_as_listed() -> None:
    """A list answers the first attempt with its first status and so on; the last one repeats; the deliveries tell which."""
    platform = Platform()
    shop_at(platform).must_pay(lean("native"))
    moved = _ask(platform, "advance", seconds=3600, answers=[500, None, 200])

    assert [(shown["attempt"], shown["status"], shown["at"] - NOON) for shown in moved["deliveries"]] == [
        (1, 500, 0),
        (2, None, 15),
        (3, 200, 30),
    ]
    assert moved["now"] == NOON + 3600


_TAKEN_BODY = "<xml><return_code>SUCCESS</return_code></xml>"
_TAKEN = {"status": 200, "body": _TAKEN_BODY}
_IN_BASE64 = {"status": 200, "body_base64": base64.b64encode(_TAKEN_BODY.encode()).decode()}


def _paid_through_apiv2(platform: Platform) -> None:
    shop = Shop(platform)
    out_trade_no, _ = shop.place()
    shop.pay(out_trade_no)


@pytest.mark.parametrize("taken", [_TAKEN, _IN_BASE64, "accept"])
def test_a_notification_of_apiv2_is_accepted_by_its_body(taken: Any) -> None:
    """A status alone accepts no notification of APIv2; return_code SUCCESS in the body does, and so does "accept"."""
    platform = Platform()
    _paid_through_apiv2(platform)
    moved = _ask(platform, "advance", seconds=3600, answers=[200, {"status": 200, "body": "success"}, {"status": 200, "body": ""}, taken])

    assert [shown["status"] for shown in moved["deliveries"]] == [200] * 4
    assert all(shown["body_answers"] for shown in moved["deliveries"])
    assert _look(platform, "notifications")["notifications"][0]["state"] == "accepted"


@pytest.mark.parametrize(("said", "state"), [(200, "pending"), (_TAKEN, "accepted"), ("accept", "accepted"), (None, "pending")])
def test_step_by_step_a_body_may_be_answered(said: Any, state: str) -> None:
    """What each delivery was answered with may be a status, a status with a body, or "accept"."""
    platform = Platform()
    _paid_through_apiv2(platform)
    step = _ask(platform, "advance", seconds=1, answers="ask")
    _ask(platform, "advance", until=step["until"], answers="ask", answered={step["deliveries"][0]["id"]: said})

    assert _look(platform, "notifications")["notifications"][0]["state"] == state


def test_everything_is_accepted_unless_said_otherwise() -> None:
    """Without answers a notification of either family is accepted at its first delivery."""
    platform = Platform()
    _paid_through_apiv2(platform)
    shop_at(platform).must_pay(lean("native"))

    assert len(_ask(platform, "advance", seconds=86_400)["deliveries"]) == 2


def test_advancing_step_by_step() -> None:
    """Asked step by step, the platform stops at each moment until it is told the answers, and ends at the time asked for."""
    platform = Platform()
    shop_at(platform).must_pay(lean("native"))
    step = _ask(platform, "advance", seconds=20, answers="ask")
    assert (step["now"], len(step["deliveries"]), step["until"]) == (NOON, 1, NOON + 20)

    repeated = _ask(platform, "advance", until=step["until"], answers="ask")
    assert [shown["id"] for shown in repeated["deliveries"]] == [step["deliveries"][0]["id"]]

    failed = {step["deliveries"][0]["id"]: 500}
    step = _ask(platform, "advance", until=step["until"], answers="ask", answered=failed)
    assert (step["now"], step["deliveries"][0]["attempt"]) == (NOON + 15, 2)

    step = _ask(platform, "advance", until=step["until"], answers="ask", answered={step["deliveries"][0]["id"]: 200})
    assert (step["now"], step["deliveries"]) == (NOON + 20, [])


def test_a_late_answer_changes_nothing() -> None:
    """An answer to a delivery of a notification that is over is taken without effect."""
    platform = Platform()
    shop_at(platform).must_pay(lean("native"))
    (delivered,) = _ask(platform, "advance", seconds=0)["deliveries"]
    _ask(platform, "advance", seconds=0, answers="ask", answered={delivered["id"]: 500})

    assert _look(platform, "notifications")["notifications"][0]["state"] == "accepted"


@pytest.mark.parametrize(
    ("action", "members"),
    [
        ("rotate", {}),
        ("use-keys", {"key_mode": "public_key"}),
        ("limit", {"per_second": 3}),
        ("limit", {"per_second": None}),
        ("lose", {"when": "after"}),
        ("plan-code", {"auth_code": "130000000000000001", "state": "USERPAYING"}),
        ("show-code", {"auth_code": "130000000000000001"}),
        ("fund", {"mchid": "1900000001", "balance": 5}),
    ],
)
def test_trouble_is_caused_as_asked(action: str, members: dict[str, Any]) -> None:
    """Every action that causes trouble does the same as the method of its name."""
    asked, told = Platform(), Platform()
    _ask(asked, action, **members)
    {
        "rotate": told.rotate,
        "use-keys": told.use_keys,
        "limit": told.limit,
        "lose": told.lose_next,
        "plan-code": told.plan_code,
        "show-code": told.show_code,
        "fund": told.fund,
    }[action](*members.values())  # type: ignore[operator]  # the members are each method's own arguments

    for name in ("rotated", "key_mode", "rate_limit", "losses", "code_plans", "codes_shown", "balances"):
        assert getattr(asked, name) == getattr(told, name)


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "says"),
    [
        ("POST", "dance", b"", 404, "'dance'"),
        ("GET", "pay", b"", 405, "asked with POST, not GET"),
        ("PUT", "clock", b"", 405, "asked with GET, not PUT"),
        ("POST", "pay", b"{", 400, "not a JSON object"),
        ("POST", "pay", b"[1]", 400, "not a JSON object"),
        ("POST", "pay", b"\xff", 400, "not a JSON object"),
        ("POST", "pay", b"", 400, "lacks the member 'mchid'"),
        ("POST", "pay", b'{"mchid": "1900000001"}', 400, "lacks the member 'out_trade_no'"),
        ("POST", "pay", b'{"mchid": 1900000001, "out_trade_no": "A"}', 400, "mchid of pay is 1900000001; expected a text"),
        ("POST", "settle", b'{"mchid": "1", "out_refund_no": "R", "outcome": "DONE"}', 400, "SUCCESS, ABNORMAL, CLOSED"),
        ("POST", "give-coupons", b'{"mchid": "1", "out_trade_no": "A", "coupons": [1]}', 400, "a list of objects with type, fee"),
        ("POST", "give-coupons", b'{"coupons": [{"type": "CASH", "fee": 0}]}', 400, "fee of coupons of give-coupons is 0"),
        ("POST", "advance", b"{}", 400, "lacks the member 'seconds'"),
        ("POST", "advance", b'{"seconds": -1}', 400, "from 0"),
        ("POST", "advance", b'{"seconds": 1e99}', 400, "number of seconds"),
        ("POST", "advance", b'{"seconds": NaN}', 400, "NaN is not JSON"),
        ("POST", "advance", b'{"seconds": true}', 400, "number of seconds"),
        ("POST", "advance", b'{"sceonds": 1}', 400, "no member 'sceonds'"),
        ("POST", "advance", b'{"seconds": 1, "answers": "fine"}', 400, '"ask"'),
        ("POST", "advance", b'{"seconds": 1, "answers": []}', 400, "by attempt"),
        ("POST", "advance", b'{"seconds": 1, "answers": "ask", "answered": {"none": 200}}', 404, "'none'"),
        ("POST", "advance", b'{"seconds": 1, "answers": "ask", "answered": [200]}', 400, "notification ids"),
        ("POST", "advance", b'{"seconds": 1, "answered": {}}', 400, '"ask" only'),
        ("POST", "advance", b'{"seconds": 1, "answers": {"status": 200}}', 400, '{"status", "body"}'),
        ("POST", "advance", b'{"seconds": 1, "answers": {"body": "x"}}', 400, '{"status", "body"}'),
        ("POST", "advance", b'{"seconds": 1, "answers": [{"status": 99, "body": ""}]}', 400, "an HTTP status"),
        ("POST", "advance", b'{"seconds": 1, "answers": {"status": 200, "body": 1}}', 400, '{"status", "body"}'),
        ("POST", "advance", b'{"seconds": 1, "answers": {"status": 200, "body_base64": "=="}}', 400, '{"status", "body"}'),
        ("POST", "advance", b'{"seconds": 1, "answers": {"status": 200, "body": "", "headers": {}}}', 400, '{"status", "body"}'),
        ("POST", "advance", b'{"seconds": 1, "answers": "ask", "answered": {"none": {"status": "200", "body": ""}}}', 400, "answered"),
        ("POST", "limit", b"{}", 400, "per_second"),
        ("POST", "limit", b'{"per_second": -1}', 400, "whole number from 0"),
        ("POST", "rotate", b'{"to": 2}', 400, "it takes none"),
        ("GET", "exchanges?last=all", b"", 400, "whole number"),
        ("GET", "orders?number=1", b"", 400, "no member 'number'"),
    ],
)
def test_a_mistake_is_told_what_was_expected(method: str, target: str, body: bytes, status: int, says: str) -> None:
    """Unknown actions, methods, members and values are answered 4xx with what was expected, and do nothing."""
    platform = Platform()
    got = _refused(platform, method, PREFIX + target, body)

    assert got[0] == status
    assert says in got[2]
    assert platform.now() == NOON


def test_whatever_has_a_life_can_be_moved_on() -> None:
    """An event of a machine befalls the entity named; a second time the machine refuses it, and says which refusal that is."""
    platform = Platform()
    shop, refund = shop_at(platform), Refund(lean("native"), 1)
    shop.must_pay(refund.order)
    shop.refund(refund).is_accepted()
    named = {"machine": "refund", "event": "settle", "mchid": platform.identity.merchant.mchid, "number": refund.number}

    assert _ask(platform, "let", **named) == {"refused": None}
    assert _ask(platform, "let", **named)["refused"]["name"] == "refund-settled"
    (shown,) = _look(platform, "entities", f"?kind=refund&number={refund.number}")["entities"]
    assert shown["state"] == "SUCCESS"


_HAPPENINGS = [(machine.name, event.name) for machine in MACHINES.values() for event in machine.events.values() if event.by != "merchant"]
_PLANS = [(machine, "hold_up") for machine in ("redpack", "transfer", "bank_transfer")]
"""What is planned before there is anything it could befall."""


@pytest.mark.parametrize(("machine", "event"), [each for each in _HAPPENINGS if each not in _PLANS])
def test_nothing_befalls_what_is_not_there(machine: str, event: str) -> None:
    """Every event of every machine is refused for a number nothing stands under."""
    refused = _ask(Platform(), "let", machine=machine, event=event, mchid="1900000001", number="nobody")["refused"]

    assert refused["name"].endswith("unknown")


def test_what_a_merchant_asks_for_is_no_event_of_the_world() -> None:
    """Neither the control API nor the platform lets a merchant's own request happen to something; both name what there is."""
    platform = Platform()
    body = json.dumps({"machine": "refund", "event": "apply", "mchid": "1", "number": "1"}).encode()

    status, code, message = _refused(platform, "POST", f"{PREFIX}let", body)
    assert (status, code) == (400, "BAD_MEMBER")
    assert "settle" in message
    with pytest.raises(KeyError, match="apply"):
        platform.let("refund", "apply", "1", "1")


def test_entities_are_shown_under_the_names_of_their_numbers() -> None:
    """Orders and refunds have the documents' names for theirs, everything else simply a number."""
    platform = Platform()
    shop, order = shop_at(platform), lean("native", settle_info={"profit_sharing": True})
    shop.must_pay(order)

    assert _look(platform, "entities", "?kind=order")["entities"][0]["out_trade_no"] == order.number
    assert _look(platform, "entities", "?kind=frozen_funds")["entities"][0]["number"] == order.number
