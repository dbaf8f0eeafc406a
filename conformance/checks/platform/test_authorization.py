"""The Authorization header: its grammar, and the certificate it names."""

from collections.abc import Iterable

from conformance.checks.platform.asking import Ask, asks, more_asks, order_of, try_faults
from conformance.checks.platform.stages import HALF_AN_HOUR, Kind, kinds, wait
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable, Violation
from reference.identity import Credential, Merchant
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies.cases import Call, Fault
from strategies.faults import authorization

GROUP = "requests"


@judges("v3.authorization.refuses-another-scheme")
def test_refuses_another_scheme(platform: Platform) -> None:
    """A request that is right but for its scheme is refused: none, Bearer, one of another digest, the one for brands."""
    try_faults(platform, asks(platform), lambda _ask: authorization.schemes())


@judges("v3.authorization.refuses-missing-parameter")
def test_refuses_a_missing_parameter(platform: Platform) -> None:
    """With any of the five parameters absent or empty, in the header alone or in the signed message too, a request is refused."""
    try_faults(platform, asks(platform), lambda _ask: authorization.missing_parameters())


@judges("v3.authorization.refuses-malformed-header")
def test_answers_a_malformed_header_with_a_json_error(platform: Platform) -> None:
    """Missing quotes, semicolons, the scheme alone or words are answered 401 with a JSON error that says SIGN_ERROR and why."""
    platform.observing = False  # the form of these refusals is what is judged here

    def attempt(fault: Fault) -> None:
        for ask in asks(platform):
            asked = ask.prepare(platform)
            answer = platform.send(asked.call, broken_by=fault, label=ask.name)
            message = answer.get("message")
            if answer.status != 401 or answer.code != "SIGN_ERROR" or not isinstance(message, str) or not message.strip():
                raise Violation(
                    "A malformed Authorization header is not answered as documented.",
                    expected="401 with code SIGN_ERROR and a message",
                    got=answer.described,
                )
            asked.untouched()
            platform.send(asked.call).is_accepted(because="The same request with a regular header is valid.")

    try_all(platform, authorization.malformed(), attempt)


@judges("v3.authorization.accepts-any-parameter-order")
def test_accepts_the_parameters_in_any_order(platform: Platform) -> None:
    """A correctly signed request is accepted for every one of the 120 orders of its five parameters."""
    calls = [Call("certificates_list"), Call("security_echo", body={"echo_message": "茶"})]

    def attempt(fault: Fault) -> None:
        for call in calls:
            platform.send(call, broken_by=fault).is_accepted(because="The parameters may come in any order.")

    try_all(platform, authorization.orders(), attempt)


@judges("v3.authorization.refuses-unknown-serial")
def test_refuses_an_unknown_serial(platform: Platform) -> None:
    """A serial_no the platform does not know for the mchid is refused: a digit changed, a platform key's, or made up."""

    def faults(ask: Ask) -> Iterable[Fault]:
        merchant = platform.merchant(ask.role)
        own = merchant.credential.serial_no
        middle = len(own) // 2
        yield authorization.numbered(own[:-1] + _another(own[-1]), "with-last-digit-changed")
        yield authorization.numbered(_another(own[0]) + own[1:], "with-first-digit-changed")
        yield authorization.numbered(own[:middle] + _another(own[middle]) + own[middle + 1 :], "with-middle-digit-changed")
        yield authorization.numbered(own[:-1], "cut-off")
        yield authorization.numbered(own + "0", "longer")
        yield authorization.numbered(str(int(own, 16)), "in-decimal")
        yield authorization.numbered("0123456789ABCDEF0123456789ABCDEF01234567", "made-up")
        yield authorization.numbered("0", "zero")
        yield authorization.numbered("unheard-of", "no-number")
        yield authorization.numbered(merchant.mchid, "mchid")
        for index, key in enumerate(platform.identity.platform):
            yield authorization.numbered(key.key_id, f"of-platform-key-{index}")

    try_faults(platform, asks(platform), faults)


