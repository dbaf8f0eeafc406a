"""The sandbox side of a platform: its key over time, what it offers, and what is noticed and excused."""

import json
from collections.abc import Mapping

import pytest

from conformance.targets.journal import to_json
from conformance.targets.pacing import Lane
from conformance.targets.platform import Platform
from conformance.targets.sandbox_platform import SandboxPlatform
from conformance.targets.transport import DirectTransport
from conformance.targets.v2.noticed import Noticed
from conformance.targets.v2.sandbox import SandboxKeys
from conformance.targets.verdicts import NotApplicable, NotOffered, Violation
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.oracles.v2 import SignType
from reference.platform import Platform as ReferencePlatform
from reference.platform.faults import find
from reference.platform.v2 import SANDBOX_DEVIATIONS
from reference.platform.v2.deviations import KEY_LIFE
from reference.platform.wire import Answer, Headers
from reports.redaction import Redactor
from strategies.cases import Refund
from strategies.orders import lean
from strategies.v2 import signatures


def _sandbox(reference: ReferencePlatform) -> SandboxPlatform:
    lane, transport = Lane(0.0, 100), DirectTransport(reference)
    return SandboxPlatform("sandbox", bundled(), transport, lane=lane, keys=SandboxKeys(), noticed=Noticed())


def _asked(platform: Platform) -> list[str]:
    return [exchange.wire.target.rpartition("/")[2] for exchange in platform.exchanges]


def test_the_key_is_fetched_once() -> None:
    """The first request fetches the key, and the others use it."""
    platform = _sandbox(ReferencePlatform())
    order = lean("codepay", total=2)
    platform.v2.place(order).is_accepted()
    platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS")

    assert _asked(platform) == ["getsignkey", "micropay", "orderquery"]


def test_a_key_that_is_too_old_is_fetched_anew() -> None:
    """After three days the key is not tried any more."""
    reference = ReferencePlatform()
    platform = Platform("mock", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=1)
    first = platform.sandbox.key(platform.merchant())
    platform.advance(KEY_LIFE)

    assert platform.sandbox.key(platform.merchant()) != first
    platform.sandbox.place(lean("codepay", total=1)).is_accepted()


def test_a_key_that_is_refused_is_renewed_once() -> None:
    """A right request refused for its signature is sent again with a new key; a key that stays the same is not tried twice."""
    reference = ReferencePlatform()
    platform = _sandbox(reference)
    platform.v2.place(lean("codepay", total=1)).is_accepted()
    reference.v2_sandbox_keys.clear()
    platform.begin_example()
    platform.v2.place(lean("codepay", total=1)).is_accepted()
    assert _asked(platform) == ["micropay", "getsignkey", "micropay"]

    stubborn = _sandbox(_RefusesSigns())
    stubborn.v2.place(lean("codepay", total=1)).is_refused("SIGNERROR")
    assert _asked(stubborn) == ["getsignkey", "micropay", "getsignkey"]


class _RefusesSigns(ReferencePlatform):
    """Takes no signature in the sandbox."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: SignType) -> bool:
        return "out_trade_no" not in values and super().v2_is_signed(values, key, sign_type)


def test_the_target_offers_what_the_sandbox_has() -> None:
    """APIv3, ordering, refunding and queries by transaction_id are not offered; any amount becomes one that is a case."""
    platform = _sandbox(ReferencePlatform())
    order = lean("codepay", total=100)

    for ask in (
        lambda: platform.place(lean("native")),
        lambda: platform.v2.place(lean("native")),
        lambda: platform.v2.reverse(order),
        lambda: platform.v2.refund(Refund(order, 1)),
        lambda: platform.v2.query_by_id(order, "4200"),
    ):
        with pytest.raises(NotOffered):
            ask()
    assert platform.exchanges == []
    platform.v2.place(order).is_accepted().has("total_fee", "1")
    assert order.total == 1
    with pytest.raises(NotApplicable, match="production"):
        platform.needs("production")


def test_known_deviations_are_noticed_and_excused() -> None:
    """What is known is written down and blamed on nobody; once it shows no more, that is written down."""
    for deviations, seen in ((SANDBOX_DEVIATIONS, "shown"), (frozenset(), "mended")):
        reference = ReferencePlatform()
        reference.sandbox_deviations = deviations
        platform = _sandbox(reference)
        platform.v2.place(lean("codepay", total=3)).is_accepted()
        platform.v2.place(lean("codepay", total=1), members={"total_fee": "-1"}).is_refused("PARAM_ERROR")

        noticed = platform.sandbox.noticed
        counted = {"shown": noticed.shown, "mended": noticed.mended}
        assert dict(counted.pop(seen)) == dict.fromkeys(SANDBOX_DEVIATIONS, 1)
        assert not next(iter(counted.values()))


def test_an_unknown_deviation_is_not_excused() -> None:
    """An answer whose signature leaves anything else out, or is made with another key, is a violation as in production."""
    for fault in ("leaves-answers-of-v2-unsigned", "signs-answers-with-the-apiv3-key"):
        platform = _sandbox(find(fault).platform())
        with pytest.raises(Violation, match=r"An answer of the sandbox cannot be believed") as caught:
            platform.v2.place(lean("codepay", total=3))
        assert caught.value.rule == "v2.sign.signs-its-answers"


def test_a_platform_without_sandbox_is_not_blamed() -> None:
    """Where the key's path is unknown there is no sandbox, and what needs one does not apply."""

    class WithoutSandbox(ReferencePlatform):
        """Answers 404 below /xdc/."""

        def handle(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
            return Answer(404, [], b"") if target.startswith("/xdc/") else super().handle(method, target, headers, body)

    platform = Platform("mock", bundled(), DirectTransport(WithoutSandbox()), seed=1, clock=lambda: 0)
    with pytest.raises(NotApplicable, match="sandbox"):
        platform.sandbox.place(lean("codepay", total=1))


def test_a_case_of_the_sandbox_is_kept_without_its_key() -> None:
    """The journal names the sandbox's key and holds it only where it was handed out, which no artefact shows."""
    platform = _sandbox(ReferencePlatform())
    order = lean("codepay", total=1)
    platform.v2.place(order, broken_by=signatures.other_strings()[0])
    platform.v2.place(order).is_accepted()
    key = platform.sandbox.key(platform.merchant())
    _, handed_out, *others = to_json(platform.steps, platform.identity, platform.mint.minted)

    assert key in json.dumps(handed_out)
    assert key not in json.dumps(others)
    assert [step["signing"]["key"] for step in others] == ["sandbox", "sandbox"]
    assert key not in Redactor(()).text(json.dumps(handed_out))
