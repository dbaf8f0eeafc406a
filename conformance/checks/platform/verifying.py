"""Whether an answer is signed as it must be, by which key, and if not, why."""

from dataclasses import dataclass

from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from reference.identity import SigningKey
from reference.oracles import signature
from reference.oracles.keys import same_serial

__all__ = ["Seal", "called", "is_signed", "must_verify", "seal_of", "signer_of"]

_SIGNATURE = "Wechatpay-Signature"


@dataclass(frozen=True, slots=True)
class Seal:
    """What signs an answer: the four headers as they came."""

    timestamp: str
    nonce_str: str
    serial: str
    signature: str


def is_signed(answer: Answer) -> bool:
    """Tell whether the answer carries a signature, right or wrong."""
    return bool(answer.exchange.reply.header(_SIGNATURE))


def seal_of(answer: Answer) -> Seal:
    """Return the headers that sign *answer*; each must be there once and hold something."""
    return Seal(*(_only(answer, f"Wechatpay-{name}") for name in ("Timestamp", "Nonce", "Serial", "Signature")))


def must_verify(platform: Platform, answer: Answer) -> Seal:
    """Demand that one of the platform's keys signed *answer*, whichever its headers name."""
    seal = seal_of(answer)
    if signer_of(platform, answer, seal) is None:
        raise Violation(
            "The answer's signature does not verify with any key of the platform.",
            expected="base64 of RSASSA-PKCS1-v1_5 with SHA-256 over timestamp, nonce and body, each ended by LF",
            got=f"{answer.described}, signed {seal.signature[:24]}… under {seal.serial}",
        )
    return seal


def signer_of(platform: Platform, answer: Answer, seal: Seal) -> SigningKey | None:
    """Return the key of the platform that signed *answer*, if any did; the one it names is tried first."""
    message = signature.response_message(seal.timestamp, seal.nonce_str, answer.exchange.reply.body)
    keys = sorted(platform.identity.platform, key=lambda key: not same_serial(key.key_id, seal.serial))
    return next((key for key in keys if signature.verifies(key.public_key, message, seal.signature)), None)


def called(platform: Platform, serial: str) -> SigningKey | None:
    """Return the key of the platform that *serial* names, if there is one."""
    return next((key for key in platform.identity.platform if same_serial(key.key_id, serial)), None)


def _only(answer: Answer, name: str) -> str:
    values = [value for key, value in answer.exchange.reply.headers if key.lower() == name.lower()]
    if len(values) != 1 or not values[0].strip():
        found = " and ".join(repr(value) for value in values) or "none"
        raise Violation(f"The answer is not signed: {name} is missing.", expected=f"one {name}", got=f"{found} with {answer.described}")
    return values[0]