@judges("v3.authorization.serial-selects-the-key")
def test_refuses_the_serial_of_the_merchants_other_certificate(platform: Platform) -> None:
    """A signature by one of a merchant's two certificates under the serial_no of the other is refused, either way round."""

    def faults(ask: Ask) -> Iterable[Fault]:
        first, second = _two(platform.merchant(ask.role))
        yield authorization.certificate(first, "old-under-the-new-serial", serial_no=second.serial_no)
        yield authorization.certificate(second, "new-under-the-old-serial", serial_no=first.serial_no)

    try_faults(platform, asks(platform), faults)


@judges("v3.authorization.serial-belongs-to-mchid")
def test_refuses_the_certificate_of_another_merchant(platform: Platform) -> None:
    """A request in one merchant's name with the serial_no and signature of another is refused and changes nothing."""
    if len(platform.roles) < 2:
        platform.needs("other-merchant")

    def faults(ask: Ask) -> Iterable[Fault]:
        mine = platform.merchant(ask.role).mchid
        for role in platform.roles:
            other = platform.merchant(role)
            if other.mchid != mine:
                for credential in other.credentials:
                    yield authorization.certificate(credential, f"of-the-{role}")

    try_faults(platform, asks(platform), faults)


@judges("v3.authorization.serial-belongs-to-mchid")
def test_another_merchants_certificate_changes_nothing_for_either(platform: Platform) -> None:
    """An order in one merchant's name, signed by another, exists for neither, whichever mchid the header names."""
    platform.needs("other-merchant")
    mine, other = platform.merchant(), platform.merchant("other")
    faults = (authorization.certificate(other.credential, "of-another"), authorization.called(other, "of-another"))

    def attempt(fault: Fault) -> None:
        order = order_of("jsapi", "merchant")
        platform.place(order, broken_by=fault).is_refused(SIGN_ERROR, because="One merchant signs for another.")
        platform.query(order).is_refused(because="The order of a refused request exists.")
        platform.query(order, role="other").is_refused(because="The order of a refused request exists for the other merchant.")
        platform.place(order).is_accepted()

    assert mine.mchid != other.mchid  # two roles of one merchant prove nothing
    try_all(platform, faults, attempt)


@judges("v3.authorization.accepts-both-certificates")
def test_accepts_both_certificates(platform: Platform) -> None:
    """Requests signed with either of a merchant's two certificates under its own serial_no are accepted, in any alternation."""

    def attempt(ask: Ask) -> None:
        first, second = _two(platform.merchant(ask.role))
        old, new = authorization.certificate(first, "old"), authorization.certificate(second, "new")
        for fault in (old, new, new, old, new, old, old):
            answer = platform.send(ask.prepare(platform).call, broken_by=fault, label=ask.name)
            answer.is_accepted(because="While a merchant has two certificates, either will do.")

    try_all(platform, more_asks(platform), attempt)


@judges("v3.authorization.accepts-both-certificates")
def test_an_order_outlives_a_change_of_certificate(platform: Platform) -> None:
    """An order placed under one certificate is queried and closed under the other."""

    def attempt(kind: Kind) -> None:
        first, second = _two(platform.merchant(kind.role))
        for old, new in ((first, second), (second, first)):
            order = order_of(kind.product, kind.role)
            platform.place(order, broken_by=authorization.certificate(old, "one")).is_accepted()
            wait(platform, HALF_AN_HOUR)
            platform.query(order, broken_by=authorization.certificate(new, "the-other")).is_accepted().has("trade_state", "NOTPAY")
            platform.close(order, broken_by=authorization.certificate(new, "the-other")).is_accepted()

    try_all(platform, kinds(platform, "native"), attempt)


def _another(digit: str) -> str:
    return "1" if digit != "1" else "2"


def _two(merchant: Merchant) -> tuple[Credential, Credential]:
    if len(merchant.credentials) < 2:
        raise NotApplicable({"second-merchant-certificate"})
    return merchant.credentials[0], merchant.credentials[1]
