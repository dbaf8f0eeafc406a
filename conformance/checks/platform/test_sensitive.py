"""Encrypted members of a request: which key they are encrypted with, how, and what names it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from conformance.checks.keys import active_keys
from conformance.checks.platform.refunding import ACCOUNT, NAME, bounced, every_kind, show, user_card
from conformance.checks.platform.stages import Kind, wait
from conformance.targets.answer import Answer
from conformance.targets.inbox import Inbox
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable, Violation
from reference.identity import SigningKey
from reference.machines import Refusal
from reference.oracles import oaep
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies.cases import Call, Fault, Role
from strategies.faults.sensitive import SERIAL, Announces, Unannounced, unopenable

GROUP = "keys"

_TEXT = "6217 0012 1001 悄悄话"
_UNKNOWN_SERIALS = ("0123456789ABCDEF0123456789ABCDEF01234567", "PUB_KEY_ID_0123456789012345678901234567890123", "0")

Send = Callable[[Fault | None], Answer]
Judge = Callable[[Send, Callable[[], None], SigningKey], None]


@dataclass(frozen=True)
class _Redirecting:
    """Sending an abnormal refund of *kind* to the payer's card: two encrypted members."""

    kind: Kind
    members = (("bank_account", ACCOUNT), ("real_name", NAME))

    def __str__(self) -> str:
        return f"abnormal refund of {self.kind}"

    def play(self, platform: Platform, judge: Judge) -> None:
        """Let *judge* send the request under each key of the platform."""
        for key in active_keys(platform, self.kind.role):
            refund, refund_id = bounced(platform, self.kind)
            card = user_card(key)

            def send(fault: Fault | None) -> Answer:
                wait(platform, 1)
                return platform.apply_abnormal(refund, refund_id, card, headers={SERIAL: key.key_id}, broken_by=fault)  # noqa: B023 - used within the turn

            def untouched() -> None:
                show(platform, refund).has("status", "ABNORMAL", because="A request that was refused moved the refund.")  # noqa: B023 - as above

            judge(send, untouched, key)


@dataclass(frozen=True)
class _Echoing:
    """The security echo for the merchant that plays *role*: one encrypted member."""

    role: Role
    members = (("encrypted_echo_message", _TEXT),)

    def __str__(self) -> str:
        return f"security echo of a {self.role}"

    def play(self, platform: Platform, judge: Judge) -> None:
        """Let *judge* send the request under each key of the platform. Raises NotApplicable where there is no echo."""
        for key in active_keys(platform, self.role):
            body = {"echo_message": "x", "encrypted_echo_message": oaep.encrypt(key.public_key, _TEXT)}
            call = Call("security_echo", self.role, body=body, headers={SERIAL: key.key_id})
            if platform.send(call).status == 404:
                raise NotApplicable({"security-echo"})
            with Inbox(platform) as inbox:
                address = inbox.address(self.role)
                call = Call("security_echo", self.role, body=body | {"notify_url": address}, headers={SERIAL: key.key_id})

                def send(fault: Fault | None) -> Answer:
                    return platform.send(call, broken_by=fault)  # noqa: B023 - used within the turn

                def untouched() -> None:
                    if "time-travel" in platform.capabilities:
                        inbox.wait(60)
                        if inbox.at(address):  # noqa: B023 - as above
                            raise Violation("An echo that was refused notifies.", expected="no notification", got="a notification")

                judge(send, untouched, key)


Carrier = _Redirecting | _Echoing


def _carriers(platform: Platform) -> Sequence[Carrier]:
    """Every request with encrypted members the target can be brought to."""
    echoes = [_Echoing(role) for role in platform.roles]
    if not {"payer", "settle"} <= platform.capabilities:
        return echoes
    return [*echoes, *(_Redirecting(kind) for kind in every_kind(platform) if kind.product in {"jsapi", "codepay"})]


def _refused_alike(platform: Platform, faults: Callable[[Carrier, SigningKey], Iterable[Fault]], *refusals: Refusal) -> None:
    """Each of *faults* makes every request with encrypted members refused and without effect; without the fault it is accepted."""

    def attempt(carrier: Carrier) -> None:
        def judge(send: Send, untouched: Callable[[], None], key: SigningKey) -> None:
            for fault in faults(carrier, key):
                send(fault).is_refused(*refusals, because="An encrypted member that cannot be read was not refused.")
            untouched()
            send(None).is_accepted(because="The same request, encrypted and announced as demanded, is valid.")

        carrier.play(platform, judge)

    try_all(platform, _carriers(platform), attempt)


@judges("v3.sensitive.refuses-ciphertext-without-a-serial")
def test_refuses_ciphertext_under_no_name(platform: Platform) -> None:
    """A request with an encrypted member and no Wechatpay-Serial is refused and has no effect; with the header it is accepted."""
    _refused_alike(platform, lambda _carrier, _key: [Unannounced()], BAD_PARAMETER)


@judges("v3.sensitive.refuses-an-unknown-serial")
def test_refuses_ciphertext_under_an_unknown_name(platform: Platform) -> None:
    """An invented serial, an invented public-key id and the merchant's own serial are refused and have no effect."""
    own = [merchant.credential.serial_no for merchant in platform.identity.merchants]
    _refused_alike(platform, lambda _carrier, _key: [Announces(serial) for serial in (*_UNKNOWN_SERIALS, *own)])


@judges("v3.sensitive.refuses-undecryptable-ciphertext")
def test_refuses_what_cannot_be_opened(platform: Platform) -> None:
    """Plain text, broken base64, another padding and another key in any one encrypted member are refused and have no effect."""

    def faults(carrier: Carrier, key: SigningKey) -> list[Fault]:
        own = platform.identity.merchant.credential.public_key
        others = (*(other.public_key for other in platform.identity.platform if other is not key), own)
        return [fault for member, text in carrier.members for fault in unopenable(member, text, key.public_key, others)]

    _refused_alike(platform, faults, BAD_PARAMETER)


@judges("v3.sensitive.refuses-undecryptable-ciphertext")
def test_opens_the_new_keys_ciphertext_while_keys_change(platform: Platform) -> None:
    """While certificates change, what is encrypted with any listed one, under its own name, is accepted, and under another's refused."""
    platform.needs("rotation")
    platform.rotate()

    def faults(_carrier: Carrier, key: SigningKey) -> list[Fault]:
        return [Announces(other.key_id) for other in active_keys(platform) if other.key_id != key.key_id]

    _refused_alike(platform, faults, BAD_PARAMETER)
