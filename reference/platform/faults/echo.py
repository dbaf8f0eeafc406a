"""Faults in the security echo."""

from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from reference.identity import Merchant
from reference.oracles import b64, oaep
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.outbox import Delivery, Notice
from reference.platform.refusals import KEY_UNKNOWN
from reference.platform.wire import Refused, Request

__all__: list[str] = []

_ECHO = "SECURITY_ECHO.SUCCESS"


class _Says(Platform):
    """Says something else than it was told."""

    def do_echo(self, ask: Ask) -> tuple[int, Any]:
        status, content = super().do_echo(ask)
        return status, content | {"echo_message": self.said(ask.fields["echo_message"])}

    def said(self, text: str) -> str:
        """Return what this platform says."""
        raise NotImplementedError


@breaks("v3.echo.returns-the-message")
class SaysQuestionMarks(_Says):
    """Says a question mark for every character that is not ASCII."""

    def said(self, text: str) -> str:
        return text.encode("ascii", "replace").decode()


@breaks("v3.echo.returns-the-message")
class TrimsTheEcho(_Says):
    """Takes the blanks around a message away."""

    def said(self, text: str) -> str:
        return text.strip()


@breaks("v3.echo.returns-the-message")
class CutsTheEchoOff(_Says):
    """Says no more than 512 characters."""

    def said(self, text: str) -> str:
        return text[:512]


@breaks("v3.echo.returns-the-message")
class AlwaysSaysOk(_Says):
    """Says OK, whatever it was told."""

    def said(self, text: str) -> str:
        return "OK"


@breaks("v3.echo.returns-the-message")
class EscapesMarkup(_Says):
    """Escapes what looks like markup."""

    def said(self, text: str) -> str:
        return text.replace("<", "&lt;").replace(">", "&gt;")


@breaks("v3.echo.returns-the-message")
class LeavesTheMessageOutBesideASecret(Platform):
    """Says nothing in the clear when there is a secret."""

    def do_echo(self, ask: Ask) -> tuple[int, Any]:
        status, content = super().do_echo(ask)
        if "encrypted_echo_message" in content:
            content.pop("echo_message")
        return status, content


class _Returns(Platform):
    """Returns a secret in another way."""

    def do_echo(self, ask: Ask) -> tuple[int, Any]:
        status, content = super().do_echo(ask)
        if "encrypted_echo_message" in ask.opened:
            secret = ask.opened["encrypted_echo_message"]
            content |= {"encrypted_echo_message": self.returned(ask, ask.merchant, secret)}
        return status, {name: value for name, value in content.items() if value is not None}

    def returned(self, ask: Ask, merchant: Merchant, secret: str) -> str | None:
        """Return the member that holds the secret."""
        raise NotImplementedError


@breaks("v3.echo.returns-the-encrypted-message")
class ReturnsTheSecretInTheClear(_Returns):
    """Returns the secret as it is."""

    def returned(self, ask: Ask, merchant: Merchant, secret: str) -> str | None:
        return secret


@breaks("v3.echo.returns-the-encrypted-message")
class ReturnsTheSameCiphertext(_Returns):
    """Returns the ciphertext it was sent."""

    def returned(self, ask: Ask, merchant: Merchant, secret: str) -> str | None:
        return str(ask.fields["encrypted_echo_message"])


@breaks("v3.echo.returns-the-encrypted-message")
class ReturnsNoSecret(_Returns):
    """Returns no secret."""

    def returned(self, ask: Ask, merchant: Merchant, secret: str) -> str | None:
        return None


@breaks("v3.echo.returns-the-encrypted-message")
class EncryptsTheEchoForTheFirstMerchant(_Returns):
    """Encrypts every secret for one and the same merchant."""

    def returned(self, ask: Ask, merchant: Merchant, secret: str) -> str | None:
        return oaep.encrypt(self.identity.merchant.credential.public_key, secret)


@breaks("v3.echo.returns-the-encrypted-message")
class EncryptsTheEchoWithSha256(_Returns):
    """Encrypts the secret with OAEP over SHA-256."""

    def returned(self, ask: Ask, merchant: Merchant, secret: str) -> str | None:
        scheme = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        return b64.encode(merchant.credential.public_key.encrypt(secret.encode()[:190], scheme))


@breaks("v3.echo.returns-the-encrypted-message")
class EncryptsThePlainMessage(_Returns):
    """Encrypts the message in the clear in the place of the secret."""

    def returned(self, ask: Ask, merchant: Merchant, secret: str) -> str | None:
        return oaep.encrypt(merchant.credential.public_key, ask.fields["echo_message"])


