"""What a platform that is not ours offers is found out, and nobody is blamed for the rest."""

import pytest

from conformance.targets.offers import Offers
from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport, Reply
from conformance.targets.verdicts import NotOffered
from reference.identity import bundled
from reference.platform import NOON
from reference.platform import Platform as ReferencePlatform
from strategies.cases import Wire
from strategies.orders import lean


class _Partial(DirectTransport):
    """The reference platform, but for paths that begin so: these get what *instead* says."""

    def __init__(self, *lacks: str, instead: Reply) -> None:
        super().__init__(ReferencePlatform())
        self._lacks = lacks
        self._instead = instead
        self.asked: list[str] = []

    def send(self, wire: Wire) -> Reply:
        """Answer, or say that there is nothing."""
        self.asked.append(wire.target)
        return self._instead if wire.target.startswith(self._lacks) else super().send(wire)


_NOTHING = (
    Reply(404, (), b""),
    Reply(405, (), b""),
    Reply(401, (), b'{"code":"SIGN_ERROR","message":"no Authorization"}'),
    Reply(200, (), b"<!DOCTYPE html><html></html>"),
)


@pytest.fixture(params=_NOTHING, ids=lambda reply: f"{reply.status}-{reply.body[:1].decode() or 'empty'}")
def nothing(request: pytest.FixtureRequest) -> Reply:
    """An answer that is no APIv2's."""
    answer: Reply = request.param
    return answer


def _target(transport: _Partial) -> Platform:
    return Platform("partial", bundled(), transport, seed=1, clock=lambda: NOON, offers=Offers(lambda: transport))


def test_a_platform_of_both_families_offers_both() -> None:
    """The reference platform offers everything."""
    platform = _target(_Partial("/nowhere", instead=_NOTHING[0]))

    assert platform.capabilities >= {"apiv2", "apiv3"}
    assert platform.v2.offers("sendredpack")


def test_a_platform_without_apiv2_is_not_asked_for_it(nothing: Reply) -> None:
    """Where another server, or nobody, answers on the paths of APIv2, it is missing, and APIv3 is judged alone."""
    platform = _target(_Partial("/pay/", "/secapi/", instead=nothing))

    assert "apiv2" not in platform.capabilities
    assert platform.place(lean("native")).accepted
    with pytest.raises(NotOffered, match="unifiedorder"):
        platform.v2.place(lean("native"))


@pytest.mark.parametrize("answer", [_NOTHING[0], Reply(200, (), b"<xml><return_code>FAIL</return_code></xml>")])
def test_a_platform_without_apiv3_is_judged_on_apiv2(answer: Reply) -> None:
    """Where the paths of APIv3 are answered by nobody, or in XML, it is missing."""
    platform = _target(_Partial("/v3/", instead=answer))

    assert "apiv3" not in platform.capabilities
    assert platform.v2.place(lean("native")).accepted
    with pytest.raises(NotOffered, match="apiv3"):
        platform.place(lean("native"))


def test_an_operation_that_is_missing_is_looked_for_once(nothing: Reply) -> None:
    """A platform of payments only offers no red packets; to know it costs one request."""
    transport = _Partial("/mmpaymkttransfers/", instead=nothing)
    platform = _target(transport)

    assert [platform.v2.offers("sendredpack") for _ in range(3)] == [False] * 3
    assert transport.asked.count("/mmpaymkttransfers/sendredpack") == 1
    assert platform.v2.offers("refund")


def test_a_wrong_answer_is_an_answer() -> None:
    """An interface that answers in a text nobody understands is there, and is judged for it."""
    platform = _target(_Partial("/pay/", instead=Reply(200, (), b"error")))

    assert "apiv2" in platform.capabilities
    assert platform.v2.offers("unifiedorder")
