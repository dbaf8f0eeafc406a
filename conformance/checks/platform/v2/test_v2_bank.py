"""Transfers to a bank card in APIv2: the key that seals card and name, and what is opened with it."""

import base64
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from conformance.checks.platform.v2.paying_out import A_DAY, CHANGED, absent, none_there, shown, stands
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from reference.identity import stranger
from reference.oracles import oaep
from reference.oracles.v2 import SignType
from reference.rules import judges
from strategies.v2.cases import CallV2
from strategies.v2.payouts import lean

GROUP = "v2 transfers"

_KEY = "v2.bank.hands-out-a-pkcs1-key"
_SEALED = "v2.bank.opens-only-oaep"
_BEGIN = "-----BEGIN RSA PUBLIC KEY-----"
_LEAST_BITS = 2048
_TEXTS: Mapping[str, str] = {"enc_bank_no": "6222020200112233446", "enc_true_name": "王小明"}
_SIGN_TYPES: tuple[SignType, ...] = ("MD5", "HMAC-SHA256")


def _pkcs1v15(payouts: Payouts, text: str) -> str:
    return base64.b64encode(payouts.bank_key.encrypt(text.encode(), padding.PKCS1v15())).decode()


def _oaep_sha256(payouts: Payouts, text: str) -> str:
    sha256 = hashes.SHA256()
    return base64.b64encode(payouts.bank_key.encrypt(text.encode(), padding.OAEP(padding.MGF1(sha256), sha256, None))).decode()


_BAD_SEALS: Mapping[str, Callable[[Payouts, str], str]] = {
    "plain": lambda _payouts, text: text,
    "plain, in Base64": lambda _payouts, text: base64.b64encode(text.encode()).decode(),
    "sealed with PKCS#1 v1.5 padding": _pkcs1v15,
    "sealed with OAEP and SHA-256": _oaep_sha256,
    "sealed under another key": lambda _payouts, text: oaep.encrypt(stranger().public_key(), text),
    "sealed, and cut": lambda payouts, text: payouts.sealed(text)[:-8],
}


@judges(_KEY)
def test_hands_out_a_pkcs1_key(platform: Platform) -> None:
    """The key is PKCS#1 in PEM, has 2048 bits or more, and is the same at every call, by either algorithm."""
    payouts = Payouts(platform)

    def attempt(sign_type: SignType) -> None:
        call = CallV2("getpublickey", members={"sign_type": sign_type}, sign_type=sign_type)
        answer = platform.v2.send(call, label="get the bank key").is_accepted()
        pem = answer["pub_key"].strip()
        key = payouts.read_bank_key(answer)
        body = "".join(pem.splitlines()[1:-1])
        pkcs1 = base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.PKCS1)).decode()
        if not pem.startswith(_BEGIN) or body.replace(" ", "") != pkcs1:
            raise Violation("pub_key is not PKCS#1 in PEM.", expected=_BEGIN, got=pem.splitlines()[0])
        if key.key_size < _LEAST_BITS:
            raise Violation("The key is too short.", expected=f"{_LEAST_BITS} bits or more", got=f"{key.key_size} bits")
        again = platform.v2.send(call, label="get the bank key again").is_accepted()
        if payouts.read_bank_key(again) != key or payouts.bank_key != key:
            raise Violation("The key is another one at the next call.", expected=pem, got=again["pub_key"])

    try_all(platform, _SIGN_TYPES, attempt)


@judges(_KEY)
def test_opens_tomorrow_what_was_sealed_today(platform: Platform) -> None:
    """A day, a month and a change of certificate later the key is the same, and what was sealed with it before is opened."""
    platform.needs("time-travel")
    payouts = Payouts(platform)

    def attempt(days: int) -> None:
        transfer = lean("bank")
        call, key = payouts.sending(transfer), payouts.bank_key
        platform.advance(days * A_DAY)
        if "rotation" in platform.capabilities:
            platform.rotate()
        platform.v2.send(call, label=f"pay what was sealed {days} days ago").is_accepted(because="The key stays.")
        shown(payouts, transfer)
        if payouts.read_bank_key(payouts.bank_key_answer().is_accepted()) != key:
            raise Violation("The key has changed.", expected="the key of before", got=f"another key {days} days later")

    try_all(platform, (1, 31), attempt)


