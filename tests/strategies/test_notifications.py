"""Valid notifications, and faults in them that break exactly what they name: judged by the oracles, not by any platform."""

import json
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.targets.observers import keyring
from reference.contract import load, problems
from reference.identity import SigningKey, bundled
from reference.oracles import aead
from reference.oracles.message_check import Outcome, Reason, Verdict, verify_message
from strategies import notifications
from strategies.faults import notification as signing
from strategies.faults import sealed, told
from strategies.identities import Receiver, other, receivers_of, signing_keys_of
from strategies.notifications import REFUND_STATES
from strategies.posting import Notice, NoticeFault, Post, Sender

NOW = 1_781_496_000
IDENTITY = bundled()
KEYS = keyring(IDENTITY)
SIGNING_KEYS = signing_keys_of(IDENTITY)
RECEIVERS = receivers_of(IDENTITY)
MANY = settings(max_examples=60)


def sender(key: SigningKey = SIGNING_KEYS[0]) -> Sender:
    """A sender whose nonces and ids repeat themselves from test to test."""
    random = Random(7)  # noqa: S311 - fresh is enough
    return Sender(key, lambda: NOW, lambda length: "".join(random.choices("abcdefghijkLMNOP0123", k=length)))


def examples() -> list[Notice]:
    """One notice of a payment and of each state of a refund, for every receiver."""
    found = []
    for receiver in RECEIVERS:
        drawn = [notifications.payments(IDENTITY, at=NOW - 5, total=100, receiver=receiver)]
        drawn += [notifications.refunds(IDENTITY, at=NOW - 5, total=100, state=state, receiver=receiver) for state in REFUND_STATES]
        found += [first(strategy) for strategy in drawn]
    return found


def first(strategy: st.SearchStrategy[Notice]) -> Notice:
    """The simplest notice a strategy draws."""
    drawn: list[Notice] = []

    @settings(max_examples=1, database=None, derandomize=True)
    @given(notice=strategy)
    def keep(notice: Notice) -> None:
        drawn.append(notice)

    keep()
    return drawn[0]


EXAMPLES = examples()
PAYMENT, *_ = EXAMPLES


def verdict(post: Post) -> Verdict:
    """Whether a merchant may believe *post* now."""
    return verify_message(post.headers, post.body, KEYS, NOW)


def opened(post: Post, receiver: Receiver) -> Any:
    """What *receiver* finds sealed in *post*."""
    resource = json.loads(post.body)["resource"]
    key = receiver.merchant.apiv3_key.encode()
    return json.loads(aead.decrypt(key, resource["nonce"], resource.get("associated_data"), resource["ciphertext"]))


def breaches(post: Post, receiver: Receiver, event_type: str) -> tuple[str, ...]:
    """What the contract says against the envelope and against the resource sealed in it."""
    webhook = load("v3").webhook(event_type, receiver.mode)
    found = (*problems(webhook.envelope, json.loads(post.body)), *problems(webhook.resource, opened(post, receiver)))
    return tuple(f"{problem.field}: {problem.issue}" for problem in found)


# -- what is valid ---------------------------------------------------------------------------------------------------


@MANY
@given(notice=notifications.notices(IDENTITY, at=NOW - 5), key=st.sampled_from(SIGNING_KEYS))
def test_a_drawn_notification_is_believed_and_opens(notice: Notice, key: SigningKey) -> None:
    """Any notice, sealed for its receiver and signed by any key of the platform, verifies, opens, and keeps the contract."""
    post = sender(key).send(notice)

    assert verdict(post).accepted
    assert opened(post, notice.receiver) == json.loads(json.dumps(notice.resource))
    assert breaches(post, notice.receiver, notice.event_type) == ()


@MANY
@given(notice=notifications.notices(IDENTITY, at=NOW - 5))
def test_nobody_else_opens_it(notice: Notice) -> None:
    """What is sealed for one merchant opens with no other merchant's key."""
    post = sender().send(notice)

    for receiver in RECEIVERS:
        if receiver.merchant is not notice.receiver.merchant:
            with pytest.raises(aead.DecryptionError):
                opened(post, receiver)


@pytest.mark.parametrize("notice", EXAMPLES, ids=lambda notice: f"{notice.event_type} {notice.receiver.mode}")
def test_every_kind_is_there(notice: Notice) -> None:
    """A payment and a refund in each state can be had for every receiver, under the contract's own names."""
    webhook = load("v3").webhook(notice.event_type, notice.receiver.mode)

    assert json.loads(sender().send(notice).body)["event_type"] == webhook.event_type
    assert ("sub_mchid" in notice.resource) == (notice.receiver.mode == "partner")


