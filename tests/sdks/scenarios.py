"""What any SDK must be able to live through on our platform; each scenario is run with every SDK in every key mode."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast, get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from reference.identity import SigningKey
from reference.oracles import keys, oaep, pay_sign, times
from reference.oracles.pay_sign import Product
from reference.platform import Answer
from tests.sdks.protocol import Refused
from tests.sdks.stage import Stage, pem

__all__ = ["CERTIFICATE_SCENARIOS", "SCENARIOS", "Scenario"]

Scenario = Callable[[Stage], None]

_HANDED = {"jsapi": "prepay_id", "app": "prepay_id", "h5": "h5_url", "native": "code_url"}
_DAY = 86400


def places_every_product(stage: Stage) -> None:
    """An order of each product is accepted, answered with what its client needs, and then found unpaid under its number."""
    for product, handed in _HANDED.items():
        order = stage.order(product)

        assert stage.call(f"{product}_create", body=order).accepted()[handed]

        found = stage.query(order["out_trade_no"]).accepted()
        assert (found["trade_state"], found["amount"]["total"], found["appid"]) == ("NOTPAY", 100, stage.merchant.appid)


def acts_for_a_sub_merchant(stage: Stage) -> None:
    """A service provider places, queries and closes an order of its sub-merchant."""
    stage.begin(role="partner")
    ids = {"sp_mchid": stage.merchant.mchid, "sub_mchid": stage.merchant.sub_mchids[0]}
    order = {name: value for name, value in stage.order().items() if name not in {"appid", "mchid"}}
    number = {"out_trade_no": order["out_trade_no"]}

    assert stage.call("partner_native_create", body=order | ids | {"sp_appid": stage.merchant.appid}).accepted()["code_url"]
    assert stage.call("partner_order_query", number, query=ids).accepted()["sub_mchid"] == ids["sub_mchid"]
    assert stage.call("partner_order_close", number, body=ids).accepted(204) is None
    assert stage.call("partner_order_query", number, query=ids).accepted()["trade_state"] == "CLOSED"


def finds_a_paid_order(stage: Stage) -> None:
    """A paid order is found by its number and by its transaction_id, with equal answers and the Chinese remark intact."""
    number = stage.paid(attach="备注：“½”")

    by_number = stage.query(number).accepted()
    by_id = stage.call("order_query_by_id", {"transaction_id": by_number["transaction_id"]}, query={"mchid": stage.merchant.mchid})

    assert by_number["trade_state"] == "SUCCESS"
    assert by_number["attach"] == "备注：“½”"
    assert by_id.accepted() == by_number


def closes_an_order(stage: Stage) -> None:
    """Closing answers 204 without a body, whose signature the SDK must verify all the same, and the order is closed then."""
    order = stage.order()
    stage.call("native_create", body=order).accepted()

    closed = stage.call("order_close", {"out_trade_no": order["out_trade_no"]}, body={"mchid": stage.merchant.mchid})

    assert closed.accepted(204) is None
    assert stage.query(order["out_trade_no"]).accepted()["trade_state"] == "CLOSED"


def charges_a_payment_code_and_reverses_it(stage: Stage) -> None:
    """A payment by code that awaits the payer is answered 202, and reversing it ends it."""
    order = stage.order("codepay", payer={"auth_code": "130000000000000001"}, scene_info={"store_info": {"id": "0001"}})
    stage.platform.plan_code("130000000000000001", "USERPAYING")

    assert stage.call("codepay_create", body=order).accepted(202)["trade_state"] == "USERPAYING"

    ids = {name: order[name] for name in ("appid", "mchid")}
    stage.call("order_reverse", {"out_trade_no": order["out_trade_no"]}, body=ids).accepted()
    assert stage.query(order["out_trade_no"]).accepted()["trade_state"] == "REVOKED"


def refunds(stage: Stage) -> None:
    """A partial refund is accepted, found in progress under its number, and found done when the banks paid it out."""
    number = stage.paid()
    body = refund(number)

    asked = stage.call("refund_create", body=body).accepted()
    found = stage.call("refund_query", {"out_refund_no": body["out_refund_no"]}).accepted()
    stage.platform.settle(stage.merchant.mchid, body["out_refund_no"])
    settled = stage.call("refund_query", {"out_refund_no": body["out_refund_no"]}).accepted()

    assert asked == found
    assert (found["status"], found["amount"]["refund"], found["out_trade_no"]) == ("PROCESSING", 40, number)
    assert (settled["status"], settled["refund_id"]) == ("SUCCESS", asked["refund_id"])


def reads_a_refusal(stage: Stage) -> None:
    """A refusal reaches the SDK's user with the documented status and code."""
    stage.query("NOT-PLACED").refused(404, "ORDER_NOT_EXIST")


