"""Who may pay out: whoever signs rightly, over a connection that bears the merchant's certificate, and nobody else."""

from collections.abc import Callable
from dataclasses import replace

from conformance.checks.platform.v2.asking import AskV2, Prepared, try_faults
from conformance.checks.platform.v2.paying_out import Sender, absent, packets, shown
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.payouts import Payouts
from reference.rules import judges
from strategies.v2 import signatures
from strategies.v2.cases import CallV2, Shown

GROUP = "v2 access"

_REFUSED = ("CA_ERROR", "CERT_ERROR")
_INCOMPLETE = ("LACK_PARAMS", "PARAM_ERROR")
_TOLD = {"transfer": ("amount", "openid"), "bank": ("amount", "enc_bank_no")}
"""The members whose change would pay more, or somebody else."""


@judges("v2.certificate.refuses-money-going-out-without-it")
def test_pays_out_by_certificate_only(platform: Platform) -> None:
    """A payout without certificate, or with another merchant's, is refused and not made; with the merchant's own it is."""
    platform.needs("client-certificates", "other-merchant")
    platform.observing = False  # a refusal by HTTP status is one, too
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, Shown]) -> None:
        sender, bears = case
        payout = sender.payout()
        call = payouts.sending(payout)
        whose = "no certificate" if bears == "none" else "another merchant's certificate"
        answer = platform.v2.send(replace(call, certificate=bears), label=f"send {payout!r} with {whose}")
        answer.is_refused_anyhow(*_REFUSED, because=f"The connection bears {whose}.")
        absent(payouts, payout)
        platform.v2.send(call, label=f"send {payout!r}").is_accepted(because="The connection bears the merchant's own certificate.")
        shown(payouts, payout)

    bad: tuple[Shown, ...] = ("none", "other")
    try_all(platform, [(sender, bears) for sender in _every(platform) for bears in bad], attempt)


@judges("v2.sign.refuses-a-wrong-signature")
def test_pays_out_on_the_right_sign_only(platform: Platform) -> None:
    """A payout whose sign is wrong, or that was changed after signing, is refused and not made; nobody gets the bank key so either."""
    payouts = Payouts(platform)
    because = "A request whose sign is wrong was not refused as such."

    def prepared(sender: Sender) -> Callable[[Platform], Prepared]:
        def prepare(_platform: Platform) -> Prepared:
            payout = sender.payout()
            return Prepared(payouts.sending(payout), lambda: absent(payouts, payout))

        return prepare

    wrong = signatures.wrong_signs()[:4]
    for sender in _every(platform):
        changed = signatures.changed_values(*_TOLD.get(sender.kind, ("total_amount", "re_openid")))
        ask = AskV2(f"sending {sender.kind}", sender.role, prepared(sender))
        try_faults(platform, (*wrong, *changed), "SIGNERROR", *_INCOMPLETE, because=because, some=[ask])
    key = CallV2("getpublickey", members={"sign_type": "MD5"})
    try_all(platform, wrong, lambda fault: platform.v2.send(key, broken_by=fault).is_refused("SIGNERROR", *_INCOMPLETE, because=because))


def _every(platform: Platform) -> list[Sender]:
    return [*packets(platform), Sender("transfer", "merchant"), Sender("bank", "merchant")]
