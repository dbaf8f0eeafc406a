"""The list of platform certificates: what a client that starts with its APIv3 key alone can make of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from conformance.checks.platform.verifying import must_verify, seal_of
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable, Violation, shown
from reference.oracles import aead, signature, times
from reference.oracles.keys import same_serial
from reference.rules import judges
from strategies.cases import Call, Role

GROUP = "keys"

_SERIAL = "Wechatpay-Serial"
_HEX = re.compile(r"[0-9A-F]+")


@dataclass(frozen=True, slots=True)
class _Asking:
    """One way to ask for the list, before or after a new certificate took over."""

    role: Role
    query: Mapping[str, str] = field(default_factory=dict)
    rotated: bool = False

    def ask(self, platform: Platform) -> Answer:
        """Ask for it."""
        if self.rotated:
            platform.rotate()
        return platform.send(Call("certificates_list", self.role, query=self.query)).is_accepted()

    def __str__(self) -> str:
        typed = f" with {'&'.join(f'{name}={value}' for name, value in self.query.items())}" if self.query else ""
        return f"list of a {self.role}{typed}{', after a rotation' if self.rotated else ''}"


@judges("v3.certificates.items-decrypt-with-the-api-key")
def test_every_certificate_decrypts(platform: Platform) -> None:
    """Every item opens with the merchant's own APIv3 key under AES-256-GCM, to one certificate in PEM, old and new ones alike."""
    try_all(platform, _askings(platform), lambda asking: _certificates(platform, asking))


@judges("v3.certificates.serial-no-is-the-certificates-own")
def test_every_serial_no_is_the_certificates_own(platform: Platform) -> None:
    """serial_no is the X.509 serial of the certificate inside, in hexadecimal capitals, and none occurs twice."""

    def attempt(asking: _Asking) -> None:
        found = _certificates(platform, asking)
        for serial_no, certificate in found:
            if not isinstance(serial_no, str) or not _HEX.fullmatch(serial_no) or int(serial_no, 16) != certificate.serial_number:
                raise Violation(
                    "serial_no is not the serial of the certificate inside.",
                    expected=f"serial_no {certificate.serial_number:040X}",
                    got=f"serial_no {serial_no!r}",
                )
        serials = [serial_no for serial_no, _ in found]
        if len(set(serials)) != len(serials):
            raise Violation("A serial_no occurs twice.", expected="each serial_no once", got=", ".join(serials))

    try_all(platform, _askings(platform), attempt)


@judges("v3.certificates.lists-only-usable-certificates")
def test_lists_only_usable_certificates(platform: Platform) -> None:
    """The list is not empty; every item's times are RFC 3339 with a zone, in order, and the later one lies ahead."""

    def attempt(asking: _Asking) -> None:
        answer = asking.ask(platform)
        for item in _items(answer):
            begins, ends = (_moment(item, name) for name in ("effective_time", "expire_time"))
            if not begins < ends or ends <= platform.now():
                raise Violation(
                    "A listed certificate cannot be used any more.",
                    expected=f"effective_time before expire_time, and expire_time after {times.format_rfc3339(platform.now())}",
                    got=f"effective_time {item['effective_time']}, expire_time {item['expire_time']}",
                )

    try_all(platform, _askings(platform), attempt)


@judges("v3.certificates.list-is-signed-by-a-listed-key")
def test_the_list_is_signed_by_a_listed_certificate(platform: Platform) -> None:
    """Asked without a key, or with a listed certificate announced, the list verifies with one of the certificates it holds."""

    def attempt(asking: _Asking) -> None:
        _signed_by_its_own(platform, asking, asking.ask(platform))
        for serial_no, _ in _certificates(platform, asking):
            call = Call("certificates_list", asking.role, query=asking.query, headers={_SERIAL: serial_no})
            _signed_by_its_own(platform, asking, platform.send(call).is_accepted())

    try_all(platform, _askings(platform), attempt)


@judges("v3.certificates.default-list-is-rsa")
def test_the_default_list_is_rsa(platform: Platform) -> None:
    """Without algorithm_type, and with RSA, every certificate listed has an RSA key of at least 2048 bits."""

    def attempt(asking: _Asking) -> None:
        for serial_no, certificate in _certificates(platform, asking):
            key = certificate.public_key()
            if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
                size = f" of {key.key_size} bits" if isinstance(key, RSAPublicKey) else ""
                got = f"{type(key).__name__}{size} in {serial_no}"
                raise Violation("A listed certificate is none a usual client can use.", expected="an RSA key of 2048 bits or more", got=got)

    try_all(platform, _askings(platform), attempt)


