"""A merchant that speaks APIv2 to a reference platform; it signs and verifies by itself, with nothing but hashlib."""

import hashlib
import hmac
import itertools
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from reference.contract import load, problems
from reference.identity import Merchant, bundled
from reference.platform import Platform
from reference.platform.v2 import certificate_header
from reference.platform.wire import Answer

__all__ = ["KEY", "Shop", "elements", "shut", "sign_of"]

KEY = bundled().merchant.apiv2_key or ""
_NUMBERS = itertools.count(1)


def sign_of(values: Mapping[str, str], key: str) -> str:
    """Return the signature *values* should carry, of the length of the one they carry, MD5 without one."""
    pairs = sorted((name.encode(), value.encode()) for name, value in values.items() if value and name != "sign")
    text = b"&".join(name + b"=" + value for name, value in pairs) + b"&key=" + key.encode()
    if len(values.get("sign", "")) == 64 or values.get("sign_type") == "HMAC-SHA256":
        return hmac.new(key.encode(), text, hashlib.sha256).hexdigest().upper()
    return hashlib.md5(text, usedforsecurity=False).hexdigest().upper()


def elements(body: bytes) -> dict[str, str]:
    """Return the elements of an XML message of ours, which is known to be harmless."""
    return {child.tag: child.text or "" for child in ET.fromstring(body)}  # noqa: S314 - made by the platform under test


def shut(values: Mapping[str, str]) -> bytes:
    """Return the message of *values*."""
    escaped = {name: value.replace("&", "&amp;").replace("<", "&lt;") for name, value in values.items()}
    return f"<xml>{''.join(f'<{name}>{value}</{name}>' for name, value in escaped.items())}</xml>".encode()


class Shop:
    """Asks *platform* as *merchant* and looks at every answer: its signature, and its shape by the contract."""

    def __init__(self, platform: Platform, merchant: Merchant | None = None, *, sign_type: str | None = None) -> None:
        self.platform = platform
        self.merchant = merchant or platform.identity.merchant
        self.key = self.merchant.apiv2_key or ""
        self.sign_type = sign_type
        self.headers: list[tuple[str, str]] = []
        certificate = self.merchant.credential.certificate
        assert certificate is not None
        self.certificate: tuple[str, str] | None = certificate_header(certificate)

    def number(self) -> str:
        """Return a number nothing stands under yet."""
        return f"v2shop{next(_NUMBERS):010d}"

    def signed(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return a whole request: *values* with ids, nonce and signature; a value given wins, and "" stays out."""
        whole = {"appid": self.merchant.appid, "mch_id": self.merchant.mchid, "nonce_str": f"n{next(_NUMBERS)}"}
        whole |= {} if self.sign_type is None else {"sign_type": self.sign_type}
        whole = {name: value for name, value in {**whole, **values}.items() if value}
        return {**whole, "sign": sign_of(whole, self.key)}

    def post(self, operation: str, body: bytes) -> Answer:
        """Send *body* as it is."""
        headers = [*self.headers, *([self.certificate] if self.certificate else [])]
        return self.platform.handle("POST", load("v2").operations[operation].path, headers, body)

    def ask(self, operation: str, **values: str) -> dict[str, str]:
        """Send a signed request and return the answer, which verifies and has the documented shape."""
        answer = self.post(operation, shut(self.signed(values)))
        assert answer.status == 200, answer.body
        return self.looked_at(operation, answer.body)

    def looked_at(self, operation: str, body: bytes) -> dict[str, str]:
        """Return the elements of an answer after a look at its signature and shape."""
        told, contract = elements(body), load("v2").operations[operation]
        done = told["return_code"] == "SUCCESS" and told.get("result_code", "SUCCESS") == "SUCCESS"
        schema = contract.responses[200] if done else contract.error
        assert schema is not None
        assert problems(schema, {name: value for name, value in told.items() if value}) == ()
        if told["return_code"] == "SUCCESS" and contract.signed_response:
            assert told["sign"] == sign_of(told, self.key)
            assert len(told["sign"]) == (64 if self.sign_type == "HMAC-SHA256" else 32)
        return told

    def place(self, trade_type: str = "NATIVE", **values: str) -> tuple[str, dict[str, str]]:
        """Place an order of 100 fen unless *values* say otherwise; return its number and the answer."""
        out_trade_no = values.pop("out_trade_no", None) or self.number()
        defaults = {
            "body": "Ein Tee 茶",
            "total_fee": "100",
            "spbill_create_ip": "127.0.0.1",
            "notify_url": "http://127.0.0.1/notify",
            "product_id": "1" if trade_type == "NATIVE" else "",
            "openid": self.merchant.openid if trade_type == "JSAPI" else "",
        }
        return out_trade_no, self.ask("unifiedorder", **{**defaults, "trade_type": trade_type, "out_trade_no": out_trade_no, **values})

    def charge(self, operation: str = "micropay", **values: str) -> tuple[str, dict[str, str]]:
        """Charge a fresh code with 100 fen unless *values* say otherwise; return the order's number and the answer."""
        out_trade_no = values.pop("out_trade_no", None) or self.number()
        code = f"13{next(_NUMBERS):016d}"
        defaults = {"body": "Tea", "total_fee": "100", "spbill_create_ip": "127.0.0.1", "auth_code": code}
        return out_trade_no, self.ask(operation, **{**defaults, "out_trade_no": out_trade_no, **values})

    def refund(self, out_trade_no: str, refund_fee: int = 100, total_fee: int = 100, **values: str) -> tuple[str, dict[str, str]]:
        """Ask for a refund; return its number and the answer."""
        out_refund_no = values.pop("out_refund_no", None) or self.number()
        fees = {"total_fee": str(total_fee), "refund_fee": str(refund_fee)}
        return out_refund_no, self.ask("refund", **{"out_trade_no": out_trade_no, "out_refund_no": out_refund_no, **fees, **values})

    def pay(self, out_trade_no: str) -> None:
        """Let the payer pay."""
        assert self.platform.pay(self.merchant.mchid, out_trade_no) is None