def test_books_are_the_merchants_own() -> None:
    """Numbers and amounts are those asked for, so that a merchant who placed the order recognises it."""
    drawn = first(notifications.refunds(IDENTITY, at=NOW, out_trade_no="shop-1", out_refund_no="back-1", total=777, state="CLOSED"))

    assert (drawn.resource["out_trade_no"], drawn.resource["out_refund_no"]) == ("shop-1", "back-1")
    assert drawn.resource["amount"]["total"] == 777
    assert 1 <= drawn.resource["amount"]["refund"] <= 777


def test_only_a_success_has_a_time() -> None:
    """success_time is in the notice of a successful refund and in no other."""
    times = {notice.event_type: "success_time" in notice.resource for notice in EXAMPLES}

    assert times == {"TRANSACTION.SUCCESS": True, "REFUND.SUCCESS": True, "REFUND.ABNORMAL": False, "REFUND.CLOSED": False}


def test_a_repetition_is_sealed_and_signed_anew() -> None:
    """Sent again under the same id, a notice has another nonce, ciphertext and signature, and tells the same."""
    office = sender()
    before, after = (office.send(PAYMENT, notice_id="EV-1") for _ in range(2))

    assert json.loads(before.body)["id"] == json.loads(after.body)["id"] == "EV-1"
    assert before.header("Wechatpay-Signature") != after.header("Wechatpay-Signature")
    assert json.loads(before.body)["resource"]["nonce"] != json.loads(after.body)["resource"]["nonce"]
    assert opened(before, PAYMENT.receiver) == opened(after, PAYMENT.receiver)


def test_the_two_nonces_are_unrelated() -> None:
    """The nonce of the seal is never that of the signature."""
    post = sender().send(PAYMENT)

    assert json.loads(post.body)["resource"]["nonce"] not in post.header("Wechatpay-Nonce")


def test_a_key_without_its_private_half_cannot_send() -> None:
    """A real account's platform key is known by its public half only; the error says so."""
    key = SIGNING_KEYS[0]

    with pytest.raises(ValueError, match="private key of"):
        Sender(SigningKey(key.key_id, key.public_key), lambda: NOW, lambda length: "x" * length)


