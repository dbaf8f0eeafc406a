"""A merchant's APIv2 key: read, made, kept secret, and optional."""

from pathlib import Path

import pytest

from reference.identity import bundled
from reference.identity.folder import IdentityError, read, require_apiv2_key
from reference.identity.make import make

_KEY = "aB3" * 10 + "zz"


@pytest.mark.parametrize("value", [_KEY[:-1], _KEY + "a", _KEY[:-1] + "-", _KEY[:-1] + "é"])
def test_an_apiv2_key_is_32_letters_and_digits(value: str) -> None:
    """A key of another length, or with another character, is refused by its name and not shown."""
    with pytest.raises(IdentityError, match=r"apiv2_key in .merchant. has") as refused:
        require_apiv2_key("apiv2_key in [merchant]", value)
    assert value not in str(refused.value)
    assert require_apiv2_key("apiv2_key", _KEY) == _KEY


def test_a_made_identity_has_keys_for_both_families(tmp_path: Path) -> None:
    """Every merchant of a made identity has an APIv2 key of its own; without the line it has none, and is usable all the same."""
    path = make(tmp_path / "keys")
    keys = {merchant.apiv2_key for merchant in read(path.parent).merchants}
    assert len(keys) == 3
    assert None not in keys
    lines = path.read_text(encoding="utf-8").splitlines()

    path.write_text("\n".join(line for line in lines if not line.startswith("apiv2_key")), encoding="utf-8")

    assert {merchant.apiv2_key for merchant in read(path.parent).merchants} == {None}
    assert None not in read(path.parent).secrets()


def test_apiv2_keys_are_secrets() -> None:
    """The APIv2 key of every merchant is among what no artefact may show, and no representation of a merchant shows it."""
    identity = bundled()
    keys = [merchant.apiv2_key for merchant in identity.merchants]

    assert set(keys) <= set(identity.secrets())
    assert not [key for key in keys if key is not None and key in repr(identity)]


def test_an_identity_may_tell_the_payers_name(tmp_path: Path) -> None:
    """A made identity names its payers; without the line, or the name of one, it is usable all the same."""
    path = make(tmp_path / "keys")
    assert None not in {merchant.payer_name for merchant in read(path.parent).merchants}
    lines = path.read_text(encoding="utf-8").splitlines()

    path.write_text("\n".join(line for line in lines if not line.startswith("payer_name")), encoding="utf-8")

    assert {merchant.payer_name for merchant in read(path.parent).merchants} == {None}