@judges("v3.certificates.rotates")
def test_a_new_certificate_is_listed_beside_the_old_one(platform: Platform) -> None:
    """Through a change of certificates the old one stays listed, and no answer is signed by one that is not."""
    platform.needs("rotation")
    before = {role: _listed(_Asking(role).ask(platform)) for role in platform.roles}
    platform.rotate()
    for role in platform.roles:
        for _ in range(3):
            answer = _Asking(role).ask(platform)
            after = _listed(answer)
            _signed_by_a_listed_key(platform, answer, after)
            if before[role] - after:
                wanted = ", ".join(sorted(before[role]))
                raise Violation("A certificate that is still valid is no longer listed.", expected=wanted, got=", ".join(sorted(after)))
            for serial_no in sorted(after):
                call = Call("security_echo", role, body={"echo_message": "x"}, headers={_SERIAL: serial_no})
                _signed_by_a_listed_key(platform, platform.send(call).is_accepted(), after)
    if len(_listed(platform.certificates().is_accepted())) < 2:
        raise NotApplicable({"a second platform certificate"})


def _listed(answer: Answer) -> set[str]:
    return {str(item.get("serial_no")) for item in _items(answer)}


def _askings(platform: Platform) -> list[_Asking]:
    askings = [_Asking(role, query) for role in platform.roles for query in ({}, {"algorithm_type": "RSA"})]
    if "rotation" in platform.capabilities:
        askings += [_Asking(role, rotated=True) for role in platform.roles]
    return askings


def _items(answer: Answer) -> list[dict[str, Any]]:
    items = answer["data"]
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise Violation("The list holds no certificate.", expected="at least one item", got=answer.described)
    return items


def _certificates(platform: Platform, asking: _Asking) -> list[tuple[str, x509.Certificate]]:
    """Ask for the list and return each serial_no with the certificate inside."""
    key = platform.merchant(asking.role).apiv3_key.encode()
    return [(item.get("serial_no", ""), _opened(key, item)) for item in _items(asking.ask(platform))]


def _opened(key: bytes, item: Mapping[str, Any]) -> x509.Certificate:
    sealed = item.get("encrypt_certificate")
    try:
        if not isinstance(sealed, dict) or sealed["algorithm"] != "AEAD_AES_256_GCM" or len(sealed["nonce"].encode()) != 12:
            raise ValueError("it is not sealed with AEAD_AES_256_GCM under a nonce of 12 bytes")
        pem = aead.decrypt(key, sealed["nonce"], sealed.get("associated_data"), sealed["ciphertext"])
        found = x509.load_pem_x509_certificates(pem)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Violation(
            f"A listed certificate cannot be opened: {error}",
            expected="a certificate in PEM, sealed with the merchant's APIv3 key",
            got=shown(sealed),
        ) from None
    if len(found) != 1:
        raise Violation("An item holds more than one certificate.", expected="one certificate", got=f"{len(found)} certificates")
    return found[0]


def _moment(item: Mapping[str, Any], name: str) -> float:
    text = item.get(name)
    try:
        return times.parse_rfc3339(text if isinstance(text, str) else "").timestamp()
    except ValueError:
        raise Violation(f"{name} is no moment.", expected="RFC 3339 with a zone", got=f"{name} {text!r}") from None


def _signed_by_its_own(platform: Platform, asking: _Asking, answer: Answer) -> None:
    seal = must_verify(platform, answer)
    apiv3_key = platform.merchant(asking.role).apiv3_key.encode()
    named = [item for item in _items(answer) if same_serial(str(item.get("serial_no")), seal.serial)]
    message = signature.response_message(seal.timestamp, seal.nonce_str, answer.exchange.reply.body)
    keys = [_opened(apiv3_key, item).public_key() for item in named]
    if not any(isinstance(key, RSAPublicKey) and signature.verifies(key, message, seal.signature) for key in keys):
        raise Violation(
            "The list does not vouch for itself: none of its certificates made its signature under the name it gives.",
            expected=f"{_SERIAL} one of {', '.join(str(item.get('serial_no')) for item in _items(answer))}, and a signature by it",
            got=f"{_SERIAL} {seal.serial}",
        )


def _signed_by_a_listed_key(platform: Platform, answer: Answer, listed: set[str]) -> None:
    serial = seal_of(answer).serial
    public = platform.identity.platform.public_key
    if not any(same_serial(serial, known) for known in listed) and not (public is not None and serial == public.key_id):
        raise Violation("An answer is signed by a certificate that is not listed.", expected=" or ".join(sorted(listed)), got=serial)
