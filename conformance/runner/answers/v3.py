"""Operations on APIv3 messages: signatures, headers, encryption."""

from collections.abc import Mapping
from typing import Final, get_args

from conformance.runner.answers.case import Answer, Case, Operation, Unsupported
from reference.oracles import aead, authorization, b64, keys, media, message_check, oaep, pay_sign, pkcs1v15, signature

__all__ = ["OPERATIONS"]


def _request_message(case: Case) -> bytes:
    return signature.request_message(case.text("method"), case.text("url"), case.text("timestamp"), case.text("nonce_str"), case.body())


def _message(case: Case) -> Answer:
    return Answer.computed(message=_request_message(case).decode())


def _sign(case: Case) -> Answer:
    message = _request_message(case)
    return _unless_file_differs(case) or Answer.computed(message=message.decode(), signature=signature.sign(case.private_key(), message))


def _sign_raw(case: Case) -> Answer:
    return Answer.computed(signature=signature.sign(case.private_key(), case.octets("message")))


def _verify_request(case: Case) -> Answer:
    holds = signature.verifies(case.public_key(), _request_message(case), case.text("signature"))
    return _unless_file_differs(case) or Answer.verdict(holds=holds)


def _unless_file_differs(case: Case) -> Answer | None:
    problems = media.meta_problems(case.body(), case.base64("file_b64")) if case.has("file_b64") else ()
    return Answer.refused(" ".join(problems)) if problems else None


def _verify_raw(case: Case) -> Answer:
    try:
        key = _ring(case).choose(case.text("serial"))
    except keys.UnknownSerial as error:
        return Answer.verdict(holds=False, reason=str(error))
    return Answer.verdict(holds=signature.verifies(key, case.octets("message"), case.text("signature")))


def _verify_message(case: Case) -> Answer:
    verdict = message_check.verify_message(case.headers("headers"), case.body(), _ring(case), case.number("now"))
    members = {"verified": verdict.accepted}
    return Answer(members, verdict.accepted, verdict.sentence, in_doubt=verdict.outcome is message_check.Outcome.IN_DOUBT)


def _ring(case: Case) -> keys.KeyRing:
    try:
        return keys.KeyRing(keys.VerificationKey(serial, key) for serial, key in case.trusted().items())
    except ValueError as error:
        raise Unsupported(f"key_material.trusted: {error}") from None


def _parse_authorization(case: Case) -> Answer:
    parsed = authorization.parse(case.text("header"))
    fields = {name: getattr(parsed, name) for name in authorization.NAMES}
    if parsed.scheme != authorization.RSA:
        return Answer.verdict(
            holds=False, reason=f"The scheme is {parsed.scheme}, the key an RSA key.", fields=fields, scheme=parsed.scheme
        )
    for name in ("timestamp", "nonce_str"):
        if fields[name] != case.text(name):
            return Answer.verdict(
                holds=False, reason=f"{name} is {fields[name]!r}; the request has {case.text(name)!r}.", fields=fields, scheme=parsed.scheme
            )
    holds = signature.verifies(case.public_key(), _request_message(case), parsed.signature)
    return Answer.verdict(holds=holds, fields=fields, scheme=parsed.scheme)


def _build_authorization(case: Case) -> Answer:
    fields, order = case.headers("fields"), case.texts("order")
    for place, names in (("fields", fields), ("order", order)):
        if sorted(names) != sorted(authorization.NAMES):
            return Answer.refused(f"{place} names {', '.join(names)}; expected each of {', '.join(authorization.NAMES)} once.")
    made = authorization.build(**fields, scheme=case.text_or_none("scheme") or authorization.RSA, order=order)
    return Answer.computed(header=made)


def _serial(case: Case) -> Answer:
    try:
        certificate = keys.load_certificate(case.certificate())
    except keys.KeyFileError as error:
        raise Unsupported(str(error)) from None
    return Answer.computed(serial_no=keys.serial_no(certificate), bigint_hex=f"{certificate.serial_number:X}")


def _decrypt(case: Case) -> Answer:
    plaintext = aead.decrypt(
        _aead_key(case),
        case.text("nonce"),
        case.text_or_none("associated_data"),
        case.text("ciphertext"),
        lenient=case.vector.result == "acceptable",
    )
    return Answer.computed(plaintext=plaintext.decode("utf-8", "replace"))


