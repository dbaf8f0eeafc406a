"""The security echo: a way to try signing, encryption and notification without money."""

from hypothesis import given

from conformance.checks.keys import active_keys
from conformance.checks.platform.verifying import must_verify
from conformance.targets.inbox import Inbox
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation, shown
from reference.identity import Merchant, SigningKey
from reference.oracles import oaep
from reference.platform import Delivery
from reference.rules import judges
from strategies.cases import Call, Role
from strategies.text import texts

GROUP = "protocol"

_EVENT = "SECURITY_ECHO.SUCCESS"
_SECRETS = ("悄悄话", "6225880137706868", "x", 'a b\n"c" \\d', "茶" * 71)
_TWO_DAYS = 2 * 86_400


@judges("v3.echo.returns-the-message")
@given(text=texts(max_characters=300))
def test_returns_the_message(platform: Platform, text: str) -> None:
    """Whatever text is sent, under whichever key is announced, comes back as it was, in a signed answer."""
    for key in active_keys(platform):
        answer = platform.send(_echo("merchant", key, echo_message=text)).is_accepted()
        must_verify(platform, answer)
        answer.has("echo_message", text, because="The echo is another message.")


@judges("v3.echo.returns-the-message")
def test_returns_the_message_to_everybody(platform: Platform) -> None:
    """Every merchant gets its message back, short, long, in Chinese or with quotes, with a secret beside it and without."""

    def attempt(role: Role) -> None:
        for text in ("x", "你好, WeChat Pay", "茶" * 600, ' "quoted" \\ / <b>&amp;</b> ', "1", "null"):
            for key in active_keys(platform, role):
                plain = platform.send(_echo(role, key, echo_message=text)).is_accepted()
                sealed = oaep.encrypt(key.public_key, "secret")
                for answer in (plain, platform.send(_echo(role, key, echo_message=text, encrypted_echo_message=sealed)).is_accepted()):
                    must_verify(platform, answer)
                    answer.has("echo_message", text, because="The echo is another message.")

    try_all(platform, platform.roles, attempt)


@judges("v3.echo.returns-the-encrypted-message")
def test_returns_the_secret_encrypted_for_the_merchant(platform: Platform) -> None:
    """A secret encrypted with any active key comes back encrypted for the merchant: its API private key opens the same text."""

    def attempt(role: Role) -> None:
        merchant = platform.merchant(role)
        for key in active_keys(platform, role):
            for secret in _SECRETS:
                sealed = oaep.encrypt(key.public_key, secret)
                answer = platform.send(_echo(role, key, echo_message="x", encrypted_echo_message=sealed)).is_accepted()
                returned = answer["encrypted_echo_message"]
                if _opened(merchant, returned) != secret:
                    raise Violation(
                        "The secret does not come back.",
                        expected=f"{secret!r}, encrypted for the merchant with OAEP and SHA-1",
                        got=f"{_opened(merchant, returned)!r} in {shown(returned)}",
                    )

    try_all(platform, platform.roles, attempt)


@judges("v3.echo.notifies-once")
def test_notifies_once_if_asked_to(platform: Platform) -> None:
    """With notify_url one signed, sealed SECURITY_ECHO.SUCCESS arrives there; acknowledged, it never comes again."""
    platform.needs("notifications", "time-travel")

    def attempt(role: Role) -> None:
        with Inbox(platform) as inbox:
            keys = active_keys(platform, role)
            addresses = [inbox.address(role) for _ in keys]
            for key, address in zip(keys, addresses, strict=True):
                platform.send(_echo(role, key, echo_message="你好", notify_url=address)).is_accepted()
            for address in addresses:
                inbox.expect(address)
            inbox.wait(_TWO_DAYS)
            for address in addresses:
                _is_one_echo(inbox, address)

    try_all(platform, platform.roles, attempt)


@judges("v3.echo.notifies-once")
def test_notifies_until_it_is_acknowledged(platform: Platform) -> None:
    """A notification that was not acknowledged comes again until it is, and then no more."""
    platform.needs("notifications", "time-travel")
    with Inbox(platform) as inbox:
        address = inbox.address("merchant", 500, 200)
        platform.send(Call("security_echo", body={"echo_message": "x", "notify_url": address})).is_accepted()
        inbox.expect(address, 2)
        inbox.wait(_TWO_DAYS)
        count = len(inbox.at(address))
        if count != 2:
            raise Violation(
                "The notification is not repeated until it is acknowledged.", expected="2 deliveries", got=f"{count} deliveries"
            )


@judges("v3.echo.notifies-once")
def test_notifies_nobody_unasked(platform: Platform) -> None:
    """An echo without notify_url is followed by no notification of an echo."""
    platform.needs("notifications", "time-travel")
    platform.deliveries()
    sent: list[Delivery] = []
    for role in platform.roles:
        for key in active_keys(platform, role):
            platform.send(_echo(role, key, echo_message="x")).is_accepted()
            sealed = oaep.encrypt(key.public_key, "secret")
            platform.send(_echo(role, key, echo_message="x", encrypted_echo_message=sealed)).is_accepted()
    platform.send(Call("security_echo", body={"notify_url": "https://merchant.example/unheard"})).is_refused()
    sent += platform.advance(60)
    unasked = [delivery for delivery in sent if delivery.event_type == _EVENT]
    if unasked:
        raise Violation("An echo notifies somebody who did not ask.", expected=f"no {_EVENT}", got=f"{len(unasked)}, to {unasked[0].url}")


@judges("v3.echo.refuses-mixed-key-modes")
def test_refuses_a_mix_of_key_modes(platform: Platform) -> None:
    """A secret encrypted with one key under the name of another is refused; under its own name it is accepted."""

    def attempt(role: Role) -> None:
        keys = active_keys(platform, role)
        if len(keys) < 2:
            platform.needs("two-active-keys")
        for made_with in keys:
            for named in keys:
                sealed = oaep.encrypt(made_with.public_key, "secret")
                answer = platform.send(_echo(role, named, echo_message="x", encrypted_echo_message=sealed))
                if named is made_with:
                    answer.is_accepted(because="The secret is encrypted with the key that is named.")
                else:
                    answer.is_refused(because="A secret under the name of another key was not refused.")

    try_all(platform, platform.roles, attempt)


def _echo(role: Role, key: SigningKey, **body: str) -> Call:
    return Call("security_echo", role, body=body, headers={"Wechatpay-Serial": key.key_id})


def _opened(merchant: Merchant, sealed: object) -> str | None:
    """Return the text only the merchant can read; None when it cannot."""
    for credential in merchant.credentials:
        try:
            return oaep.decrypt(credential.private_key, str(sealed))
        except ValueError:
            continue
    return None


def _is_one_echo(inbox: Inbox, address: str) -> None:
    letters = inbox.at(address)
    if len(letters) != 1:
        raise Violation("An echo does not notify once.", expected="1 notification", got=f"{len(letters)} notifications")
    letter = letters[0]
    if not letter.verdict.accepted:
        raise Violation("The notification of an echo is not signed as it must be.", expected="a signature", got=letter.verdict.sentence)
    if letter.event_type != _EVENT:
        raise Violation("The notification is none of an echo.", expected=f"event_type {_EVENT}", got=f"event_type {letter.event_type!r}")
    try:
        assert letter.resource is not None  # opening it is what is tried
    except Violation as unreadable:
        raise Violation(unreadable.sentence, expected=unreadable.expected, got=unreadable.got) from None
