"""Which key an answer is signed with, and what the answer says about it."""

from collections import Counter
from dataclasses import replace
from functools import partial

from conformance.checks.keys import active_keys
from conformance.checks.platform.asking import asks
from conformance.checks.platform.verifying import called, is_signed, must_verify, seal_of, signer_of
from conformance.checks.tour import Findings, Visit, judge_all, scenes
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.identity import SigningKey
from reference.oracles.keys import same_serial
from reference.rules import judges
from strategies.cases import Call, Role

GROUP = "keys"

_SERIAL = "Wechatpay-Serial"
_UNKNOWN = ("0123456789ABCDEF0123456789ABCDEF01234567", "PUB_KEY_ID_0123456789012345678901234567890123", "unheard-of")


@judges("v3.keys.serial-names-the-signing-key")
def test_the_serial_names_the_key_that_signed(platform: Platform) -> None:
    """Every signed answer of a whole tour, refusals too, names a key of the platform, and verifies with that one and no other."""
    judge_all(platform, lambda _visit, answer: _names_its_key(platform, answer))


@judges("v3.keys.serial-names-the-signing-key")
def test_the_serial_names_the_key_that_was_announced_and_signed(platform: Platform) -> None:
    """Whatever key a request announces, and whichever has its turn, the answer names the key that signed it."""

    def attempt(role: Role) -> None:
        announced = [*(key.key_id for key in platform.identity.platform), *_UNKNOWN]
        announced += [credential.serial_no for credential in platform.merchant(role).credentials]
        for serial in announced:
            _names_its_key(platform, platform.certificates(role=role, headers={_SERIAL: serial}))

    try_all(platform, platform.roles, attempt)
    if "rotation" in platform.capabilities:
        platform.rotate()
        try_all(platform, platform.roles, attempt)


@judges("v3.keys.answers-with-the-announced-key")
def test_answers_with_the_announced_key_on_every_operation(platform: Platform) -> None:
    """Each active key that a request announces, certificate or public key, signs the 2xx answer of every operation."""
    findings = Findings(platform)
    keys = active_keys(platform)
    turns = {key.key_id: Counter[str]() for key in keys}

    def send(visit: Visit) -> Answer:
        operation = platform.contract.operations[visit.call.operation]
        announced = dict(visit.call.headers)
        if _SERIAL in announced or not operation.signed_response:
            return platform.send(visit.call, label=visit.says)
        # Which key has had the fewest turns on this operation has the next one.
        key = min(keys, key=lambda key: turns[key.key_id][operation.id])
        answer = platform.send(replace(visit.call, headers={**announced, _SERIAL: key.key_id}), label=visit.says)
        if answer.accepted:
            turns[key.key_id][operation.id] += 1
            findings.judge(partial(_signed_by, platform, answer, key), f"{visit.says}, announcing {key.key_id}")
        return answer

    findings.play(scenes(platform), send)


@judges("v3.keys.answers-with-the-announced-key")
def test_answers_with_the_announced_key_in_any_alternation(platform: Platform) -> None:
    """Keys announced in turn, by every kind of merchant, are answered in turn; while certificates change, old and new ones too."""

    def attempt(role: Role) -> None:
        keys = active_keys(platform, role)
        for key in (*keys, *keys[::-1], *keys[:1] * 2, *keys[-1:] * 2):
            answer = platform.certificates(role=role, headers={_SERIAL: key.key_id}).is_accepted()
            _signed_by(platform, answer, key)

    try_all(platform, platform.roles, attempt)
    if "rotation" in platform.capabilities:
        platform.rotate()
        try_all(platform, platform.roles, attempt)


@judges("v3.keys.answers-with-an-active-key-by-default")
def test_answers_with_an_active_key_by_default(platform: Platform) -> None:
    """A request of every operation that announces no key is accepted, and the answer verifies with an active key, which it names."""
    active = active_keys(platform)

    def judge(visit: Visit, answer: Answer) -> None:
        if _SERIAL in visit.call.headers or not platform.contract.operations[visit.call.operation].signed_response:
            return
        if visit.valid:
            answer.is_accepted(because="A request without encrypted fields need not announce a key.")
        if answer.accepted:
            _signed_by(platform, answer, *active)

    judge_all(platform, judge, brief=True)


