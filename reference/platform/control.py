"""The control API: what a person or a test may do to a served platform besides calling its API. JSON under ``/_control/``, no I/O.

It is a door to `reference.platform.world`: pay, let time pass, cause trouble, and look at what happened.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from reference.machines import MACHINES, Entity, Machine, Refusal
from reference.machines.order import CREDENTIAL_STALE
from reference.platform.control_asked import Asked, ControlError
from reference.platform.control_views import delivery_to_json, entity_to_json, notice_to_json, said_from_json, served_to_json
from reference.platform.core import Platform
from reference.platform.outbox import ACCEPTANCE, Said
from reference.platform.payers import COUPON_TYPES
from reference.platform.signing import KeyMode
from reference.platform.store import kind_of
from reference.platform.wire import Answer
from reference.platform.world import Answering, Loss, Settlement

__all__ = ["ACTIONS", "POWERS", "PREFIX", "Action", "handle_control", "json_answer", "posting_until"]

PREFIX = "/_control/"
POWERS = (
    "balance",
    "code-ages",
    "code-plans",
    "coupons",
    "key-modes",
    "lives",
    "loss",
    "notifications",
    "payer",
    "rate-limit",
    "rotation",
    "settle",
    "time-travel",
)
"""What a target with this control API can offer to checks."""
_A_CENTURY = 100 * 365 * 86400
_OUTCOMES: tuple[Settlement, ...] = ("SUCCESS", "ABNORMAL", "CLOSED")
_CODE_STATES: tuple[Literal["SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY"], ...] = ("SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY")
_KEY_MODES: tuple[KeyMode, ...] = ("certificate", "public_key", "combined")
_ANSWER = 'an HTTP status, {"status", "body"}, null for no answer in time'
_LOSSES: tuple[Loss, ...] = ("before", "after")
Item = TypeVar("Item")


@dataclass(frozen=True)
class Action:
    """One thing the control API does: its HTTP *method*, the members it *takes*, what it *says* of itself, and how it is done."""

    method: str
    takes: tuple[str, ...]
    says: str
    run: Callable[[Platform, Asked], Any]


def handle_control(platform: Platform, method: str, target: str, body: bytes, *, more: Mapping[str, Action] | None = None) -> Answer:
    """Answer one control request; *target* is path and query, *more* are actions of the shell around *platform*.

    What it changed is persisted before the answer is returned. A mistake is answered 4xx with ``code`` and ``message``.
    """
    actions = ACTIONS if more is None else {**ACTIONS, **more}
    name, query = _named(target)
    try:
        if not name:
            return json_answer(200, _index(actions))
        action = _find(actions, name, method)
        asked = Asked.in_query(name, query) if method == "GET" else Asked.in_body(name, body)
        platform.come_due()
        content = action.run(platform, asked.only(*action.takes))
    except ControlError as error:
        return json_answer(error.status, {"code": error.code, "message": error.message})
    finally:
        platform.persist()
    return json_answer(200, content)


def posting_until(platform: Platform, method: str, target: str, body: bytes) -> float | None:
    """Return the moment (Unix seconds) an ``advance`` leads to that must really post what falls due; None for any other request."""
    if platform.notifying != "post" or (method, _named(target)[0]) != ("POST", "advance"):
        return None
    try:
        asked = Asked.in_body("advance", body).only(*ACTIONS["advance"].takes)
        return None if asked.has("answers") or asked.has("answered") else _until(platform, asked)
    except ControlError:
        return None


def _named(target: str) -> tuple[str, str]:
    path, _, query = target.partition("?")
    return path.removeprefix(PREFIX).rstrip("/"), query


def _find(actions: Mapping[str, Action], name: str, method: str) -> Action:
    if name not in actions:
        raise ControlError("UNKNOWN_ACTION", f"There is no control action {name!r}; there are {', '.join(sorted(actions))}.")
    if actions[name].method != method:
        raise ControlError("WRONG_METHOD", f"{name} is asked with {actions[name].method}, not {method}.")
    return actions[name]


def json_answer(status: int, content: Any) -> Answer:
    """Return an answer in JSON, unsigned."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, [("Content-Type", "application/json; charset=utf-8")], body)


