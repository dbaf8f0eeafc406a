"""Faults in transfers of APIv2 to a bank card."""

import base64
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference.identity import SigningKey
from reference.machines import Case
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_KEY = "v2.bank.hands-out-a-pkcs1-key"
_SEALED = "v2.bank.opens-only-oaep"


@breaks(_KEY)
class HandsOutAnSpkiKey(Platform):
    """Hands the bank key out as X.509 SubjectPublicKeyInfo."""

    def v2_hand_out_bank_key(self, call: Call) -> dict[str, str]:
        return {"pub_key": self.v2_bank_key().public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()}


@breaks(_KEY)
class RelabelsAnSpkiKey(Platform):
    """Writes BEGIN RSA PUBLIC KEY around a SubjectPublicKeyInfo."""

    def v2_hand_out_bank_key(self, call: Call) -> dict[str, str]:
        pem = self.v2_bank_key().public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        return {"pub_key": pem.replace(" PUBLIC KEY-", " RSA PUBLIC KEY-")}


@breaks(_KEY)
class RotatesTheBankKey(Platform):
    """Seals with the certificate in use, so that the bank key changes with it."""

    def v2_bank_key(self) -> SigningKey:
        return self.identity.platform.certificates[self.rotated]


@breaks(_KEY)
class HasAKeyForEachAlgorithm(Platform):
    """Hands out another key to who signs with HMAC-SHA256."""

    def v2_hand_out_bank_key(self, call: Call) -> dict[str, str]:
        if call.sign_type == "MD5":
            return super().v2_hand_out_bank_key(call)
        return {"pub_key": self.identity.platform.certificates[0].public_key.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()}


class _OpensMore(Platform):
    """Opens what the reference refuses."""

    def v2_open(self, call: Call, name: str) -> str:
        try:
            return super().v2_open(call, name)
        except Refused:
            found = self.open_otherwise(call.values[name])
            if found is None:
                raise
            return found

    def open_otherwise(self, text: str) -> str | None:
        """Return what *text* holds in a way that is not documented, None for nothing."""
        raise NotImplementedError

    def own_key(self) -> RSAPrivateKey:
        """The private bank key."""
        key = self.v2_bank_key().private_key
        assert key is not None  # the bundled identity has it
        return key


@breaks(_SEALED)
class TakesCardNumbersPlain(_OpensMore):
    """Takes a card number that is not sealed."""

    def open_otherwise(self, text: str) -> str | None:
        return text if text.isdigit() else None


@breaks(_SEALED)
class TakesNamesPlain(_OpensMore):
    """Takes a name that is not sealed."""

    def open_otherwise(self, text: str) -> str | None:
        return text if not text.isascii() else None


@breaks(_SEALED)
class TakesBase64ForASeal(_OpensMore):
    """Takes what is only written in Base64."""

    def open_otherwise(self, text: str) -> str | None:
        try:
            return base64.b64decode(text, validate=True).decode()
        except ValueError:
            return None


@breaks(_SEALED)
class OpensWithOaepOfAnyHash(_OpensMore):
    """Opens OAEP with SHA-256, too."""

    def open_otherwise(self, text: str) -> str | None:
        sha256 = hashes.SHA256()
        try:
            return self.own_key().decrypt(base64.b64decode(text), padding.OAEP(padding.MGF1(sha256), sha256, None)).decode()
        except ValueError:
            return None


@breaks(_SEALED)
class OpensPkcs1v15(_OpensMore):
    """Opens what was sealed with PKCS#1 v1.5 padding, too."""

    def open_otherwise(self, text: str) -> str | None:
        key, numbers = self.own_key(), self.own_key().private_numbers()
        try:
            sealed = int.from_bytes(base64.b64decode(text, validate=True))
        except ValueError:
            return None
        # The padding is looked at here: cryptography gives random bytes where it does not hold.
        block = pow(sealed, numbers.d, numbers.public_numbers.n).to_bytes(key.key_size // 8)
        start, _, told = block[2:].partition(b"\0")
        return told.decode("utf-8", "replace") if block[:2] == b"\0\2" and len(start) >= 8 else None


@breaks(_SEALED)
class ShowsOneDigestForAll(Platform):
    """Shows the digest of nothing for every name."""

    def v2_show_bank_transfer(self, call: Call) -> dict[str, str]:
        return super().v2_show_bank_transfer(call) | {"true_name_md5": "d41d8cd98f00b204e9800998ecf8427e"}


@breaks(_SEALED)
class ComparesSeals(Platform):
    """Takes a transfer sealed anew for another one."""

    def v2_draft(self, call: Call, **members: Any) -> dict[str, Any]:
        draft = super().v2_draft(call, **members)
        return draft | ({"seal": draft["enc_bank_no"]} if "enc_bank_no" in draft else {})


@breaks(_SEALED)
class PaysAnotherCardUnderTheNumber(Platform):
    """Answers for the same transfer when only the card is another."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        known = case.subject
        if event == "send" and known is not None and case.draft.get("bank_no_md5") != known.draft.get("bank_no_md5"):
            return frozenset({"payout-changed"})
        return super().overlooks(event, case)


@breaks(_SEALED)
class CallsACardsTransferOtherwiseWhenAsked(Platform):
    """Shows a transfer to a card under another number than it was accepted under."""

    def v2_show_bank_transfer(self, call: Call) -> dict[str, str]:
        shown = super().v2_show_bank_transfer(call)
        return shown | {"payment_no": shown["payment_no"][::-1]}