def sends_an_abnormal_refund_to_a_card(stage: Stage) -> None:
    """The card an SDK encrypted for the platform opens with the key that Wechatpay-Serial names, and the refund is under way again."""
    body = refund(stage.paid())
    refund_id = stage.call("refund_create", body=body).accepted()["refund_id"]
    stage.platform.settle(stage.merchant.mchid, body["out_refund_no"], "ABNORMAL")
    card = {"bank_account": "6222020000000000001", "real_name": "张三"}

    answer = stage.call(
        "refund_apply_abnormal",
        {"refund_id": refund_id},
        body={"out_refund_no": body["out_refund_no"], "type": "USER_BANK_CARD", "bank_type": "CMB_DEBIT"} | card,
    )

    assert answer.accepted()["status"] == "PROCESSING"
    sent = json.loads(stage.last.request.body)
    key = key_called(stage, stage.last.request.header("Wechatpay-Serial"))
    assert {name: oaep.decrypt(key, sent[name]) for name in card} == card


def echoes_a_secret(stage: Stage) -> None:
    """What the SDK encrypts for the platform comes back encrypted for the merchant, and the SDK reads it."""
    secret = "机密 half a secret ½"

    echoed = stage.call("security_echo", body={"echo_message": "in the clear", "encrypted_echo_message": secret}).accepted()

    assert echoed["echo_message"] == "in the clear"
    assert stage.player.ask("decrypt_sensitive", ciphertext=echoed["encrypted_echo_message"]) == secret


def downloads_certificates(stage: Stage) -> None:
    """The SDK decrypts exactly the certificates in use; a merchant with a public key only is told there are none."""
    if stage.key_mode == "public_key":
        stage.call("certificates_list").refused(404, "RESOURCE_NOT_EXISTS")
        return
    stage.platform.rotate()
    stage.begin()

    assert stage.player.ask("download_certificates") == [pem(key) for key in stage.platform.active_keys()]
    assert len(stage.platform.active_keys()) == 2


def reads_answers_after_a_rotation(stage: Stage) -> None:
    """Once another certificate has taken over, an SDK that has both reads answers and notifications signed with the new one."""
    stage.platform.rotate()
    stage.begin()
    number = stage.paid()

    assert dict(stage.last.answer.headers)["Wechatpay-Serial"] == stage.platform.identity.platform.certificates[1].key_id
    assert [stage.parse(delivery)["resource"]["out_trade_no"] for delivery in stage.deliveries()] == [number]


def works_with_a_serial_that_begins_with_zero(stage: Stage) -> None:
    """A certificate whose serial number begins with 0 serves like any other, whether the SDK sends that digit or not."""
    held = stage.identity.platform
    certificate = reissued(held.certificates[0], 0x0C << 152)
    stage.platform.identity = replace(stage.identity, platform=replace(held, certificates=(certificate,)))
    stage.begin()

    echoes_a_secret(stage)

    assert stage.player.ask("download_certificates") == [pem(stage.platform.active_keys()[0])]
    assert dict(stage.last.answer.headers)["Wechatpay-Serial"] == "0C" + "0" * 38


def moves_from_certificates_to_the_public_key(stage: Stage) -> None:
    """While certificates and the public key are both in use, an SDK that has both reads every answer and every notification."""
    stage.platform.key_mode = "combined"
    stage.begin()
    number = stage.paid()

    (delivery,) = stage.deliveries()

    assert stage.parse(delivery)["resource"]["out_trade_no"] == number
    assert stage.query(number).accepted()["trade_state"] == "SUCCESS"


def signs_for_the_payer(stage: Stage) -> None:
    """What the SDK signs for the payer's client opens the payment in JSAPI, mini programs and apps."""
    prepay_id = stage.call("jsapi_create", body=stage.order("jsapi")).accepted()["prepay_id"]

    for product in get_args(Product):
        fields = stage.player.ask("pay_sign", product=product, prepay_id=prepay_id)
        public = stage.merchant.credential.public_key
        assert pay_sign.verifies(cast("Product", product), public, fields, appid=stage.merchant.appid), fields


def refuses_tampered_answers(stage: Stage) -> None:
    """An answer changed on its way, signed otherwise, unsigned, or by a key nobody has, is refused; the same answer untouched is not."""
    number = stage.paid()

    for tampering in (with_more_body, with_another_signature, without_signature, under_another_serial):
        stage.served.tampering.append(tampering)
        with pytest.raises(Refused):
            stage.query(number)
        stage.query(number).accepted()


def reads_notifications(stage: Stage) -> None:
    """The SDK believes and decrypts what the platform notifies of a payment and of a refund, and finds what a query says."""
    number = stage.paid(attach="备注")
    order = stage.query(number).accepted()
    (paid,) = stage.deliveries()
    body = refund(number, notify_url="https://shop.example/refunds")
    stage.call("refund_create", body=body).accepted()
    stage.platform.settle(stage.merchant.mchid, body["out_refund_no"])
    (refunded,) = stage.deliveries()

    payment, settlement = stage.parse(paid), stage.parse(refunded)

    assert (payment["event_type"], payment["resource"]) == ("TRANSACTION.SUCCESS", order)
    assert settlement["event_type"] == "REFUND.SUCCESS"
    assert settlement["resource"]["refund_status"] == "SUCCESS"
    assert settlement["resource"]["transaction_id"] == order["transaction_id"]