@breaks("v3.echo.notifies-once")
class NeverNotifiesAnEcho(Platform):
    """Sends no notification of an echo."""

    def enqueue(self, notice: Notice) -> None:
        if notice.event_type != _ECHO:
            super().enqueue(notice)


@breaks("v3.echo.notifies-once")
class NotifiesAnEchoTwice(Platform):
    """Sends two notifications of an echo."""

    def enqueue(self, notice: Notice) -> None:
        super().enqueue(notice)
        if notice.event_type == _ECHO:
            super().enqueue(replace(notice, id=self.notice_id()))


@breaks("v3.echo.notifies-once")
class GoesOnNotifyingAnEcho(Platform):
    """Sends the notification of an echo again though it was acknowledged."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        echo = self.notices[notice_id].event_type == _ECHO
        super().delivered(notice_id, 500 if echo else status)


@breaks("v3.echo.notifies-once")
class NotifiesAnEchoNeverAgain(Platform):
    """Takes the notification of an echo for done, whatever it was answered."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        echo = self.notices[notice_id].event_type == _ECHO
        super().delivered(notice_id, 200 if echo else status)


@breaks("v3.echo.notifies-once")
class NotifiesAnEchoUnasked(Platform):
    """Sends the notification of an echo to the last address it knows when the request names none."""

    known = "https://merchant.example/notify"

    def do_echo(self, ask: Ask) -> tuple[int, Any]:
        answer = super().do_echo(ask)
        if "notify_url" not in ask.fields:
            self.notify(ask.merchant, self.known, _ECHO, "security", {"echo_message": "x"}, "回显成功")
        return answer


@breaks("v3.echo.notifies-once")
class NotifiesAnEchoUnsigned(Platform):
    """Does not sign the notification of an echo."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        kept = tuple((name, value) for name, value in delivery.headers if not name.startswith("Wechatpay-"))
        return replace(delivery, headers=kept) if notice.event_type == _ECHO else delivery


@breaks("v3.echo.notifies-once")
class CallsAnEchoAPayment(Platform):
    """Calls the notification of an echo one of a payment."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        return super().envelope("TRANSACTION.SUCCESS" if event_type == _ECHO else event_type, summary, resource)


@breaks("v3.echo.notifies-once")
class NotifiesAnEchoInTheClear(Platform):
    """Does not seal the notification of an echo."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        if event_type == _ECHO:
            resource = {"original_type": "security", "echo_message": "x"}
        return super().envelope(event_type, summary, resource)


@breaks("v3.echo.notifies-once")
class SealsAnEchoForTheFirstMerchant(Platform):
    """Seals every notification of an echo with the APIv3 key of one merchant."""

    def seal(self, merchant: Merchant, plaintext: bytes, associated_data: str, original_type: str | None = None) -> dict[str, str]:
        reader = self.identity.merchant if original_type == "security" else merchant
        return super().seal(reader, plaintext, associated_data, original_type)


@breaks("v3.echo.refuses-mixed-key-modes")
class OpensASecretWithAnyKey(Platform):
    """Tries all its keys on a secret, whichever is named."""

    def decrypt(self, request: Request, name: str, ciphertext: str) -> str:
        for key in self.identity.platform:
            try:
                assert key.private_key is not None  # the platform has its own
                return oaep.decrypt(key.private_key, ciphertext)
            except ValueError:
                continue
        return super().decrypt(request, name, ciphertext)


@breaks("v3.echo.refuses-mixed-key-modes")
class OpensASecretWithTheCertificate(Platform):
    """Opens a secret with its certificate's key when the public key is named and does not fit."""

    def decrypt(self, request: Request, name: str, ciphertext: str) -> str:
        try:
            return super().decrypt(request, name, ciphertext)
        except Refused:
            private_key = self.identity.platform.certificates[0].private_key
            assert private_key is not None  # the platform has its own
            if not (request.header("Wechatpay-Serial") or "").startswith("PUB_KEY_ID_"):
                raise
            try:
                return oaep.decrypt(private_key, ciphertext)
            except ValueError:
                raise Refused(KEY_UNKNOWN) from None


@breaks("v3.echo.refuses-mixed-key-modes")
class IgnoresASecretItCannotOpen(Platform):
    """Takes a secret that it cannot open for none."""

    def decrypt(self, request: Request, name: str, ciphertext: str) -> str:
        try:
            return super().decrypt(request, name, ciphertext)
        except Refused:
            return ""
