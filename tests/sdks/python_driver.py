"""Drives the SDK wechatpayv3 inside its own environment: JSON lines on stdin, JSON lines on stdout.

It knows the SDK and nothing of us, and judges nothing.
"""

import base64
import importlib
import json
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__: list[str] = []

# Not installed where this file is type-checked.
SDK: Any = importlib.import_module("wechatpayv3")
CORE: Any = importlib.import_module("wechatpayv3.core")
TYPES: Any = importlib.import_module("wechatpayv3.type")

_DIRECT_NAMES = {"sp_appid": "appid", "sp_mchid": "mchid"}


class SdkError(Exception):
    """The SDK said no."""


def sdk(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the SDK; what it raises is its own refusal, told apart from faults of this file."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        raise SdkError(type(error).__name__, str(error)) from error


class Driver:
    """One instance of the SDK, renewed by `init`."""

    def __init__(self) -> None:
        self.client: Any = None
        self.config: dict[str, Any] = {}

    def hello(self) -> dict[str, str]:
        """Say who plays."""
        return {"sdk": "wechatpayv3", "sdk_version": version("wechatpayv3")}

    def init(self, **config: Any) -> dict[str, Any]:
        """Make an instance. Without certificates and without a public key it must download them by itself."""
        self.config = config
        # The SDK has no option for its gateway and may call it while being made, so the address stands there before it is.
        CORE.Core._gate_way = property(lambda _: config["base_url"], lambda _, __: None)
        public = {name: config[name] for name in ("public_key", "public_key_id") if config.get(name)}
        with tempfile.TemporaryDirectory() as folder:
            for item in config["certificates"]:
                Path(folder, f"{item['serial_no']}.pem").write_text(item["pem"], encoding="utf-8")
            self.client = sdk(
                SDK.WeChatPay,
                wechatpay_type=TYPES.WeChatPayType.JSAPI,
                mchid=config["mchid"],
                private_key=config["private_key"],
                cert_serial_no=config["serial_no"],
                appid=config["appid"],
                apiv3_key=config["apiv3_key"],
                cert_dir=folder,
                partner_mode=config["partner"],
                timeout=20,
                **public,
            )
        # The folder is gone: what is downloaded later is kept in memory alone.
        self.client._core._cert_dir = None
        return {}

    def call(self, operation: str, path: dict[str, str], query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """Call an operation of the contract through the method the SDK has for it."""
        status, text = sdk(self.method(operation.removeprefix("partner_"), path, query, body))
        return {"status": status, "data": json.loads(text) if text else None}

    def method(self, operation: str, path: dict[str, str], query: dict[str, str], body: dict[str, Any]) -> Callable[[], Any]:
        """Return the call; the SDK adds appid and mchid by itself and encrypts what is sensitive."""
        body = {_DIRECT_NAMES.get(name, name): value for name, value in body.items()}
        sub = {"sub_mchid": query["sub_mchid"]} if "sub_mchid" in query else {}
        if operation.endswith("_create") and operation != "refund_create":
            product = TYPES.WeChatPayType[operation.removesuffix("_create").upper()]
            return lambda: self.client.pay(pay_type=product, **body)
        known: dict[str, Callable[[], Any]] = {
            "order_query": lambda: self.client.query(out_trade_no=path["out_trade_no"], **sub),
            "order_query_by_id": lambda: self.client.query(transaction_id=path["transaction_id"], **sub),
            "order_close": lambda: self.client.close(path["out_trade_no"], **body),
            "order_reverse": lambda: self.client.codepay_reverse(path["out_trade_no"], **body),
            "refund_create": lambda: self.client.refund(**body),
            "refund_query": lambda: self.client.query_refund(path["out_refund_no"], **sub),
            "refund_apply_abnormal": lambda: self.client.abnormal_refund(path["refund_id"], **body),
            "certificates_list": lambda: self.request("GET", "/v3/certificates", None),
            "security_echo": lambda: self.request("POST", "/v3/security/echo", self.sealed(body)),
            "tradebill_apply": lambda: self.client.trade_bill(**query),
        }
        return known[operation]

    def request(self, method: str, path: str, data: Any) -> Any:
        """Call what the SDK has no method for, through the core all its methods use."""
        return self.client._core.request(path, method=TYPES.RequestType[method], data=data, cipher_data=data is not None)

    def sealed(self, body: dict[str, Any]) -> dict[str, Any]:
        """Encrypt the member of the echo that must be."""
        name = "encrypted_echo_message"
        return body | ({name: self.client._core.encrypt(body[name])} if name in body else {})

    def download(self, url: str) -> dict[str, Any]:
        """Download a file."""
        status, content = sdk(self.client.download_bill, url)
        return {"status": status, "b64": base64.b64encode(content).decode()}

    def download_certificates(self) -> list[str]:
        """Download, decrypt and keep the platform's certificates; return them in PEM form."""
        pem = importlib.import_module("cryptography.hazmat.primitives.serialization").Encoding.PEM
        sdk(self.client._core._update_certificates)
        return [certificate.public_bytes(pem).decode() for certificate in self.client._core._certificates]

    def decrypt_sensitive(self, ciphertext: str) -> str:
        """Open a sensitive field of an answer."""
        return str(sdk(self.client.decrypt, ciphertext))

    def pay_sign(self, product: str, prepay_id: str) -> dict[str, str]:
        """Sign what the payer's client is handed; the SDK signs the lines, the fields are put together by its user."""
        appid, timestamp, nonce = self.config["appid"], str(int(time.time())), uuid.uuid4().hex
        last = prepay_id if product == "app" else f"prepay_id={prepay_id}"
        made = sdk(self.client.sign, [appid, timestamp, nonce, last])
        if product == "app":
            rest = {"package": "Sign=WXPay", "noncestr": nonce, "timestamp": timestamp, "sign": made}
            return {"appid": appid, "partnerid": self.config["mchid"], "prepayid": prepay_id, **rest}
        fields = {"timeStamp": timestamp, "nonceStr": nonce, "package": last, "signType": "RSA", "paySign": made}
        return fields if product == "miniprogram" else {"appId": appid, **fields}

    def parse_notification(self, headers: list[list[str]], body_b64: str) -> dict[str, Any]:
        """Verify and decrypt a notification; the SDK answers None for one it does not believe."""
        event = sdk(self.client.callback, dict(headers), base64.b64decode(body_b64))
        if event is None:
            raise SdkError("None", "callback returned None")
        return dict(event)


def main() -> None:
    """Answer line by line until stdin ends."""
    driver = Driver()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer: dict[str, Any] = {"status": "ok", "result": getattr(driver, asked["op"])(**asked["args"])}
        except SdkError as refused:
            kind, message = refused.args
            answer = {"status": "refused", "error": {"class": "OTHER", "type": kind, "message": message}}
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this file's fault, and the asker must hear of it
            answer = {"status": "harness_error", "message": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps({"v": asked["v"], "id": asked["id"], **answer}) + "\n")
        sys.stdout.flush()


main()