def refuses_tampered_notifications(stage: Stage) -> None:
    """A notification is refused when its body or signature was changed, or when it is signed well but its ciphertext was changed."""
    stage.paid()
    (delivery,) = stage.deliveries()
    key = stage.platform.notifying_key()
    other = json.loads(delivery.body)
    ciphertext = other["resource"]["ciphertext"]
    other["resource"]["ciphertext"] = ("B" if ciphertext[0] == "A" else "A") + ciphertext[1:]
    changed = json.dumps(other).encode()

    with pytest.raises(Refused):
        stage.parse(delivery, body=delivery.body + b" ")
    with pytest.raises(Refused):
        stage.parse(delivery, headers=stage.platform.signed_headers(key, b"another body"))
    with pytest.raises(Refused):
        stage.parse(delivery, headers=stage.platform.signed_headers(key, changed), body=changed)
    assert stage.parse(delivery)["resource"]["trade_state"] == "SUCCESS"


def downloads_a_bill(stage: Stage) -> None:
    """The bill of a past day is downloaded from the address its application names, and is the file whose hash that names."""
    order = stage.order()
    stage.call("native_create", body=order).accepted()
    stage.platform.offset = -2.0 * _DAY  # SDKs go by the machine's clock, so only the payment lies in the past
    assert stage.platform.pay(stage.merchant.mchid, order["out_trade_no"]) is None
    day = datetime.fromtimestamp(stage.platform.now(), times.BEIJING).date()
    stage.platform.offset = 0.0

    applied = stage.call("tradebill_apply", query={"bill_date": day.isoformat(), "bill_type": "ALL", "tar_type": "GZIP"}).accepted()
    downloaded = stage.player.ask("download", url=applied["download_url"])

    text = gzip.decompress(base64.b64decode(downloaded["b64"]))
    assert (downloaded["status"], hashlib.sha1(text).hexdigest()) == (200, applied["hash_value"])  # noqa: S324 - the protocol's choice
    assert f"`{order['out_trade_no']}".encode() in text


SCENARIOS: tuple[Scenario, ...] = (
    places_every_product,
    acts_for_a_sub_merchant,
    finds_a_paid_order,
    closes_an_order,
    charges_a_payment_code_and_reverses_it,
    refunds,
    reads_a_refusal,
    sends_an_abnormal_refund_to_a_card,
    echoes_a_secret,
    downloads_certificates,
    moves_from_certificates_to_the_public_key,
    signs_for_the_payer,
    refuses_tampered_answers,
    reads_notifications,
    refuses_tampered_notifications,
    downloads_a_bill,
)
"""For every key mode."""

CERTIFICATE_SCENARIOS: tuple[Scenario, ...] = (reads_answers_after_a_rotation, works_with_a_serial_that_begins_with_zero)
"""For a platform that signs with certificates."""


def refund(out_trade_no: str, **fields: str) -> dict[str, Any]:
    """The body of a refund of 40 of the order's 100 fen; *fields* are further members."""
    amount = {"refund": 40, "total": 100, "currency": "CNY"}
    return {"out_trade_no": out_trade_no, "out_refund_no": f"R-{out_trade_no}", "amount": amount} | fields


def key_called(stage: Stage, key_id: str | None) -> RSAPrivateKey:
    """The platform's private key of that id."""
    (found,) = (key.private_key for key in stage.platform.active_keys() if key.key_id == key_id)
    assert found is not None
    return found


def reissued(key: SigningKey, serial_number: int) -> SigningKey:
    """The same key under a certificate of that serial number."""
    assert key.certificate is not None
    assert key.private_key is not None
    old = key.certificate
    builder = x509.CertificateBuilder(old.issuer, old.subject, old.public_key(), serial_number)
    builder = builder.not_valid_before(old.not_valid_before_utc).not_valid_after(old.not_valid_after_utc)
    certificate = builder.sign(key.private_key, SHA256())
    return replace(key, key_id=keys.serial_no(certificate), certificate=certificate)


def with_more_body(answer: Answer) -> Answer:
    """The answer with a blank after its JSON: the same meaning, other bytes."""
    return replace(answer, body=answer.body + b" ")


def with_another_signature(answer: Answer) -> Answer:
    """The answer with another nonce than the one that is signed."""
    return _with_header(answer, "Wechatpay-Nonce", "0" * 32)


def without_signature(answer: Answer) -> Answer:
    """The answer without anything that speaks of a signature."""
    return replace(answer, headers=[(name, value) for name, value in answer.headers if not name.startswith("Wechatpay-")])


def under_another_serial(answer: Answer) -> Answer:
    """The answer under the serial number of a certificate nobody has."""
    return _with_header(answer, "Wechatpay-Serial", "5A" + "0" * 38)


def _with_header(answer: Answer, name: str, value: str) -> Answer:
    return replace(answer, headers=[(known, value if known == name else old) for known, old in answer.headers])
