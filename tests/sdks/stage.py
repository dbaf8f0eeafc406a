"""One test's stage: a served platform, an SDK that plays the merchant, and what went over the wire between them."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from reference.identity import Identity, Merchant, SigningKey
from reference.oracles import authorization, signature, times
from reference.platform import Delivery, Platform
from reference.platform.core import Served as Exchange
from reference.platform.signing import KeyMode
from tests.sdks.protocol import Player
from tests.sdks.served import Served

__all__ = ["Answered", "Stage", "is_signed", "pem"]


@dataclass(frozen=True)
class Answered:
    """What the SDK made of an answer: the HTTP status and the decoded JSON."""

    status: int
    data: Any

    def accepted(self, status: int = 200) -> Any:
        """The data of an answer that must have this *status*."""
        assert self.status == status, f"{self.status} {self.data}"
        return self.data

    def refused(self, status: int, code: str) -> None:
        """The answer must be this refusal."""
        assert (self.status, (self.data or {}).get("code")) == (status, code), f"{self.status} {self.data}"


class Stage:
    """*player* is the merchant, or with ``role="partner"`` the service provider; the platform's clock is the machine's."""

    def __init__(self, served: Served, player: Player) -> None:
        self.served = served
        self.player = player
        self._numbers = count(1)
        self.merchant: Merchant = self.identity.merchant

    @property
    def platform(self) -> Platform:
        """The platform itself, to let payers pay and banks decide."""
        return self.served.platform

    @property
    def identity(self) -> Identity:
        """Whose keys are used."""
        return self.platform.identity

    @property
    def key_mode(self) -> KeyMode:
        """Which keys the platform uses."""
        return self.platform.key_mode

    def begin(self, keys: Iterable[SigningKey] | None = None, *, role: str = "merchant") -> None:
        """Make the SDK's instance with these keys of the platform; by default with those in use."""
        given = tuple(self.platform.active_keys() if keys is None else keys)
        public = next((key for key in given if key.certificate is None), None)
        self.merchant = self.identity.merchant if role == "merchant" else self.partner
        self.player.ask(
            "init",
            base_url=self.served.url,
            mchid=self.merchant.mchid,
            appid=self.merchant.appid,
            apiv3_key=self.merchant.apiv3_key,
            apiv2_key=self.merchant.apiv2_key,
            serial_no=self.merchant.credential.serial_no,
            private_key=self.merchant.credential.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            certificates=[{"serial_no": key.key_id, "pem": pem(key)} for key in given if key.certificate is not None],
            public_key_id=None if public is None else public.key_id,
            public_key=None if public is None else pem(public),
            partner=role == "partner",
        )

    @property
    def partner(self) -> Merchant:
        """The service provider."""
        assert self.identity.partner is not None
        return self.identity.partner

    def call(
        self,
        operation: str,
        path: dict[str, str] | None = None,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> Answered:
        """Let the SDK call an operation of the contract; sensitive members of *body* are given in the clear."""
        return Answered(**self.player.ask("call", operation=operation, path=path or {}, query=query or {}, body=body or {}))

    def call_v2(self, path: str, sign_type: str = "MD5", **members: str) -> dict[str, str]:
        """Let the SDK ask *path* of APIv2; return the elements of the answer, which it verified."""
        given = {"mch_id": self.merchant.mchid, "nonce_str": f"{next(self._numbers):032}"} | members
        named = {} if sign_type == "MD5" else {"sign_type": sign_type}
        answered = Answered(**self.player.ask("call_v2", path=path, members=given | named))
        data: dict[str, str] = answered.accepted()
        return data

    def order(self, product: str = "native", **fields: Any) -> dict[str, Any]:
        """The body of an order with a fresh number; *fields* are further members."""
        body: dict[str, Any] = {
            "appid": self.merchant.appid,
            "mchid": self.merchant.mchid,
            "description": "茶 & 书 / 100%",
            "out_trade_no": f"SDK-{next(self._numbers):04}",
            "amount": {"total": 100, "currency": "CNY"},
        }
        if product != "codepay":
            body["notify_url"] = "https://shop.example/notify"
        if product == "jsapi":
            body["payer"] = {"openid": self.merchant.openid}
        if product == "h5":
            body["scene_info"] = {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}}
        return body | fields

    def paid(self, **fields: Any) -> str:
        """Let the SDK place an order and the payer pay it; return its number."""
        order = self.order(**fields)
        self.call("native_create", body=order).accepted()
        assert self.platform.pay(self.merchant.mchid, order["out_trade_no"]) is None
        return str(order["out_trade_no"])

    def query(self, out_trade_no: str) -> Answered:
        """Let the SDK query an order by its number."""
        return self.call("order_query", {"out_trade_no": out_trade_no}, query={"mchid": self.merchant.mchid})

    def deliveries(self) -> list[Delivery]:
        """The notifications due now, taken as accepted by the shop."""
        return self.platform.advance(0)

    def parse(self, delivery: Delivery, *, headers: Iterable[tuple[str, str]] | None = None, body: bytes | None = None) -> Any:
        """Let the SDK read a notification, or what is put in place of its headers or body; return it with its resource decrypted."""
        given = delivery.headers if headers is None else headers
        encoded = base64.b64encode(delivery.body if body is None else body).decode()
        return self.player.ask("parse_notification", headers=[list(pair) for pair in given], body_b64=encoded)

    @property
    def last(self) -> Exchange:
        """The last exchange, as the platform saw it."""
        return self.platform.exchanges[-1]

    def judge_wire(self) -> None:
        """Requests are refused with 401 exactly when they are not signed over the bytes that arrived; answers are signed in this mode."""
        assert self.platform.exchanges
        for exchange in self.platform.exchanges:
            assert (exchange.answer.status != 401) is is_signed(exchange, self.merchant), exchange.request
            key_id = dict(exchange.answer.headers).get("Wechatpay-Serial")
            unsigned = exchange.answer.status == 401 or exchange.operation == "bill_download"
            assert key_id in ({None} if unsigned else {key.key_id for key in self.platform.active_keys()})


def is_signed(exchange: Exchange, merchant: Merchant) -> bool:
    """Tell whether *merchant* signed the request of *exchange*, judged from the bytes received by the strict grammar."""
    request = exchange.request
    claim = authorization.parse(request.header("Authorization") or "")
    message = signature.request_message(request.method, request.target, claim.timestamp, claim.nonce_str, request.body)
    return (
        (claim.scheme, claim.mchid, claim.serial_no) == (authorization.RSA, merchant.mchid, merchant.credential.serial_no)
        and times.within_window(exchange.at, claim.timestamp) is True
        and signature.verifies(merchant.credential.public_key, message, claim.signature)
    )


def pem(key: SigningKey) -> str:
    """A key of the platform as a merchant gets it: a certificate, or a public key."""
    if key.certificate is not None:
        return key.certificate.public_bytes(Encoding.PEM).decode()
    return key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