@judges(_SEALED)
def test_opens_only_what_is_sealed_as_documented(platform: Platform) -> None:
    """Card number or name plain, sealed with another padding or under another key is refused without a transfer; sealed it is paid."""
    payouts = Payouts(platform)

    def attempt(case: tuple[str, str]) -> None:
        name, seal = case
        transfer = lean("bank")
        bad = payouts.sending(transfer).but(**{name: _BAD_SEALS[seal](payouts, _TEXTS[name])})
        platform.v2.send(bad, label=f"pay to a card, {name} {seal}").is_refused(because=f"{name} is {seal}.")
        absent(payouts, transfer)
        payouts.send(transfer).is_accepted(because="Card number and name are sealed as documented.")
        shown(payouts, transfer)

    try_all(platform, [(name, seal) for name in _TEXTS for seal in _BAD_SEALS], attempt)


@judges(_SEALED)
def test_shows_card_and_name_by_their_digests(platform: Platform) -> None:
    """The same card and name have the same digests however often they are sealed, another card or name has another."""
    payouts = Payouts(platform)
    digests = {}
    for case, members in (
        ("one", {}),
        ("the same", {}),
        ("card", {"enc_bank_no": "6222020200112233447"}),
        ("name", {"enc_true_name": "李雷"}),
    ):
        transfer = lean("bank").but(**{name: payouts.sealed(text) for name, text in members.items()})
        payouts.send(transfer).is_accepted()
        answer = shown(payouts, transfer)
        digests[case] = answer["bank_no_md5"].lower(), answer["true_name_md5"].lower()
    one = digests["one"]
    differ = digests["card"][0] != one[0] and digests["name"][1] != one[1]
    if digests["the same"] != one or (digests["card"][1], digests["name"][0]) != (one[1], one[0]) or not differ:
        raise Violation(
            "The digests do not tell what was sealed.", expected="equal for equal values, and only for those", got=repr(digests)
        )


@judges(_SEALED)
def test_a_number_pays_a_card_once(platform: Platform) -> None:
    """Sealed anew and repeated, a transfer is one; with another amount or card it is refused, and the first is as it was."""
    payouts = Payouts(platform)

    def attempt(state: str) -> None:
        transfer = lean("bank")
        first = payouts.send(transfer).is_accepted()
        if state == "SUCCESS":
            payouts.let(transfer, "settle")
        before = shown(payouts, transfer).has("payment_no", first["payment_no"], because="It is what the transfer was called.")
        for _ in range(2):
            payouts.send(transfer).is_accepted(because="It is the same transfer.").has("payment_no", first["payment_no"])
        card = transfer.but(enc_bank_no=payouts.sealed("6222020200112233447"))
        for changed in (transfer.of(transfer.amount + 1), card):
            payouts.send(changed).is_refused(*CHANGED, because="The number was used with other parameters.")
        after = shown(payouts, transfer)
        for name in ("payment_no", "status", "bank_no_md5", "true_name_md5"):
            after.has(name, before[name], because="The number paid once.")
        none_there(payouts.query(lean("bank")), because="The number was never used.")

    try_all(platform, ("as accepted", *(("SUCCESS",) if "lives" in platform.capabilities else ())), attempt)


@judges(_SEALED)
def test_shows_what_became_of_a_transfer_to_a_card(platform: Platform) -> None:
    """A transfer is PROCESSING until the bank decides, and then what it decided: SUCCESS, FAILED, or BANK_FAIL when the bank returns it."""
    platform.needs("lives")
    payouts = Payouts(platform)

    def attempt(events: tuple[str, ...]) -> None:
        transfer = lean("bank")
        payouts.send(transfer).is_accepted()
        stands(payouts, transfer, "PROCESSING", "SUCCESS", because="It was accepted.")
        for event in events:
            payouts.let(transfer, event)
            state = {"settle": "SUCCESS", "fail": "FAILED", "return": "BANK_FAIL"}[event]
            stands(payouts, transfer, state, because="It is what the bank decided.")

    try_all(platform, (("settle",), ("fail",), ("settle", "return")), attempt)
