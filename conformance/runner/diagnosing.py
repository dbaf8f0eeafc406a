"""Why a rule was found broken, as far as the bytes say: forged, mistaken, or authentic and yet wrong.

Whoever reads a finding must know where to search. So a message that does not verify is explained, a request that was wrong on purpose is
said to be so and in what, and where every signature holds that is said too.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from conformance.runner.explained import Explained, together
from conformance.runner.platform_signatures import SIGNATURE, Message, unbelievable
from conformance.runner.request_signatures import deviation
from conformance.runner.v2_signatures import accepted_v2, sound_v2, told_v2
from conformance.targets.exchange import Exchange
from conformance.targets.trying import Evidence
from conformance.targets.verdicts import shown
from reference.contract import load
from reference.identity import Identity
from reference.oracles import aead
from reference.platform import Delivery
from reports.model import Text
from strategies.v2.cases import SigningV2

__all__ = ["diagnose"]

_PROBE = "WECHATPAY/SIGNTEST/"
_TELLING = (
    "return_code",
    "return_msg",
    "result_code",
    "err_code",
    "code",
    "message",
    "trade_state",
    "status",
    "trade_type",
    "amount.total",
    "amount.payer_total",
    "amount.refund",
)
"""The members of an answer that most often decide."""


def diagnose(evidence: Evidence, rule: str, identity: Identity) -> Explained:
    """Return what can be said of the cause of *evidence*, a violation of *rule* on the platform of *identity*."""
    if rule.split(".")[1] in {"notify", "decryption"}:
        return _of_notifications(evidence, identity)
    exchanges = evidence.exchanges
    if not exchanges:
        return _without_exchange(evidence)
    last = exchanges[-1]
    found = _answer(last, identity) or _request(last, identity) or _earlier(exchanges[:-1], identity)
    return found or Explained(together(_sound(last, identity)))


def _answer(exchange: Exchange, identity: Identity, *, earlier: bool = False) -> Explained | None:
    """Why the answer cannot be believed, if it cannot: a success must be signed, and what is signed must verify."""
    reply, wire = exchange.reply, exchange.wire
    match = load("v3").match(wire.method, wire.target.partition("?")[0])
    must = 200 <= reply.status < 300 and match is not None and match.operation.signed_response
    if not must and reply.header(SIGNATURE) is None:
        return None
    what = (
        (f"The {reply.status} to {exchange.label!r}", f"对 {exchange.label!r} 的 {reply.status} 应答")
        if earlier
        else ("The answer", "应答")
    )
    return unbelievable(Message(Text(*what), reply.headers, reply.body, exchange.at, (wire.method, wire.target)), identity)


def _request(exchange: Exchange, identity: Identity) -> Explained | None:
    """In what the request was wrong on purpose, if it was, and what came of it."""
    wrong = deviation(exchange, identity)
    if wrong is None:
        return None
    english, chinese = ("It was accepted all the same", "却仍被接受") if _accepted(exchange) else ("It was answered", "得到的应答")
    texts = (
        Text(f"The request {exchange.label!r} is wrong on purpose.", f"请求 {exchange.label!r} 是故意出错的。"),
        wrong.text,
        Text(f"{english}: {_described(exchange)}.", f"{chinese}：{_described(exchange)}。"),
    )
    return Explained(together(texts), wrong.compared)


def _earlier(exchanges: Sequence[Exchange], identity: Identity) -> Explained | None:
    """What is wrong before the last exchange: an answer that cannot be believed, or a wrong request that was accepted."""
    backwards = exchanges[::-1]
    forged = next(filter(None, (_answer(exchange, identity, earlier=True) for exchange in backwards)), None)
    accepted = filter(_accepted, backwards)
    return forged or next(filter(None, (_request(exchange, identity) for exchange in accepted)), None)


def _accepted(exchange: Exchange) -> bool:
    return accepted_v2(exchange) if isinstance(exchange.signing, SigningV2) else 200 <= exchange.reply.status < 300


def _sound(exchange: Exchange, identity: Identity) -> Iterator[Text]:
    if isinstance(exchange.signing, SigningV2):
        yield sound_v2(exchange, identity)
    elif exchange.reply.header(SIGNATURE) is None:
        yield Text(
            "The request is authentically signed, and this answer need not be signed: keys and signatures are not the cause.",
            "请求的签名真实有效，此应答无须签名：问题不在密钥和签名。",
        )
    else:
        yield Text(
            "Request and answer are authentically signed: keys and signatures are not the cause.",
            "请求和应答的签名都真实有效：问题不在密钥和签名。",
        )
    yield Text(
        f"What is wrong is what the platform says or does. Its last answer, to {exchange.label!r}: {_described(exchange)}.",
        f"问题在于平台的应答内容或行为。最后一次应答（{exchange.label!r}）：{_described(exchange)}。",
    )


def _of_notifications(evidence: Evidence, identity: Identity) -> Explained:
    """Why what was delivered is wrong: not to be believed, not to be opened, or authentic."""
    letters = [delivery for delivery in evidence.deliveries if not _is_probe(delivery)]
    for delivery in letters:
        what = Text(f"Delivery {delivery.attempt} of {delivery.event_type}", f"{delivery.event_type} 的第 {delivery.attempt} 次投递")
        found = unbelievable(Message(what, delivery.headers, delivery.body, delivery.at), identity)
        if found is not None:
            return found
    if not letters:
        return Explained(
            Text(
                "No notification arrived in this case: the fault lies in what was not sent, or in what was answered.",
                "此用例中没有收到任何通知：问题在于没有发出通知，或在于应答的内容。",
            )
        )
    return Explained(_authentic(letters[-1], identity))


def _authentic(delivery: Delivery, identity: Identity) -> Text:
    owner = next((merchant for merchant in identity.merchants if _opens(merchant.apiv3_key, delivery.body)), None)
    if owner is None:
        return Text(
            f"The last delivery, {delivery.event_type}, is authentically signed, but its resource opens with the APIv3 key of no merchant.",
            f"最后一次投递（{delivery.event_type}）的签名真实有效，但用任何商户的 APIv3 密钥都无法解密其 resource。",
        )
    return Text(
        f"Every delivery is authentically signed, and the last one, {delivery.event_type}, opens with the APIv3 key of {owner.mchid}: "
        "keys are not the cause. The fault lies in what is told, or in when, where and how often.",
        f"每次投递的签名都真实有效，最后一次（{delivery.event_type}）可用商户 {owner.mchid} 的 APIv3 密钥解密：问题不在密钥，"
        "而在于通知的内容、时间、地址或次数。",
    )


def _opens(apiv3_key: str, body: bytes) -> bool:
    try:
        sealed = json.loads(body)["resource"]
        aead.decrypt(apiv3_key.encode(), sealed["nonce"], sealed.get("associated_data"), sealed["ciphertext"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return True


def _is_probe(delivery: Delivery) -> bool:
    return any(value.startswith(_PROBE) for name, value in delivery.headers if name.lower() == SIGNATURE.lower())


def _without_exchange(evidence: Evidence) -> Explained:
    sentence = evidence.violation.sentence
    return Explained(
        Text(
            f"Nothing was exchanged in this case, so no bytes explain it beyond what was seen: {sentence}",
            f"此用例中没有任何交互，除所观察到的之外没有更多报文可以说明：{sentence}",
        )
    )


def _described(exchange: Exchange) -> str:
    """The status, and the members of the answer that most often decide."""
    reply = exchange.reply
    try:
        content = told_v2(reply.body) or json.loads(reply.body)
    except ValueError:
        content = None
    members = [f"{name} {shown(repr(value), 80)}" for name in _TELLING if (value := _member(content, name)) is not None]
    return f"{reply.status} {', '.join(members)}".strip()


def _member(content: Any, name: str) -> Any:
    for part in name.split("."):
        content = content.get(part) if isinstance(content, dict) else None
    return content
