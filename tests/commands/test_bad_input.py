"""A person's mistake is answered by one paragraph that names the value and the remedy, and by the right exit code."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Wxconform


@pytest.mark.parametrize(
    ("words", "code", "names", "remedy"),
    [
        (("run", "nowhere"), 2, "'nowhere'", "A target is `mock`"),
        (("run", "ftp://127.0.0.1/"), 2, "'ftp://127.0.0.1/'", "A target is `mock`"),
        (("run", "mock", "--profile", "quick"), 2, "'quick'", "smoke, certify, deep"),
        (("run", "mock", "--rule", "v3.refnd.*"), 2, "'v3.refnd.*'", "wxconform list"),
        (("run", "mock", "--fault", "accepts-any-timestam"), 2, "'accepts-any-timestam'", "accepts-any-timestamp"),
        (("run", "mock", "--identity", "missing"), 2, "missing", "wxconform identity missing"),
        (("run", "https://api.mch.weixin.qq.com"), 2, "api.mch.weixin.qq.com", "live platform"),
        (("run", "http://127.0.0.1:9/"), 3, "127.0.0.1:9", ""),
        (("run", "mock", "--rule", "v3.paysign.*"), 3, "'v3.paysign.*'", "awaits the sdk"),
        (("explain", "v3.request.refuses-stale-timestam"), 2, "'v3.request.refuses-stale-timestam'", "v3.request.refuses-stale-timestamp"),
        (("list", "--rule", "v9.*"), 2, "'v9.*'", "wxconform list"),
        (("replay", "8F3KQ2"), 2, "run.ndjson", "wxconform run"),
        (("vectors", "missing.json"), 2, "missing.json", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_mistake_names_the_value_and_the_remedy(answered: Wxconform, words: tuple[str, ...], code: int, names: str, remedy: str) -> None:
    """Wrong names exit 2, an unreachable host 3, each with one paragraph and no traceback."""
    ran = answered(*words)

    assert ran.code == code, ran.err
    assert names in ran.complaint
    assert remedy in ran.complaint


def test_the_doctor_tells_an_unreachable_host(answered: Wxconform) -> None:
    """The doctor of a host that does not answer exits 3 and names it."""
    ran = answered("doctor", "http://127.0.0.1:9/")

    assert ran.code == 3
    assert "127.0.0.1:9" in ran.out + ran.complaint


def test_nothing_is_written_for_a_mistake(answered: Wxconform, tmp_path: Path) -> None:
    """A run that cannot begin leaves no half-written report."""
    answered("run", "mock", "--fault", "no-such-fault")

    assert not list(tmp_path.rglob("*"))


def test_malformed_settings_are_pointed_at(answered: Wxconform, tmp_path: Path) -> None:
    """A wxconform.toml that is no TOML exits 2 and says where."""
    (tmp_path / "wxconform.toml").write_text("[targets.shop\n")

    ran = answered("run", "shop")

    assert ran.code == 2
    assert "wxconform.toml" in ran.complaint


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("colour = 'red'", "'colour'"),
        ("url = 'env:NOT_SET_ANYWHERE'", "NOT_SET_ANYWHERE"),
        ("url = 'file:missing.txt'", "missing.txt"),
        ("url = 5", "5"),
    ],
)
def test_unknown_and_unresolvable_settings_are_named(answered: Wxconform, tmp_path: Path, section: str, names: str) -> None:
    """A setting that means nothing, or whose value cannot be had, is named."""
    (tmp_path / "wxconform.toml").write_text(f"[targets.shop]\n{section}\n")

    ran = answered("run", "shop")

    assert ran.code == 2
    assert names in ran.complaint


def _own_keys(tmp_path: Path, answered: Wxconform, **changed: str) -> None:
    assert answered("identity", "keys").code == 0
    values = {
        "url": "http://127.0.0.1:9",
        "mchid": "1900000001",
        "appid": "wx0000000000000001",
        "merchant_key": "keys/merchant/apiclient_key.pem",
        "merchant_cert": "keys/merchant/apiclient_cert.pem",
        "apiv3_key": "0123456789abcdef0123456789abcdef",
    } | changed
    lines = [f'{name} = "{value}"' for name, value in values.items()]
    (tmp_path / "wxconform.toml").write_text(
        "\n".join(["[targets.shop]", *lines, 'platform_certs = ["keys/platform/platform_1_cert.pem"]'])
    )


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"merchant_key": "keys/merchant/apiclient_cert.pem"}, "merchant_key in [targets.shop]"),
        ({"merchant_key": "keys/missing.pem"}, "missing.pem"),
        ({"merchant_key": "keys/other/apiclient_key.pem"}, "do not belong together"),
        ({"apiv3_key": "0123456789abcdef0123456789abcde"}, "31 bytes"),
        ({"merchant_cert": "keys/merchant/apiclient_key.pem"}, "merchant_cert in [targets.shop]"),
        ({"apiv2_key": "0123456789abcdef0123456789abcde"}, "apiv2_key in [targets.shop] has 31 characters"),
        ({"apiv2_key": "0123456789abcdef0123456789abcdef"}, "does not answer"),
    ],
    ids=["a certificate for a key", "no such file", "somebody else's key", "31 bytes", "a key for a certificate", "31 characters", "right"],
)
def test_wrong_keys_are_configuration_not_violations(answered: Wxconform, tmp_path: Path, changed: dict[str, str], names: str) -> None:
    """A key that is none, is missing, or belongs to another certificate, and a key too short, exit 2 before anything is judged.

    With keys that are right the target is asked, and does not answer.
    """
    _own_keys(tmp_path, answered, **changed)

    ran = answered("run", "shop")

    assert ran.code == (3 if "does not answer" in names else 2)
    assert names in ran.complaint


def test_an_identity_is_never_overwritten(answered: Wxconform) -> None:
    """Making an identity where one is exits 2 and says so."""
    answered("identity", "keys")

    ran = answered("identity", "keys")

    assert ran.code == 2
    assert "already exists" in ran.complaint


def test_a_report_folder_that_is_a_file_is_refused(answered: Wxconform, tmp_path: Path) -> None:
    """--report naming a file exits 2."""
    (tmp_path / "taken").write_text("")

    ran = answered("run", "mock", "--report", "taken")

    assert ran.code == 2
    assert "taken" in ran.complaint


def test_a_truncated_stream_is_refused_by_replay(wxconform: Wxconform, answered: Wxconform, tmp_path: Path) -> None:
    """A run.ndjson cut in half exits 2."""
    assert wxconform("run", "mock", "--rule", "v3.request.refuses-stale-timestamp", "--profile", "smoke").code == 0
    stream = tmp_path / "conformance-report" / "run.ndjson"
    stream.write_bytes(stream.read_bytes()[: stream.stat().st_size // 2])

    ran = answered("replay", "8F3KQ2")

    assert ran.code == 2
    assert "run.ndjson" in ran.complaint


def test_vectors_of_another_schema_are_refused(answered: Wxconform, tmp_path: Path) -> None:
    """A vector file of another schema exits 2 and names both schemas."""
    (tmp_path / "mine.json").write_text(json.dumps({"schema": "mine/7", "vectors": []}))

    ran = answered("vectors", "mine.json")

    assert ran.code == 2
    assert "mine/7" in ran.complaint
