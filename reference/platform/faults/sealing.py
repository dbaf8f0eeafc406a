"""Faults in how a resource is sealed."""

import base64
from typing import Any

from reference.identity import Merchant
from reference.oracles import aead
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks

__all__: list[str] = []


@breaks("v3.decryption.seals-with-the-apiv3-key")
class SealsForTheWrongMerchant(Platform):
    """Seals the notifications of service providers with the direct merchant's key."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        wrong = self.identity.merchant if merchant.sub_mchids else merchant
        super().notify(wrong, url, event_type, original_type, resource, summary)


@breaks("v3.decryption.seals-with-the-apiv3-key")
class NamesOtherAssociatedData(Platform):
    """Seals a refund over other associated_data than it names."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        sealed = super().seal(merchant, plaintext, associated_data, original_type)
        return sealed | {"associated_data": "transaction"} if original_type == "refund" else sealed


@breaks("v3.decryption.seals-with-the-apiv3-key")
class SealsWithoutTheAssociatedDataItNames(Platform):
    """Seals a payment over no associated_data, and names some."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        if original_type != "transaction":
            return super().seal(merchant, plaintext, associated_data, original_type)
        return super().seal(merchant, plaintext, "", original_type) | {"associated_data": associated_data}


@breaks("v3.decryption.seals-with-the-apiv3-key")
class CutsTheTag(Platform):
    """Leaves the tag out of an echo's ciphertext."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        sealed = super().seal(merchant, plaintext, associated_data, original_type)
        cut = base64.b64encode(base64.b64decode(sealed["ciphertext"])[:-16]).decode()
        return sealed | {"ciphertext": cut} if original_type == "security" else sealed


@breaks("v3.decryption.seals-with-the-apiv3-key")
class WritesUrlSafeBase64(Platform):
    """Writes the ciphertext of a refund in the alphabet of URLs."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        sealed = super().seal(merchant, plaintext, associated_data, original_type)
        safe = sealed["ciphertext"].replace("+", "-").replace("/", "_")
        return sealed | {"ciphertext": safe} if original_type == "refund" else sealed


@breaks("v3.decryption.seals-with-the-apiv3-key")
class SealsGbk(Platform):
    """Seals a resource written in GB 18030."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        return super().seal(merchant, plaintext.decode().encode("gb18030"), associated_data, original_type)


def _under(merchant: Merchant, nonce: str, plaintext: bytes, sealed: dict[str, str]) -> dict[str, str]:
    ciphertext = aead.encrypt(merchant.apiv3_key.encode(), nonce, sealed["associated_data"], plaintext)
    return sealed | {"nonce": nonce, "ciphertext": ciphertext}


@breaks("v3.decryption.never-reuses-a-nonce")
class SealsUnderOneNonce(Platform):
    """Seals everything under one nonce."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        return _under(merchant, "0123456789ab", plaintext, super().seal(merchant, plaintext, associated_data, original_type))


@breaks("v3.decryption.never-reuses-a-nonce")
class SealsUnderTheTime(Platform):
    """Takes the second for a nonce."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        return _under(merchant, f"{self.now():012d}", plaintext, super().seal(merchant, plaintext, associated_data, original_type))


@breaks("v3.decryption.never-reuses-a-nonce")
class SealsUnderAShortNonce(Platform):
    """Draws the nonce of a partner's resource from sixteen values."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        sealed = super().seal(merchant, plaintext, associated_data, original_type)
        if not merchant.sub_mchids:
            return sealed
        return _under(merchant, f"nonce-{self.random.randrange(16):06d}", plaintext, sealed)


@breaks("v3.decryption.never-reuses-a-nonce")
class CountsNoncesPerKind(Platform):
    """Counts nonces for payments, refunds and certificates apart, each from one."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        counts = self.__dict__.setdefault("nonce_counts", {})
        counts[original_type] = counts.get(original_type, 0) + 1
        sealed = super().seal(merchant, plaintext, associated_data, original_type)
        return _under(merchant, f"{counts[original_type]:012d}", plaintext, sealed)
