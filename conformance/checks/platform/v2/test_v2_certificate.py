"""Client certificates: what takes money out needs the merchant's own, the rest needs none."""

from dataclasses import replace

from conformance.checks.platform.stages import wait
from conformance.checks.platform.v2.asking import AskV2, asks, order_of, roles
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.rules import judges
from strategies.cases import Refund, Role
from strategies.v2.cases import CallV2, Shown

GROUP = "v2 access"

_REFUSED = ("CA_ERROR", "CERT_ERROR")


@judges("v2.certificate.refuses-money-going-out-without-it")
def test_money_goes_out_by_certificate_only(platform: Platform) -> None:
    """A refund and a reversal without certificate, or with another merchant's, are refused without effect; with the own one done."""
    platform.needs("client-certificates", "payer", "other-merchant")
    platform.observing = False  # a refusal by HTTP status is one, too

    def attempt(case: tuple[AskV2, str, Shown]) -> None:
        ask, operation, shown = case
        prepared = ask.prepare(platform)
        wrong = replace(prepared.call, operation=operation, certificate=shown)
        whose = "no certificate" if shown == "none" else "another merchant's certificate"
        platform.v2.send(wrong, label=f"{ask} by {operation} with {whose}").is_refused_anyhow(
            *_REFUSED, because=f"The connection bears {whose}."
        )
        prepared.unchanged()
        platform.v2.send(replace(prepared.call, operation=operation)).is_taken(
            because="The connection bears the merchant's own certificate."
        )

    ways = {"refunding": ("refund", "refundv2"), "reversing": ("reverse",)}
    money_out = [(ask, operation) for ask in asks(platform) for operation in ways.get(ask.name, ())]
    bad: tuple[Shown, ...] = ("none", "other")
    try_all(platform, [(*way, shown) for way in money_out for shown in bad], attempt)


@judges("v2.certificate.asks-for-none-elsewhere")
def test_the_rest_needs_no_certificate(platform: Platform) -> None:
    """Ordering, charging a code, querying, closing and querying a refund are done without a certificate, and with one."""
    platform.needs("client-certificates", "payer")

    def attempt(case: tuple[Role, Shown]) -> None:
        role, shown = case

        def done(call: CallV2) -> None:
            platform.v2.send(replace(call, certificate=shown)).is_accepted(because="It needs no certificate.")

        calls, order, other = platform.v2.calls, order_of("native", role), order_of("jsapi", role)
        done(calls.place(order))
        done(calls.query(order))
        wait(platform, 301)  # a close may be refused within five minutes of ordering
        done(calls.close(order))
        done(calls.place(order_of("codepay", role)))
        platform.v2.must_pay(other)
        refund = Refund(other, 1)
        platform.v2.refund(refund).is_accepted()
        done(calls.query_refund(refund))

    try_all(platform, [(role, shown) for role in roles(platform) for shown in _none_or_own(role)], attempt)


def _none_or_own(role: Role) -> tuple[Shown, Shown]:
    return "none", role
