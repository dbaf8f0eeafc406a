"""The file of a bill: who may download it, for how long, packed how, and whether it is the one announced."""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from conformance.checks.platform.billing import APPLICATIONS, apply_for, busy, download, roles
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation, shown
from reference.oracles import bills
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies.cases import Fault, Order, Role
from strategies.faults.identity import Anonymous, Forged
from strategies.faults.named import Signed

GROUP = "bills"

_HEADERS = {"tradebill_apply": "商户订单号".encode(), "fundflowbill_apply": "资金流水单号".encode()}
"""A column every bill of the kind has; whether its rows are right is another rule."""
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _File:
    """A bill that can be had: of a day on which *order* was paid, for the merchant that plays *role*."""

    application: str
    role: Role
    day: date
    order: Order
    params: Mapping[str, str]

    def apply(self, platform: Platform) -> Answer:
        return apply_for(platform, self.application, self.day, self.role, **self.params).is_accepted(because="The bill is made by now.")

    def __str__(self) -> str:
        return f"{self.application} of a {self.role} {dict(self.params) or ''}"


def _files(platform: Platform, *, types: bool = False) -> Iterator[_File]:
    of_trade = ({}, {"bill_type": "SUCCESS"}, {"bill_type": "REFUND"}) if types else ({},)
    for role in roles(platform):
        day, order, _ = busy(platform, role)
        for application in APPLICATIONS:
            for kind in of_trade if application == "tradebill_apply" else ({},):
                for packing in ({}, {"tar_type": "GZIP"}):
                    yield _File(application, role, day, order, {**kind, **packing})


@judges("v3.bill.download-needs-a-signature")
def test_gives_a_bill_only_to_a_signed_request(platform: Platform) -> None:
    """Without Authorization, with a signature that leaves the query out or is another key's, a download is refused and shows nothing."""
    platform.needs("payer", "settle", "time-travel")
    stranger = platform.identity.other or platform.identity.merchant
    faults: tuple[Fault, ...] = (
        Anonymous(),
        Signed("query left out", "signs the path alone", lambda signing: replace(signing, target=signing.target.partition("?")[0])),
        Signed("token left out", "signs an empty token", lambda signing: replace(signing, target=signing.target.partition("=")[0] + "=")),
        Forged(stranger.credentials[-1].private_key),
    )

    def attempt(file: _File) -> None:
        for fault in faults:
            answer = download(platform, file.apply(platform), file.role, broken_by=fault)
            _shows_nothing(answer.is_refused(SIGN_ERROR, because="A bill is given only to a signed request."), file)
        _is_the_bill(download(platform, file.apply(platform), file.role), file)

    try_all(platform, _files(platform), attempt)


@judges("v3.bill.download-belongs-to-its-merchant")
def test_gives_a_bill_only_to_its_merchant(platform: Platform) -> None:
    """Another merchant, though it signs rightly, gets no part of the bill; the merchant who applied for it does."""
    platform.needs("payer", "settle", "time-travel", "other-merchant")

    def attempt(file: _File) -> None:
        for other in platform.identity.merchants:
            if other is not platform.merchant(file.role):
                answer = download(platform, file.apply(platform), file.role, signed_by=other)
                _shows_nothing(answer.is_refused(because="The bill is another merchant's."), file)
        _is_the_bill(download(platform, file.apply(platform), file.role), file)

    try_all(platform, _files(platform), attempt)


@judges("v3.bill.download-url-expires")
def test_a_download_url_works_at_once_and_not_for_ever(platform: Platform) -> None:
    """A download_url works at once and 29 s later; after 301 s, an hour or a day a well-signed download shows no part of the bill."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(file: _File) -> None:
        for seconds in (0, 5, 29):
            applied = file.apply(platform)
            platform.advance(seconds)
            _is_the_bill(download(platform, applied, file.role), file)
        for seconds in (301, 3_600, _DAY):
            applied = file.apply(platform)
            platform.advance(seconds)
            _shows_nothing(download(platform, applied, file.role).is_refused(because=f"The address is {seconds} s old."), file)

    try_all(platform, _files(platform), attempt)


@judges("v3.bill.hash-is-of-the-uncompressed-bill")
def test_announces_the_hash_of_the_uncompressed_bill(platform: Platform) -> None:
    """hash_value is the SHA-1 of the bill's own bytes, whatever its type and whether it is compressed."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(file: _File) -> None:
        applied = file.apply(platform)
        applied.has("hash_type", "SHA1", because="The hash is of another type.")
        data = _body(download(platform, applied, file.role))
        if not bills.sha1_matches(str(applied["hash_value"]), data, file.params.get("tar_type")):
            raise Violation("hash_value is not the SHA-1 of the bill.", expected=str(applied["hash_value"]), got=shown(data[:80]))

    try_all(platform, _files(platform, types=True), attempt)


@judges("v3.bill.compresses-only-on-request")
def test_compresses_only_on_request(platform: Platform) -> None:
    """With tar_type GZIP the file is a gzip stream of the very bytes it has without; without it, it is plain text."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(file: _File) -> None:
        plain = replace(file, params={name: value for name, value in file.params.items() if name != "tar_type"})
        text = _body(download(platform, plain.apply(platform), file.role))
        _is_text(text, file)
        data = _body(download(platform, file.apply(platform), file.role))
        if (_unpacked(data) if "tar_type" in file.params else data) != text:
            raise Violation("The compressed file is not the bill.", expected=shown(text[:80]), got=shown(data[:80]))

    try_all(platform, _files(platform, types=True), attempt)


def _body(answer: Answer) -> bytes:
    return answer.is_accepted(because="The address was just given.").exchange.reply.body


def _unpacked(data: bytes) -> bytes | None:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return None


def _is_text(data: bytes, file: _File) -> None:
    if _HEADERS[file.application] not in data:
        raise Violation("A bill nobody asked to compress is no plain text.", expected="a bill in plain text", got=shown(data[:80]))


def _is_the_bill(answer: Answer, file: _File) -> None:
    data = _body(answer)
    text = _unpacked(data) or data
    if _HEADERS[file.application] not in text:
        raise Violation("What is downloaded is not the bill.", expected=f"the bill of {file.day}", got=shown(text[:80]))


def _shows_nothing(answer: Answer, file: _File) -> None:
    data = answer.exchange.reply.body
    text = _unpacked(data) or data
    if b"`" in text or (file.order.number or "").encode() in text:
        raise Violation("A refused download holds a part of the bill.", expected="an error", got=answer.described)