@judges("v3.keys.answers-with-an-active-key-by-default")
def test_never_answers_with_a_key_that_is_not_active(platform: Platform) -> None:
    """To a request that announces an unknown key, a merchant's, or one not yet in use, a 2xx is signed by an active one."""
    active = active_keys(platform)
    unknown = [*_UNKNOWN, *(credential.serial_no for credential in platform.merchant().credentials)]
    unknown += [key.key_id for key in platform.identity.platform if key not in active]

    def attempt(serial: str) -> None:
        for ask in asks(platform):
            call = ask.prepare(platform).call
            answer = platform.send(replace(call, headers={**call.headers, _SERIAL: serial}), label=f"{ask}, announcing {serial}")
            if answer.accepted:
                _signed_by(platform, answer, *active)
            else:
                answer.is_refused(because="An unknown key is the caller's mistake.")

    try_all(platform, unknown, attempt)


@judges("v3.keys.public-key-only-merchant-has-no-certificates")
def test_a_merchant_with_a_public_key_only_gets_no_certificates(platform: Platform) -> None:
    """In public-key mode the certificate list is refused (403, 404) or empty, and everything else is answered under the public key."""
    platform.needs("key-modes")
    public = platform.identity.platform.public_key
    if public is None:
        platform.needs("public-key")
    platform.use_keys("public_key")
    try:
        _has_only(platform, public)
    finally:
        platform.use_keys("combined")


def _has_only(platform: Platform, public: SigningKey | None) -> None:
    assert public is not None  # the check needs one
    certificates = [key.key_id for key in platform.identity.platform.certificates]
    for role in platform.roles:
        for headers in ({}, {_SERIAL: public.key_id}, {_SERIAL: certificates[0]} if certificates else {}):
            for query in ({}, {"algorithm_type": "RSA"}):
                _is_empty(platform, platform.send(Call("certificates_list", role, query=query, headers=headers)), public)
    for ask in asks(platform):
        if ask.name == "list certificates":
            continue
        call = ask.prepare(platform).call
        answers = [platform.send(call, label=ask.name).is_accepted(because="A merchant needs no certificates to be served.")]
        if not ask.body:
            answers.append(platform.send(replace(call, headers={_SERIAL: public.key_id}), label=ask.name).is_accepted())
        for answer in answers:
            _signed_by(platform, answer, public)


def _is_empty(platform: Platform, answer: Answer, public: SigningKey) -> None:
    if answer.status == 200 and answer.get("data") == []:
        _signed_by(platform, answer, public)
        return
    missing = answer.status == 404 and answer.code in {"RESOURCE_NOT_EXISTS", "NOT_FOUND"}
    if answer.status != 403 and not missing:
        raise Violation(
            "A merchant without platform certificates is shown some, or no proper refusal.",
            expected="403, 404 RESOURCE_NOT_EXISTS, or 200 with an empty list",
            got=answer.described,
        )


def _names_its_key(platform: Platform, answer: Answer) -> None:
    """Demand that a signed answer names the key that signed it; one that no key of the platform signed is another rule's matter."""
    if not is_signed(answer):
        return
    seal = seal_of(answer)
    signer, named = signer_of(platform, answer, seal), called(platform, seal.serial)
    if named is None or (signer is not None and signer is not named):
        by = signer.key_id if signer is not None else "the platform's"
        raise Violation("Wechatpay-Serial does not name the key that signed.", expected=f"{_SERIAL} {by}", got=f"{_SERIAL} {seal.serial}")


def _signed_by(platform: Platform, answer: Answer, *keys: SigningKey) -> None:
    """Demand that one of *keys* signed *answer*, and is named in it."""
    seal = must_verify(platform, answer)
    signer = signer_of(platform, answer, seal)
    if signer not in keys or not same_serial(seal.serial, signer.key_id):
        raise Violation(
            "The answer is not signed with the key it should be, or does not name it.",
            expected=f"{_SERIAL} {' or '.join(key.key_id for key in keys)}, and a signature by it",
            got=f"{_SERIAL} {seal.serial}, and a signature by {signer.key_id if signer else 'nobody'}",
        )
