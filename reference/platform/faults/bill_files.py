"""Faults in who may download a bill, for how long, and what the file is."""

import gzip
from hashlib import md5, sha1
from typing import Any
from urllib.parse import parse_qs

from reference.identity import Merchant
from reference.oracles import signature
from reference.oracles.authorization import Authorization
from reference.platform.bills import TOKEN_LIFE, BillFile
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused, Request

__all__: list[str] = []

_FILE = "/v3/billdownload/file"


@breaks("v3.bill.download-needs-a-signature")
class GivesBillsToWhoeverAsks(Platform):
    """Gives a bill to a request without Authorization."""

    def authenticate(self, request: Request) -> Merchant:
        token = parse_qs(request.target.partition("?")[2]).get("token", [""])[0]
        if request.path == _FILE and request.header("Authorization") is None and token in self.files:
            return self.merchant(self.files[token].mchid)
        return super().authenticate(request)


@breaks("v3.bill.download-needs-a-signature")
class LeavesTheTokenUnsigned(Platform):
    """Takes a download signed over its path alone."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        usual = super().signed_message(request, claim)
        if request.path != _FILE:
            return usual
        without = signature.request_message(request.method, request.path, claim.timestamp, claim.nonce_str, request.body)
        key = next(merchant.credential.public_key for merchant in self.identity.merchants if merchant.mchid == claim.mchid)
        return without if signature.verifies(key, without, claim.signature) else usual


@breaks("v3.bill.download-needs-a-signature")
class NeverVerifiesDownloads(Platform):
    """Takes whatever signature a download carries."""

    def is_signed(self, request: Request, claim: Authorization, credential: Any) -> bool:
        return request.path == _FILE or super().is_signed(request, claim, credential)


@breaks("v3.bill.download-needs-a-signature")
class ShowsTheBillInItsRefusal(Platform):
    """Shows the beginning of the bill in the refusal of an unsigned download."""

    def authenticate(self, request: Request) -> Merchant:
        try:
            return super().authenticate(request)
        except Refused as refused:
            token = parse_qs(request.target.partition("?")[2]).get("token", [""])[0]
            if token in self.files and self.files[token].data[:2] != b"\x1f\x8b":
                refused.detail["bill"] = self.files[token].data[:2000].decode()
            raise


@breaks("v3.bill.download-belongs-to-its-merchant")
class GivesBillsToAnyMerchant(Platform):
    """Gives a bill to any merchant that signs."""

    def is_downloadable(self, file: BillFile, ask: Ask) -> bool:
        return self.now() <= file.until


@breaks("v3.bill.download-belongs-to-its-merchant")
class GivesBillsToServiceProviders(Platform):
    """Gives a merchant's bill to a service provider that has nothing to do with it."""

    def is_downloadable(self, file: BillFile, ask: Ask) -> bool:
        return super().is_downloadable(file, ask) or (bool(ask.merchant.sub_mchids) and self.now() <= file.until)


@breaks("v3.bill.download-belongs-to-its-merchant")
class GivesCompressedBillsToAnyMerchant(Platform):
    """Gives a compressed bill to any merchant that signs."""

    def is_downloadable(self, file: BillFile, ask: Ask) -> bool:
        return super().is_downloadable(file, ask) or (file.data[:2] == b"\x1f\x8b" and self.now() <= file.until)


@breaks("v3.bill.download-url-expires")
class GivesBillsForEver(Platform):
    """Gives a bill at its address for ever."""

    def token_life(self) -> int:
        return 10**9


@breaks("v3.bill.download-url-expires")
class GivesBillsForAnHour(Platform):
    """Gives a bill at its address for most of an hour."""

    def token_life(self) -> int:
        return 3_000


@breaks("v3.bill.download-url-expires")
class GivesBillsForAMoment(Platform):
    """Gives a bill at its address for twenty seconds."""

    def token_life(self) -> int:
        return 20


@breaks("v3.bill.download-url-expires")
class ForgetsToExpireCompressedBills(Platform):
    """Gives a compressed bill at its address for a day."""

    def is_downloadable(self, file: BillFile, ask: Ask) -> bool:
        packed = file.data[:2] == b"\x1f\x8b" and file.mchid == ask.merchant.mchid
        return super().is_downloadable(file, ask) or (packed and self.now() <= file.until - TOKEN_LIFE + 86_400)


@breaks("v3.bill.hash-is-of-the-uncompressed-bill")
class HashesThePackage(Platform):
    """Announces the hash of the compressed bytes."""

    def offer(self, ask: Ask, text: str) -> dict[str, Any]:
        offered = super().offer(ask, text)
        if ask.params.get("tar_type") == "GZIP":
            offered["hash_value"] = sha1(self.packed(text.encode(), zipped=True), usedforsecurity=False).hexdigest()
        return offered


@breaks("v3.bill.hash-is-of-the-uncompressed-bill")
class HashesWithMd5(Platform):
    """Announces an MD5, and calls it so."""

    def offer(self, ask: Ask, text: str) -> dict[str, Any]:
        return super().offer(ask, text) | {"hash_type": "MD5", "hash_value": md5(text.encode(), usedforsecurity=False).hexdigest()}


@breaks("v3.bill.hash-is-of-the-uncompressed-bill")
class HashesWithoutTheByteOrderMark(Platform):
    """Announces the hash of the text without the byte order mark it begins with."""

    def bill_hash(self, data: bytes) -> str:
        return super().bill_hash(data.removeprefix(b"\xef\xbb\xbf"))


@breaks("v3.bill.hash-is-of-the-uncompressed-bill")
class HashesAnotherBill(Platform):
    """Announces the hash of ALL for the bill of refunds."""

    def offer(self, ask: Ask, text: str) -> dict[str, Any]:
        offered = super().offer(ask, text)
        return offered | {"hash_value": self.bill_hash(b"")} if ask.params.get("bill_type") == "REFUND" else offered


@breaks("v3.bill.compresses-only-on-request")
class NeverCompresses(Platform):
    """Gives plain text where GZIP was asked for."""

    def packed(self, data: bytes, *, zipped: bool) -> bytes:
        return data


@breaks("v3.bill.compresses-only-on-request")
class AlwaysCompresses(Platform):
    """Gives a gzip stream nobody asked for."""

    def packed(self, data: bytes, *, zipped: bool) -> bytes:
        return gzip.compress(data, mtime=0)


@breaks("v3.bill.compresses-only-on-request")
class CompressesLongBills(Platform):
    """Compresses bills of more than a kilobyte by itself."""

    def packed(self, data: bytes, *, zipped: bool) -> bytes:
        return super().packed(data, zipped=zipped or len(data) > 1024)


@breaks("v3.bill.compresses-only-on-request")
class CompressesAnotherText(Platform):
    """Compresses the bill without its last line."""

    def packed(self, data: bytes, *, zipped: bool) -> bytes:
        return super().packed(data.rstrip(b"\r\n") if zipped else data, zipped=zipped)