def _decrypt_hex(case: Case) -> Answer:
    sealed = b64.encode(case.hex("ct_hex") + case.hex("tag_hex"))
    lenient = case.vector.result == "acceptable"
    return Answer.computed(msg_hex=aead.decrypt(_aead_key(case), case.hex("iv_hex"), case.hex("aad_hex"), sealed, lenient=lenient).hex())


def _aead_key(case: Case) -> bytes:
    return case.material_hex("key_hex") if case.material("key_hex") is not None else case.secret("apiv3_key").encode()


def _oaep_decrypt(case: Case) -> Answer:
    return Answer.computed(plaintext=oaep.decrypt(case.private_key(), case.text("ciphertext_b64")))


def _oaep_encrypt(case: Case) -> Answer:
    plaintext, key = case.text("plaintext"), case.private_key()
    made, given = oaep.encrypt(case.public_key(), plaintext), case.vector.expected.get("ciphertext_b64")
    # Two ciphertexts of one plaintext never look alike, so one that is given is judged by what it opens to.
    same = isinstance(given, str) and oaep.decrypt(key, given) == plaintext
    return Answer.computed(plaintext=oaep.decrypt(key, made), ciphertext_b64=given if same else made)


def _pkcs1v15_decrypt(case: Case) -> Answer:
    return Answer.computed(plaintext=pkcs1v15.decrypt(case.private_key(), case.text("ciphertext_b64")).decode("utf-8", "replace"))


def _pay_message(case: Case) -> bytes:
    kind = case.text("kind")
    for product in get_args(pay_sign.Product):
        if kind == product:
            return pay_sign.message(
                product,
                appid=case.text("appId"),
                timestamp=case.text("timeStamp"),
                nonce_str=case.text("nonceStr"),
                prepay_id=case.text("prepay_id"),
            )
    raise Unsupported(f"inputs.kind is {kind!r}; expected {', '.join(get_args(pay_sign.Product))}.")


def _pay_sign(case: Case) -> Answer:
    message = _pay_message(case)
    return Answer.computed(message=message.decode(), signature=signature.sign(case.private_key(), message))


def _verify_pay_sign(case: Case) -> Answer:
    return Answer.verdict(holds=signature.verifies(case.public_key(), _pay_message(case), case.text("signature")))


def _no_pay_sign(case: Case) -> Answer:
    signed = [kind for kind in case.texts("kinds") if kind not in pay_sign.UNSIGNED_PRODUCTS]
    return Answer.refused(f"{', '.join(signed)} is signed.") if signed else Answer.computed(signature=None)


_REQUESTS: Final[Mapping[str, Operation]] = {
    "message": _message,
    "sign": _sign,
    "sign-raw": _sign_raw,
    "verify-request": _verify_request,
    "verify-raw": _verify_raw,
}
_PAY_SIGNS: Final[Mapping[str, Operation]] = {"paysign": _pay_sign, "verify-paysign": _verify_pay_sign, "none": _no_pay_sign}
_BY_SCHEMES: Final[Mapping[tuple[str, ...], Mapping[str, Operation]]] = {
    ("WECHATPAY2-SHA256-RSA2048", "v3-request-message", "v3-media-upload", "SHA256-RSA2048-raw"): _REQUESTS,
    ("v3-response", "v3-notification"): {"verify": _verify_message},
    ("Authorization",): {"parse-authorization": _parse_authorization, "build-authorization": _build_authorization},
    ("x509-serial",): {"serial": _serial},
    ("AEAD_AES_256_GCM",): {"decrypt": _decrypt, "decrypt-hex": _decrypt_hex},
    ("RSA-OAEP-SHA1-MGF1SHA1",): {"decrypt": _oaep_decrypt, "encrypt": _oaep_encrypt},
    ("RSAES-PKCS1-v1_5",): {"decrypt-pkcs1v15": _pkcs1v15_decrypt},
    ("v3-paySign-jsapi", "v3-paySign-miniprogram", "v3-paySign-app", "v3-paySign-none"): _PAY_SIGNS,
}

OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    (scheme, op): operation for schemes, operations in _BY_SCHEMES.items() for scheme in schemes for op, operation in operations.items()
}
