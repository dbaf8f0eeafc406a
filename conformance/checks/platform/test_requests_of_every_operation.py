"""No operation of the contract is left out when requests are verified."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from conformance.checks.tour import Findings, Visit, scenes
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import sample
from reference.identity import stranger
from reference.machines import Refusal
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies.cases import Fault
from strategies.faults import authorization, signature
from strategies.faults.identity import Anonymous, Forged
from strategies.faults.named import named
from strategies.faults.signed_body import signed_otherwise, tampered
from strategies.faults.time import Skew, not_in_seconds

GROUP = "requests"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One way to break a request, the rule by which it is refused, and how (in any way when nothing is named)."""

    rule: str
    fault: Fault
    refusals: tuple[Refusal, ...] = (SIGN_ERROR,)


@judges(
    "v3.request.refuses-missing-signature",
    "v3.request.refuses-foreign-key",
    "v3.request.refuses-another-message-layout",
    "v3.request.refuses-other-signature-algorithms",
    "v3.request.signature-covers-method",
    "v3.request.signature-covers-url",
    "v3.request.signature-covers-exact-body",
    "v3.request.signature-covers-timestamp-and-nonce",
    "v3.request.refuses-stale-timestamp",
    "v3.request.refuses-timestamp-not-in-seconds",
    "v3.request.partner-signs-as-sp-mchid",
    "v3.authorization.refuses-another-scheme",
    "v3.authorization.refuses-missing-parameter",
    "v3.authorization.refuses-unknown-serial",
)
def test_every_operation_verifies_its_requests(platform: Platform) -> None:
    """On a tour through every operation of the contract, each refuses its own valid request when it is broken in any of twenty ways."""
    findings = Findings(platform)
    seen: set[str] = set()

    def send(visit: Visit) -> Answer:
        operation = platform.contract.operations[visit.call.operation]
        if visit.valid and operation.signed_response and operation.id not in seen:
            seen.add(operation.id)
            turn = len(seen)
            attempts = list(_attempts(platform, visit))
            # A run that only smokes breaks every operation in other ways, and each in a few.
            for attempt in sample(attempts[turn % len(attempts) :] + attempts[: turn % len(attempts)], platform.most_cases):
                findings.judge(partial(_refused, platform, visit, attempt), f"{visit.says}, {attempt.fault!r}", attempt.rule)
        return platform.send(visit.call, label=visit.says)

    findings.play(scenes(platform, brief=True), send)


def _refused(platform: Platform, visit: Visit, attempt: _Attempt) -> None:
    because = f"{visit.call.operation} does not refuse a request that cannot be verified."
    exchanges, steps = len(platform.exchanges), len(platform.steps)
    platform.send(visit.call, broken_by=attempt.fault, label=visit.says).is_refused(*attempt.refusals, because=because)
    # What was refused as it should be has no part in what comes after.
    del platform.exchanges[exchanges:], platform.steps[steps:]


def _attempts(platform: Platform, visit: Visit) -> Iterator[_Attempt]:
    call = visit.call
    method = platform.contract.operations[call.operation].method
    merchant = platform.merchant(call.role)
    serial_no = merchant.credential.serial_no
    other_serial = serial_no[:-1] + ("1" if serial_no[-1] != "1" else "2")
    broken: list[tuple[str, tuple[Fault, ...]]] = [
        ("v3.request.refuses-missing-signature", (Anonymous(), authorization.BLANK)),
        ("v3.request.refuses-foreign-key", (Forged(stranger()),)),
        ("v3.request.refuses-another-message-layout", named(signature.layouts(), "no-last-newline", "carriage-returns", "full-url")),
        ("v3.request.refuses-other-signature-algorithms", named(signature.algorithms(), "pss", "sha1", "hex")),
        ("v3.request.signature-covers-method", named(signature.methods(method), f"method {method.lower()!r}", "method 'PUT'")),
        ("v3.request.signature-covers-url", (signature.parameter_added(), *named(signature.targets(), "target of-another"))),
        ("v3.request.signature-covers-timestamp-and-nonce", named(signature.header_values(), "renewed", "another-nonce")),
        ("v3.request.refuses-stale-timestamp", (Skew(-360), Skew(360))),
        ("v3.request.refuses-timestamp-not-in-seconds", named(not_in_seconds(), "timestamp in milliseconds")),
        ("v3.authorization.refuses-another-scheme", named(authorization.schemes(), "brand", "bearer")),
        ("v3.authorization.refuses-missing-parameter", named(authorization.missing_parameters(), "serial_no-absent", "signature-empty")),
        ("v3.authorization.refuses-unknown-serial", (authorization.certificate(merchant.credential, "unknown", serial_no=other_serial),)),
    ]
    if isinstance(call.body, dict):
        bodies = (*named(tampered(order=False), "sent body with-blank-at-end"), *named(signed_otherwise(order=False), "signed body absent"))
        broken.append(("v3.request.signature-covers-exact-body", bodies))
    for rule, faults in broken:
        yield from (_Attempt(rule, fault) for fault in faults)
    if call.operation.startswith("partner_"):
        for sub_mchid in merchant.sub_mchids:
            yield _Attempt("v3.request.partner-signs-as-sp-mchid", authorization.called(sub_mchid, "of-a-sub-merchant"), ())