def _index(actions: Mapping[str, Action]) -> dict[str, Any]:
    shown = {f"{action.method} {PREFIX}{name}": {"takes": action.takes, "says": action.says} for name, action in actions.items()}
    return {"actions": shown}


# looking


def _clock(platform: Platform, _asked: Asked) -> dict[str, Any]:
    return {"now": platform.now(), "clock": platform.clock()}


def _capabilities(platform: Platform, _asked: Asked) -> dict[str, Any]:
    return {
        "powers": POWERS,
        "notify": platform.notifying,
        "key_mode": platform.key_mode,
        "merchants": [
            {"mchid": merchant.mchid, "appid": merchant.appid, "serial_nos": [credential.serial_no for credential in merchant.credentials]}
            for merchant in platform.identity.merchants
        ],
        "platform_keys": [key.key_id for key in platform.active_keys()],
    }


def _exchanges(platform: Platform, asked: Asked) -> dict[str, Any]:
    return {"exchanges": [served_to_json(served) for served in _last(asked, list(platform.exchanges), 50)]}


def _notifications(platform: Platform, asked: Asked) -> dict[str, Any]:
    return {"notifications": [notice_to_json(notice) for notice in _last(asked, list(platform.notices.values()))]}


def _orders(platform: Platform, asked: Asked) -> dict[str, Any]:
    return {"orders": _entities(asked, platform.store.orders(), "out_trade_no")}


def _refunds(platform: Platform, asked: Asked) -> dict[str, Any]:
    return {"refunds": _entities(asked, platform.store.refunds(), "out_refund_no")}


def _entities(asked: Asked, entities: Iterable[Entity], number: str) -> list[dict[str, Any]]:
    owner, wanted = asked.optional_text("mchid"), asked.optional_text(number)
    found = [entity for entity in entities if owner in {None, entity.owner} and wanted in {None, entity.number}]
    return [entity_to_json(entity) for entity in _last(asked, found)]


def _last(asked: Asked, items: list[Item], most: int | None = None) -> list[Item]:
    count = asked.whole("last") if asked.has("last") else most
    return items if count is None else items[max(len(items) - count, 0) :]


# the payer and the banks


def _pay(platform: Platform, asked: Asked) -> dict[str, Any]:
    credential = asked.optional_text("credential")
    if credential is not None and not asked.has("mchid") and not asked.has("out_trade_no"):
        key = platform.credentials.get(credential)
        return _happened(CREDENTIAL_STALE if key is None else platform.pay(*key, credential))
    return _happened(platform.pay(asked.text("mchid"), asked.text("out_trade_no"), credential))


def _fail(platform: Platform, asked: Asked) -> dict[str, Any]:
    return _happened(platform.fail(asked.text("mchid"), asked.text("out_trade_no")))


def _cancel(platform: Platform, asked: Asked) -> dict[str, Any]:
    return _happened(platform.cancel(asked.text("mchid"), asked.text("out_trade_no")))


def _settle(platform: Platform, asked: Asked) -> dict[str, Any]:
    outcome = asked.one_of("outcome", _OUTCOMES, "SUCCESS")
    return _happened(platform.settle(asked.text("mchid"), asked.text("out_refund_no"), outcome))


def _befalling(machine: Machine) -> tuple[str, ...]:
    return tuple(name for name, event in machine.events.items() if event.by != "merchant")


def _let(platform: Platform, asked: Asked) -> dict[str, Any]:
    machine = MACHINES[asked.one_of("machine", tuple(name for name, each in MACHINES.items() if _befalling(each)))]
    event = asked.one_of("event", _befalling(machine))
    facts = asked.raw("facts", {})
    if not isinstance(facts, dict) or facts.keys() & {"machine", "event", "mchid", "number"}:
        raise asked.bad("facts", "an object of what else is known of the event")
    return _happened(platform.let(machine.name, event, asked.text("mchid"), asked.text("number"), **facts))


