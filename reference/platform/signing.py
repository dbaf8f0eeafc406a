"""The platform's own signatures, on answers and notifications, and which key makes them."""

import json
from random import Random
from typing import Any, Literal

from reference.identity import Identity, Merchant, SigningKey
from reference.oracles import aead, keys, signature
from reference.platform.wire import Answer, Request

__all__ = ["KeyMode", "Signing"]

KeyMode = Literal["certificate", "public_key", "combined"]
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Signing:
    """Signs with the key a request announces, else with the current one."""

    identity: Identity
    key_mode: KeyMode
    random: Random
    rotated: int
    """How many certificates have had their turn."""

    def now(self) -> int:
        """Return the platform's time in Unix seconds."""
        raise NotImplementedError

    def active_keys(self) -> tuple[SigningKey, ...]:
        """The keys in use, the current one first; old and new certificates overlap during a rotation."""
        platform = self.identity.platform
        certificates = platform.certificates[: self.rotated + 1][::-1]
        public = () if platform.public_key is None else (platform.public_key,)
        if self.key_mode == "certificate":
            return certificates
        return public if self.key_mode == "public_key" else certificates + public

    def answering_key(self, request: Request) -> SigningKey:
        """The key an answer is signed with: the one the request announces if it is in use, else the current one."""
        active, announced = self.active_keys(), request.header("Wechatpay-Serial")
        if not announced:
            return active[0]
        return next((key for key in active if keys.same_serial(key.key_id, announced)), active[0])

    def nonce(self, length: int = 32) -> str:
        """Return a fresh random text of hexadecimal digits, in one draw: four are needed for every exchange."""
        return f"{self.random.getrandbits(4 * length):0{length}X}"

    def signed_headers(self, key: SigningKey, body: bytes) -> list[tuple[str, str]]:
        """Return the headers that sign *body* with *key* now."""
        timestamp, nonce_str = str(self.now()), self.nonce()
        if key.private_key is None:
            raise ValueError(f"the identity {self.identity.name!r} lacks the private key of {key.key_id}; the platform cannot sign with it")
        return [
            ("Wechatpay-Timestamp", timestamp),
            ("Wechatpay-Nonce", nonce_str),
            ("Wechatpay-Signature", signature.sign(key.private_key, self.message(timestamp, nonce_str, body))),
            ("Wechatpay-Serial", key.key_id),
            ("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048"),
        ]

    def message(self, timestamp: str, nonce_str: str, body: bytes) -> bytes:
        """The bytes a signature of ours covers."""
        return signature.response_message(timestamp, nonce_str, body)

    def answer(self, request: Request, status: int, content: Any, *, signed: bool = True) -> Answer:
        """Return an answer in JSON, or without a body for None, signed unless told otherwise."""
        body = b"" if content is None else _ENCODER.encode(content).encode()
        headers = [("Request-ID", self.request_id())]
        if body:
            headers.append(("Content-Type", "application/json; charset=utf-8"))
        if signed:
            headers += self.signed_headers(self.answering_key(request), body)
        return Answer(status, headers, body)

    def request_id(self) -> str:
        """A fresh Request-ID; what follows the last dash is a number."""
        return f"08{self.nonce(20)}-{self.random.getrandbits(30)}"

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        """Encrypt *plaintext* for *merchant* with its APIv3 key, as notifications and the certificate list carry it."""
        nonce = self.nonce(12)
        sealed = {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": aead.encrypt(merchant.apiv3_key.encode(), nonce, associated_data, plaintext),
            "associated_data": associated_data,
            "nonce": nonce,
        }
        return sealed if original_type is None else {"original_type": original_type} | sealed
