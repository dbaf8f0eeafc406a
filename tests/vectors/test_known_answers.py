"""The judge: bundled vectors agree, and every change to one is noticed."""

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.runner.known_answers import judge, run_files
from tests.vectors.samples import all_vectors, each_vector, entry, write
from vectors import BUNDLED, Keys, Result, Vector, VectorFileError, load_file

_OTHER: Mapping[Result, Result] = {"valid": "invalid", "invalid": "valid"}
_SIGNED_OR_SEALED = (
    "signature",
    "ciphertext",
    "ciphertext_b64",
    "ct_hex",
    "tag_hex",
    "req_info",
    "hash_value",
    "signature_der_b64",
    "r_hex",
    "s_hex",
)
_EXTERNAL = {"bill-php-fixture"}


def _judged(path: Path) -> Any:
    file = load_file(path)
    return judge(file.vectors[0], file.keys)


@each_vector()
def test_the_oracles_agree_with_every_vector(vector: Vector, keys: Keys) -> None:
    """Every bundled vector comes out as it says; only one needs a file that is not bundled."""
    judged = judge(vector, keys)

    wanted = "acceptable" if vector.result == "acceptable" else "unavailable" if vector.id in _EXTERNAL else "agrees"
    assert judged.outcome == wanted, judged


def test_a_flipped_result_is_noticed() -> None:
    """Whatever result is turned from valid to invalid or back, the judge reports a mismatch, in 99 of 100 cases at least."""
    flipped = [(replace(vector, result=_OTHER[vector.result]), keys) for vector, keys in all_vectors() if vector.result in _OTHER]
    unnoticed = [vector.id for vector, keys in flipped if judge(vector, keys).outcome != "mismatch"]

    assert len(flipped) == 316
    assert set(unnoticed) == _EXTERNAL


def test_a_corrupted_expectation_is_noticed() -> None:
    """Whatever member of ``expected`` of a valid vector is changed, the judge reports a mismatch."""
    for vector, keys in all_vectors():
        if vector.result != "valid" or vector.id in _EXTERNAL:
            continue
        for name in vector.expected:
            changed = replace(vector, expected={**vector.expected, name: _corrupted(vector.expected[name])})
            assert judge(changed, keys).outcome == "mismatch", (vector.id, name)


def test_an_expectation_nobody_produces_is_noticed() -> None:
    """A member of ``expected`` the oracles know nothing of is a mismatch, not ignored."""
    for vector, keys in all_vectors():
        if vector.result == "valid" and vector.id not in _EXTERNAL:
            assert judge(replace(vector, expected={**vector.expected, "colour": "green"}), keys).outcome == "mismatch", vector.id


def test_a_corrupted_input_is_noticed() -> None:
    """A valid vector whose signature or ciphertext is changed no longer agrees."""
    changes = 0
    for vector, keys in all_vectors():
        for name in _SIGNED_OR_SEALED:
            if vector.result == "valid" and vector.inputs.get(name):
                changes += 1
                changed = replace(vector, inputs={**vector.inputs, name: _corrupted(vector.inputs[name])})
                assert judge(changed, keys).outcome in {"mismatch", "unsupported"}, (vector.id, name)
    assert changes > 40


def test_a_changed_message_is_noticed() -> None:
    """A signature that is genuine over one message is a mismatch over another."""
    for vector, keys in all_vectors():
        for name in ("body", "message", "text", "url", "data_hex"):
            if vector.result == "valid" and vector.inputs.get(name):
                changed = replace(vector, inputs={**vector.inputs, name: vector.inputs[name] + ("20" if name == "data_hex" else " ")})
                assert judge(changed, keys).fails, (vector.id, name)


@pytest.mark.parametrize("value", [None, 5, True, "", "\ud800", "%", [], ["x"], {}, {"x": None}], ids=repr)
def test_malformed_inputs_never_crash_the_judge(value: object) -> None:
    """Whatever stands where an input or a key should be, the judge answers with an outcome."""
    seen = set()
    for vector, keys in all_vectors():
        if (vector.scheme, vector.op) in seen:
            continue
        seen.add((vector.scheme, vector.op))
        changed = [replace(vector, inputs={**vector.inputs, name: value}) for name in vector.inputs if name != "op"]
        material = vector.key_material or {}
        changed += [replace(vector, key_material={**material, name: value}) for name in material]
        for each in changed:
            assert judge(each, keys).outcome in {"agrees", "mismatch", "acceptable", "unsupported", "unavailable"}


def test_an_unknown_operation_is_never_green() -> None:
    """An operation nobody implements is unsupported, which fails, whatever result it claims."""
    vector, keys = all_vectors()[0]
    for result in ("valid", "invalid", "acceptable"):
        judged = judge(replace(vector, scheme="v4-unheard-of", result=result), keys)
        assert (judged.outcome, judged.fails) == ("unsupported", True)
        assert "'v4-unheard-of'" in judged.got


def test_a_missing_input_is_never_green(tmp_path: Path) -> None:
    """A vector that lacks an input is unsupported even where a refusal is what it wants."""
    judged = _judged(write(tmp_path, entry(inputs={"op": "md5"}, expected={"error": True}, result="invalid")))

    assert (judged.outcome, "inputs.text is None; expected a text" in judged.got) == ("unsupported", True)


def test_an_invalid_vector_may_be_about_a_wrong_value(tmp_path: Path) -> None:
    """An invalid vector that claims another value agrees; one that claims the right value does not."""
    wrong = write(tmp_path, entry(result="invalid", expected={"md5_hex_lower": "00"}), name="wrong.json")
    right = write(tmp_path, entry(result="invalid"), name="right.json")

    assert _judged(wrong).outcome == "agrees"
    assert _judged(right).outcome == "mismatch"