def _entities_of(platform: Platform, asked: Asked) -> dict[str, Any]:
    kind = asked.one_of("kind", tuple(dict.fromkeys(map(kind_of, MACHINES))))
    return {"entities": _entities(asked, platform.store.every(kind), "number")}


def _happened(refusal: Refusal | None) -> dict[str, Any]:
    return {"refused": None if refusal is None else {"name": refusal.name, "code": refusal.code, "message": refusal.message}}


# time and notifications


def _advance(platform: Platform, asked: Asked) -> dict[str, Any]:
    until = _until(platform, asked)
    answers = asked.raw("answers", "accept")
    if answers != "ask":
        if asked.has("answered"):
            raise asked.bad("answered", 'nothing: it goes with "answers": "ask" only')
        play = _playing(asked, answers)
        sent = platform.advance(until - platform.clock(), play)
        return _advanced(platform, until, [delivery_to_json(delivery) | {"status": _status(play(delivery))} for delivery in sent])
    if platform.notifying == "post":
        raise ControlError(
            "NOTIFY_IS_POST",
            "This platform posts its notifications to their notify_url itself, so nobody can be asked how they are answered. "
            'Send POST /_control/notify {"mode": "hold"} first, or start it with --notify hold.',
        )
    for notice_id, said in _answered(platform, asked).items():
        platform.take_answer(notice_id, said)
    return _advanced(platform, until, [delivery_to_json(delivery) for delivery in platform.step(until)])


def _until(platform: Platform, asked: Asked) -> float:
    now = platform.clock()
    if asked.has("until"):
        # A running clock may have passed that moment while the deliveries were answered.
        return max(now, asked.seconds("until", least=0, most=now + _A_CENTURY))
    return now + asked.seconds("seconds", least=0, most=_A_CENTURY)


def _advanced(platform: Platform, until: float, deliveries: list[dict[str, Any]]) -> dict[str, Any]:
    return {**_clock(platform, Asked("clock", {})), "until": until, "deliveries": deliveries}


def _playing(asked: Asked, answers: Any) -> Answering:
    try:
        every = [_said(answer) for answer in (answers if isinstance(answers, list) else [answers])]
    except ValueError:
        every = []
    if not every:
        raise asked.bad("answers", f'{_ANSWER}, "accept", a list of them by attempt (the last one repeats), or "ask"')
    return lambda delivery: every[min(delivery.attempt, len(every)) - 1]


def _answered(platform: Platform, asked: Asked) -> dict[str, Said]:
    answered = asked.raw("answered", {})
    try:
        said = {name: _said(answer) for name, answer in answered.items()} if isinstance(answered, dict) else None
    except ValueError:
        said = None
    if said is None:
        raise asked.bad("answered", f'an object of notification ids and how each was answered: {_ANSWER}, or "accept"')
    unknown = next((name for name in said if name not in platform.notices), None)
    if unknown is not None:
        raise ControlError("UNKNOWN_NOTIFICATION", f"There is no notification {unknown!r}; GET /_control/notifications lists them.")
    return said


def _said(answer: Any) -> Said:
    return ACCEPTANCE if answer == "accept" else said_from_json(answer)


def _status(said: Said) -> int | None:
    return said[0] if isinstance(said, tuple) else said


# trouble


def _rotate(platform: Platform, _asked: Asked) -> dict[str, Any]:
    platform.rotate()
    return {"platform_keys": [key.key_id for key in platform.active_keys()]}


def _limit(platform: Platform, asked: Asked) -> dict[str, Any]:
    platform.limit(asked.whole_or_null("per_second"))
    return {"per_second": platform.rate_limit}


def _lose(platform: Platform, asked: Asked) -> dict[str, Any]:
    platform.lose_next(asked.one_of("when", _LOSSES))
    return {"losses": platform.losses}


def _plan_code(platform: Platform, asked: Asked) -> dict[str, Any]:
    platform.plan_code(asked.text("auth_code"), asked.one_of("state", _CODE_STATES))
    return {"planned": platform.code_plans}


def _show_code(platform: Platform, asked: Asked) -> dict[str, Any]:
    platform.show_code(asked.text("auth_code"))
    return {"shown": platform.codes_shown}