@pytest.mark.parametrize("known", ["1900000009", "wx8888888888888888", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6z", "Z"])
def test_an_other_id_is_another_of_its_form(known: str) -> None:
    """The id of somebody else differs in the last character only, and that is of the same kind."""
    found = other(known)

    assert found != known
    assert (len(found), found[:-1], found[-1].isdigit()) == (len(known), known[:-1], known[-1].isdigit())


# -- faults ----------------------------------------------------------------------------------------------------------


def each(*lists: Iterable[NoticeFault]) -> pytest.MarkDecorator:
    """Run a test for every fault of *lists*."""
    faults = [fault for group in lists for fault in group]
    return pytest.mark.parametrize("fault", faults, ids=lambda fault: fault.name)


SIGNING: Mapping[str, tuple[tuple[NoticeFault, ...], frozenset[Reason]]] = {
    "headers": (signing.headers(), frozenset({Reason.HEADER_MISSING})),
    "schemes": (signing.schemes(), frozenset({Reason.ALGORITHM})),
    "timestamps": (signing.timestamps(), frozenset({Reason.TIMESTAMP_MALFORMED})),
    "stale": (signing.stale(), frozenset({Reason.STALE})),
    "serials": (signing.serials(IDENTITY), frozenset({Reason.SERIAL_UNKNOWN})),
    "foreign keys": (signing.foreign_keys(IDENTITY, SIGNING_KEYS[0]), frozenset({Reason.SIGNATURE})),
    "layouts": (signing.layouts(), frozenset({Reason.SIGNATURE})),
    "altered": (signing.altered(), frozenset({Reason.SIGNATURE})),
    "probes": (signing.probes(), frozenset({Reason.SIGNATURE})),
}


@pytest.mark.parametrize(
    ("fault", "reasons"),
    [pytest.param(fault, why, id=f"{name}: {fault.name}") for name, (faults, why) in SIGNING.items() for fault in faults],
)
def test_a_fault_of_signing_breaks_the_signature_alone(fault: NoticeFault, reasons: frozenset[Reason]) -> None:
    """It is refused for the reason it names; what is sealed opens and tells the truth, so nothing else can be why."""
    for notice in EXAMPLES:
        post = sender().send(notice, broken_by=fault)
        found = verdict(post)

        assert (found.outcome, found.reason in reasons) == (Outcome.REFUSED, True), found
        assert opened(post, notice.receiver) == notice.resource


@pytest.mark.parametrize("notice", EXAMPLES, ids=lambda notice: f"{notice.event_type} {notice.receiver.merchant.mchid}")
def test_a_fault_of_sealing_breaks_the_seal_alone(notice: Notice) -> None:
    """The delivery is genuine and complete, but what it seals does not open."""
    for fault in sealed.seals(IDENTITY, notice.receiver):
        post = sender().send(notice, broken_by=fault)

        assert verdict(post).accepted, fault
        with pytest.raises(aead.DecryptionError):
            opened(post, notice.receiver)


@each(sealed.algorithms())
def test_a_fault_of_the_algorithm_is_in_its_name_alone(fault: NoticeFault) -> None:
    """The delivery is genuine and opens with AES, which is not what it says."""
    post = sender().send(PAYMENT, broken_by=fault)

    assert verdict(post).accepted
    assert json.loads(post.body)["resource"]["algorithm"] != aead.ALGORITHM
    assert opened(post, PAYMENT.receiver) == PAYMENT.resource


@each(sealed.plaintexts())
def test_a_fault_of_the_plaintext_is_inside_alone(fault: NoticeFault) -> None:
    """The delivery is genuine and its seal holds, over something that is no object."""
    post = sender().send(PAYMENT, broken_by=fault)
    resource = json.loads(post.body)["resource"]
    key = PAYMENT.receiver.merchant.apiv3_key.encode()
    plaintext = aead.decrypt(key, resource["nonce"], resource.get("associated_data"), resource["ciphertext"])

    assert verdict(post).accepted
    assert not is_object(plaintext)


@each(sealed.envelopes())
def test_a_fault_of_the_envelope_breaks_the_contract(fault: NoticeFault) -> None:
    """The delivery is genuine, but its envelope is none the contract knows."""
    post = sender().send(PAYMENT, broken_by=fault)

    assert verdict(post).accepted
    assert problems(load("v3").webhook(PAYMENT.event_type, "direct").envelope, json.loads(post.body))


@each(sealed.written())
def test_a_fault_of_the_body_is_genuine(fault: NoticeFault) -> None:
    """The delivery is genuine, but its body is no JSON object in UTF-8."""
    post = sender().send(PAYMENT, broken_by=fault)

    assert verdict(post).accepted
    assert not is_object(post.body)


def test_an_oversized_body_is_only_that() -> None:
    """The delivery is genuine, valid, and as large as was asked for."""
    post = sender().send(PAYMENT, broken_by=sealed.oversized(100_000))

    assert verdict(post).accepted
    assert len(post.body) > 100_000
    assert breaches(post, PAYMENT.receiver, PAYMENT.event_type) == ()


@each(told.events())
def test_a_fault_of_the_event_is_outside_alone(fault: NoticeFault) -> None:
    """The delivery is genuine and tells the truth under another event."""
    post = sender().send(PAYMENT, broken_by=fault)

    assert verdict(post).accepted
    assert json.loads(post.body)["event_type"] != PAYMENT.event_type
    assert opened(post, PAYMENT.receiver) == PAYMENT.resource


@pytest.mark.parametrize("list_faults", [told.amounts, told.parties, told.states, told.numbers])
@pytest.mark.parametrize("notice", EXAMPLES, ids=lambda notice: f"{notice.event_type} {notice.receiver.merchant.mchid}")
def test_a_fault_of_what_is_told_changes_one_member(notice: Notice, list_faults: Callable[[Notice], tuple[NoticeFault, ...]]) -> None:
    """The delivery is genuine and opens, and differs from the truth in exactly the member the fault names."""
    faults = list_faults(notice)

    assert faults
    assert len({fault.name for fault in faults}) == len(faults)
    for fault in faults:
        post = sender().send(notice, broken_by=fault)
        assert verdict(post).accepted, fault
        changed = differences(notice.resource, opened(post, notice.receiver))
        assert len(changed) == 1, fault
        assert changed[0] in fault.name, fault


def is_object(data: bytes) -> bool:
    """Whether *data* is a JSON object in UTF-8."""
    try:
        return isinstance(json.loads(data.decode("utf-8")), dict)
    except (ValueError, RecursionError):
        return False


def differences(before: Mapping[str, Any], after: Mapping[str, Any], within: str = "") -> list[str]:
    """The members, as in ``amount.total``, that are not the same in both, in value and type."""
    found = []
    for name in {**before, **after}:
        old, new = before.get(name, KeyError), after.get(name, KeyError)
        if isinstance(old, dict) and isinstance(new, dict):
            found += differences(old, new, f"{within}{name}.")
        elif old != new or type(old) is not type(new):
            found.append(f"{within}{name}")
    return found
