"""What a request's signature covers besides URL and body, and how it is made."""

from conformance.checks.platform.asking import Ask, asks, try_faults
from conformance.targets.platform import Platform
from reference.rules import judges
from strategies.cases import Fault
from strategies.faults import signature

GROUP = "requests"


@judges("v3.request.refuses-another-message-layout")
def test_refuses_another_message_layout(platform: Platform) -> None:
    """A message with other line ends, with a line too few or too many or in another place, or with the host in its URL is refused."""
    try_faults(platform, asks(platform), lambda _ask: signature.layouts())


@judges("v3.request.refuses-other-signature-algorithms")
def test_refuses_other_signature_algorithms(platform: Platform) -> None:
    """PSS, other digests, other writings, and bytes cut off, changed or made up are refused, though key and message are right."""
    try_faults(platform, asks(platform), lambda _ask: signature.algorithms())


@judges("v3.request.signature-covers-method")
def test_refuses_a_signature_for_another_method(platform: Platform) -> None:
    """A signature over any other method than the one sent, or over its name in small letters, is refused."""

    def faults(ask: Ask) -> tuple[Fault, ...]:
        return signature.methods("POST" if ask.body else "GET")

    try_faults(platform, asks(platform), faults)


@judges("v3.request.signature-covers-timestamp-and-nonce")
def test_refuses_a_changed_timestamp_or_nonce(platform: Platform) -> None:
    """A timestamp or nonce_str in the header that is not the signed one is refused, be it ever so current."""
    try_faults(platform, asks(platform), lambda _ask: signature.header_values())
