"""What can be wrong with asking the sandbox, each in a paragraph of its own."""

from collections.abc import Iterator

from conformance.runner.symptoms import Symptom, tried
from conformance.targets.sandbox_platform import SandboxPlatform
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import ConfigurationError, shown
from reports.outcomes import Outcome

__all__ = ["examine_sandbox"]

_LENGTH = 32


def examine_sandbox(platform: SandboxPlatform, url: str) -> Iterator[Symptom]:
    """Examine the credentials by fetching the sandbox key from *url*; a key that is at hand is not fetched again."""
    merchant = platform.merchant()
    yield Symptom("credentials", Outcome.PASSED, f"mchid {merchant.mchid[:4]}…{merchant.mchid[-2:]} and its APIv2 key; APIv3 is not needed")

    def fetch() -> str:
        if platform.sandbox.has_key(merchant):
            return "the sandbox key is at hand"
        answer = platform.sandbox.ask_for_key(merchant)
        _must_be_an_answer(answer, url)
        if not answer.accepted:
            raise ConfigurationError(
                f"The sandbox refuses its key: {shown(answer.result.why)}\n"
                f"It is asked for with the APIv2 key of the real account of {merchant.mchid}. Check mchid and key: the key is set on the "
                "merchant platform (account centre, API security), and is neither the APIv3 key nor a sandbox key."
            )
        if len(answer.get("sandbox_signkey") or "") != _LENGTH:
            raise ConfigurationError(
                f"{url} says yes to the key request and gives no key of {_LENGTH} characters. It is no sandbox of APIv2."
            )
        return f"{url} hands the sandbox key out"

    yield tried("sandbox key", fetch)


def _must_be_an_answer(answer: AnswerV2, url: str) -> None:
    kind = answer.exchange.reply.header("Content-Type") or "no content type"
    if answer.status != 200:
        raise ConfigurationError(
            f"{url} answers the key request with HTTP {answer.status} ({kind}): there is no sandbox of APIv2.\n"
            "Leave the URL out for the official one; an imitation must serve /xdc/apiv2getsignkey/sign/getsignkey."
        )
    if answer.result.flaw is not None and answer.result.flaw != "off-schema":
        raise ConfigurationError(
            f"{url} answers the key request with {kind} that is no message of APIv2: {answer.result.why}\n"
            "An answer of the sandbox is XML (text/xml or text/plain). Check the URL: something else is listening there."
        )