def test_an_invalid_vector_that_wants_a_refusal_gets_nothing_less(tmp_path: Path) -> None:
    """An oracle that computes where it should refuse is a mismatch."""
    judged = _judged(write(tmp_path, entry(result="invalid", expected={"error": True})))

    assert judged.outcome == "mismatch"
    assert judged.expected == "refused (error true)"


def test_a_mismatch_shows_where_the_values_part(tmp_path: Path) -> None:
    """Expected and got are shown from where they begin to differ, not only their equal beginnings."""
    text = "x" * 200
    judged = _judged(
        write(
            tmp_path,
            entry(
                scheme="v3-request-message",
                inputs={"op": "message", "method": "GET", "url": text, "timestamp": "1", "nonce_str": "n", "body": ""},
                expected={"message": f"GET\n{text}\n2\nn\n\n"},
            ),
        )
    )

    assert r"\n2\nn" in judged.expected
    assert r"\n1\nn" in judged.got
    assert len(judged.expected) < 100


def test_truth_is_not_the_number_one(tmp_path: Path) -> None:
    """JSON true and 1 are different answers."""
    judged = _judged(write(tmp_path, entry(scheme="v2-MD5", key_material={"secret": "k"}, inputs=_signed("k"), expected={"verified": 1})))

    assert judged.outcome == "mismatch"


def _signed(key: str) -> dict[str, Any]:
    return {"op": "verify-params", "params": {"a": "1"}, "sign_type": "MD5", "sign": _md5(f"a=1&key={key}")}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def test_finds_files_beside_the_vectors(tmp_path: Path) -> None:
    """A file a vector refers to is looked for beside the vectors first; one outside the folder never is."""
    (tmp_path / "bill.csv").write_bytes(b"message")
    inputs = {"op": "file-sha1", "path": "bill.csv", "size": 7}
    expected = {"sha1": "6f9b9af3cd6e8b8a73c2cdced37fe9f59226e27d"}
    outside = {**inputs, "path": f"../{tmp_path.name}/../../etc/hostname"}

    assert _judged(write(tmp_path, entry(scheme="SHA1", inputs=inputs, expected=expected))).outcome == "agrees"
    assert _judged(write(tmp_path, entry(scheme="SHA1", inputs={**inputs, "size": 8}, expected=expected))).outcome == "mismatch"
    assert _judged(write(tmp_path, entry(scheme="SHA1", inputs=outside, expected=expected))).outcome == "unavailable"


def test_takes_certificates_in_place_or_from_their_own_folder(tmp_path: Path) -> None:
    """A certificate may stand in the vector, lie beside it, or be one of the bundled."""
    name = "keys/wechatpay-go-pem-0C4AEF34.crt"
    expected = {"serial_no": "0C4AEF34B89340881BB2B25226393DC2E47F094B"}
    (tmp_path / "mine.pem").write_bytes((BUNDLED / name).read_bytes())

    for material in (
        {"certificate_file": name},
        {"certificate_file": "mine.pem"},
        {"certificate_pem": (BUNDLED / name).read_text(encoding="utf-8")},
    ):
        path = write(tmp_path, entry(scheme="x509-serial", key_material=material, inputs={"op": "serial"}, expected=expected))
        assert _judged(path).outcome == "agrees", material


def test_an_encryption_is_judged_by_what_it_opens_to(tmp_path: Path) -> None:
    """OAEP ciphertexts differ every time, so a given one agrees if it opens to the plaintext, and only then."""
    decrypting = {vector.id: vector for vector, _ in all_vectors()}["v3-oaep-gen-name"]
    ciphertext = decrypting.inputs["ciphertext_b64"]

    for plaintext, outcome in (("张三", "agrees"), ("李四", "mismatch")):
        path = write(
            tmp_path,
            entry(
                scheme="RSA-OAEP-SHA1-MGF1SHA1",
                key_material={"ref": "gen-platform"},
                inputs={"op": "encrypt", "plaintext": plaintext},
                expected={"ciphertext_b64": ciphertext},
            ),
        )
        assert _judged(path).outcome == outcome


def test_sm2_without_its_extra_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where gmssl is not installed, SM2 vectors are not judged, and the way to judge them is named."""
    monkeypatch.setitem(sys.modules, "gmssl.sm2", None)
    judged = [judge(vector, keys) for vector, keys in all_vectors() if vector.scheme.startswith("SM2") and vector.result == "valid"]

    assert {each.outcome for each in judged} == {"unavailable"}
    assert all("pip install 'wechatpay-conformance[sm]'" in each.got for each in judged)


def test_runs_files_and_folders(tmp_path: Path) -> None:
    """Paths may be files and folders; without any, the bundled vectors are judged; nothing is judged if one is bad."""
    shutil.copy(BUNDLED / "v2_sign.json", tmp_path)
    one, two = run_files([tmp_path, BUNDLED / "v3_pay_sign.json"])

    assert (one.counts, two.counts) == ({"agrees": 46}, {"agrees": 19})
    assert sum(len(result.judged) for result in run_files()) == 331
    with pytest.raises(VectorFileError):
        run_files([tmp_path, tmp_path / "absent.json"])


def _corrupted(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        name = next(iter(value))
        return {**value, name: _corrupted(value[name])}
    if value is None:
        return ""
    text = str(value)
    middle = len(text) // 2
    return text[:middle] + ("1" if text[middle : middle + 1] == "0" else "0") + text[middle + 1 :]


def test_the_corruption_is_one() -> None:
    """The helper above changes every JSON value the vectors expect."""
    for value in (True, "", "0", "abc", {"a": "b"}, None):
        assert json.dumps(_corrupted(value)) != json.dumps(value)