def _give_coupons(platform: Platform, asked: Asked) -> dict[str, Any]:
    coupons = [(each.one_of("type", COUPON_TYPES), each.whole("fee", least=1)) for each in asked.items("coupons", "type", "fee")]
    platform.give_coupons(asked.text("mchid"), asked.text("out_trade_no"), coupons)
    return {"coupons": len(coupons)}


def _fund(platform: Platform, asked: Asked) -> dict[str, Any]:
    platform.fund(asked.text("mchid"), asked.whole_or_null("balance"))
    return {"balances": platform.balances}


def _use_keys(platform: Platform, asked: Asked) -> dict[str, Any]:
    platform.use_keys(asked.one_of("key_mode", _KEY_MODES))
    return {"platform_keys": [key.key_id for key in platform.active_keys()]}


ACTIONS: Mapping[str, Action] = {
    "clock": Action("GET", (), "The platform's time in Unix seconds.", _clock),
    "capabilities": Action("GET", (), "What can be done here, and whose keys are known.", _capabilities),
    "exchanges": Action("GET", ("last",), "The last requests and answers, exact bytes (default: 50).", _exchanges),
    "notifications": Action("GET", ("last",), "Every notification: pending, accepted or given-up.", _notifications),
    "orders": Action("GET", ("mchid", "out_trade_no", "last"), "Orders, all or some.", _orders),
    "refunds": Action("GET", ("mchid", "out_refund_no", "last"), "Refunds, all or some.", _refunds),
    "entities": Action("GET", ("kind", "mchid", "number", "last"), "What else has a life, by the name of its machine.", _entities_of),
    "pay": Action("POST", ("mchid", "out_trade_no", "credential"), "The payer pays; a prepay_id, code_url or h5_url alone will do.", _pay),
    "fail": Action("POST", ("mchid", "out_trade_no"), "The payer's attempt fails.", _fail),
    "cancel": Action("POST", ("mchid", "out_trade_no"), "The payer walks away.", _cancel),
    "settle": Action("POST", ("mchid", "out_refund_no", "outcome"), "The banks decide: SUCCESS (default), ABNORMAL or CLOSED.", _settle),
    "let": Action(
        "POST",
        ("machine", "event", "mchid", "number", "facts"),
        "What a payer or the platform does to whatever has a life: an event of a machine; `facts` is an object of what it needs besides.",
        _let,
    ),
    "advance": Action(
        "POST",
        ("seconds", "until", "answers", "answered"),
        "Time passes. While this server posts, what falls due is posted; else, or with `answers`, it is answered as that says: "
        '"accept" (default), a status, {"status", "body"} (APIv2 is accepted by its body), null for no answer, a list by attempt, or '
        '"ask": the answer holds the next deliveries; go on with its `until` and `answered` {id: answer} until there are none.',
        _advance,
    ),
    "rotate": Action("POST", (), "The next platform certificate takes over.", _rotate),
    "use-keys": Action(
        "POST", ("key_mode",), "Sign with `certificate`, `public_key`, or both (`combined`), until the next start.", _use_keys
    ),
    "limit": Action("POST", ("per_second",), "Each merchant's requests per second; null lifts the limit.", _limit),
    "lose": Action("POST", ("when",), "The next answer is lost, before or after the request took effect.", _lose),
    "plan-code": Action("POST", ("auth_code", "state"), "What charging a payment code leads to.", _plan_code),
    "show-code": Action("POST", ("auth_code",), "The payer opens a payment code: it is good for a minute from now.", _show_code),
    "give-coupons": Action(
        "POST",
        ("mchid", "out_trade_no", "coupons"),
        'The payer of an order, placed or not yet, gets coupons that pay a part of it: [{"type": "CASH" or "NO_CASH", "fee": 1}, ...].',
        _give_coupons,
    ),
    "fund": Action(
        "POST", ("mchid", "balance"), "A merchant's balance for refunds and payouts in fen; null is enough for anything.", _fund
    ),
}
"""Every action that concerns one platform alone, by name."""
