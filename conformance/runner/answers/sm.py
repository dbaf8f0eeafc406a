"""Operations of the Chinese national algorithms."""

from collections.abc import Mapping
from typing import Final

from conformance.runner.answers.case import Answer, Case, Operation, Unsupported
from reference.oracles import sm, sm2

__all__ = ["OPERATIONS"]


def _sm3(case: Case) -> Answer:
    return Answer.computed(digest_hex=sm.sm3(case.hex("data_hex")).hex())


def _sm4_ecb(case: Case) -> Answer:
    key, blocks = case.material_hex("key_hex"), case.hex("data_hex")
    if len(key) != 16 or len(blocks) % 16:
        return Answer.refused("SM4-ECB takes a key of 16 bytes and whole blocks of 16.")
    return Answer.computed(ct_hex=sm.sm4_ecb_encrypt(key, blocks).hex())


def _sm4_gcm(case: Case) -> Answer:
    key = case.secret("apiv3_key").encode()
    plaintext = sm.sm4_gcm_decrypt(key, case.text("nonce"), case.text_or_none("associated_data"), case.text("ciphertext"))
    return Answer.computed(plaintext=plaintext.decode("utf-8", "replace"))


def _sm4_gcm_hex(case: Case) -> Answer:
    parts = (case.hex(name) for name in ("iv_hex", "aad_hex", "ct_hex", "tag_hex"))
    return Answer.computed(msg_hex=sm.sm4_gcm_open(case.material_hex("key_hex"), *parts).hex())


def _sm2_verify(case: Case) -> Answer:
    return Answer.verdict(holds=sm2.verifies(_public(case), case.octets("message"), case.base64("signature_der_b64"), _user_id(case)))


def _sm2_verify_numbers(case: Case) -> Answer:
    r, s = (int.from_bytes(case.hex(name)) for name in ("r_hex", "s_hex"))
    return Answer.verdict(holds=sm2.verifies_numbers(_public(case), case.octets("message"), r, s, _user_id(case)))


def _sm2_decrypt(case: Case) -> Answer:
    return Answer.computed(plaintext=sm2.decrypt(_private(case), case.base64("ciphertext_der_b64")).decode("utf-8", "replace"))


def _user_id(case: Case) -> bytes:
    return sm2.USER_ID if case.material("user_id") is None else case.material_text("user_id").encode()


def _public(case: Case) -> sm2.Point:
    try:
        if case.material("public_hex") is not None:
            return sm2.point_from_hex(case.material_text("public_hex"))
        return sm2.public_point(_private(case))
    except sm2.Sm2KeyError as error:
        raise Unsupported(str(error)) from None


def _private(case: Case) -> int:
    if case.material("private_hex") is not None:
        return int.from_bytes(case.material_hex("private_hex"))
    try:
        return sm2.private_number(case.pem())
    except sm2.Sm2KeyError as error:
        raise Unsupported(str(error)) from None


OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    ("SM3", "sm3"): _sm3,
    ("SM4-ECB", "sm4-ecb"): _sm4_ecb,
    ("AEAD_SM4_GCM", "sm4-gcm"): _sm4_gcm,
    ("AEAD_SM4_GCM", "sm4-gcm-hex"): _sm4_gcm_hex,
    ("SM2-WITH-SM3", "sm2-verify"): _sm2_verify,
    ("SM2-WITH-SM3", "sm2-verify-rs"): _sm2_verify_numbers,
    ("SM2-encrypt", "sm2-decrypt"): _sm2_decrypt,
}
