"""Operations on APIv2 messages and on the aggregate gateway's."""

from collections.abc import Mapping
from typing import Final

from conformance.runner.answers.case import Answer, Case, Operation
from reference.oracles import gateway, v2

__all__ = ["OPERATIONS"]


def _canonicalize(case: Case) -> Answer:
    return Answer.computed(canonical=v2.canonicalize(case.params("params")))


def _sign(case: Case) -> Answer:
    params, key = case.params("params"), case.secret("secret")
    made = v2.sign(params, key, _sign_type(case))
    return Answer.computed(string_sign_temp=v2.string_sign_temp(params, key), sign=made)


def _verify(case: Case) -> Answer:
    params = case.params("params") if case.has("params") else dict(v2.read_xml(case.octets("xml")))
    if case.has("sign"):
        params = {**params, "sign": case.text("sign")}
    return Answer.verdict(holds=v2.verify(params, case.secret("secret"), _sign_type(case)))


def _sign_type(case: Case) -> v2.SignType:
    return v2.named_sign_type(case.text_or_none("sign_type") or case.vector.scheme.removeprefix("v2-"))


def _decrypt_req_info(case: Case) -> Answer:
    if case.material("ref") is None and case.material("aes_key_ascii") is not None:
        return _decrypt_ecb(case, "req_info")
    return Answer.computed(plaintext=v2.decrypt_req_info(case.text("req_info"), case.secret("secret")).decode())


def _decrypt_ecb(case: Case, name: str = "ciphertext_b64") -> Answer:
    plaintext = v2.decrypt_ecb(case.text(name), case.secret("aes_key_ascii").encode())
    try:
        return Answer.computed(plaintext=plaintext.decode())
    except UnicodeDecodeError:
        return Answer.refused("What came out is not UTF-8: it was encrypted for another key.")


def _gateway_sign(case: Case) -> Answer:
    params, secret = case.params("params"), case.secret("secret")
    return Answer.computed(string_to_sign=gateway.string_to_sign(params, secret), sign=gateway.sign(params, secret))


def _gateway_verify(case: Case) -> Answer:
    return Answer.verdict(holds=gateway.verify(case.params("params"), case.secret("secret")))


_SIGNED: Final[Mapping[str, Operation]] = {
    "canonicalize": _canonicalize,
    "sign": _sign,
    "verify": _verify,
    "verify-params": _verify,
    "verify-xml": _verify,
}

OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    **{(scheme, op): operation for scheme in ("v2-MD5", "v2-HMAC-SHA256", "v2-canonical") for op, operation in _SIGNED.items()},
    ("v2-req_info", "decrypt"): _decrypt_req_info,
    ("AES-256-ECB-PKCS7", "decrypt"): _decrypt_ecb,
    ("gateway-MD5", "sign"): _gateway_sign,
    ("gateway-MD5", "verify"): _gateway_verify,
}
