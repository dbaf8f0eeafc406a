"""A walk through the operations of APIv2 that gets an answer of every kind from each: done, refused, not understood."""

from conformance.checks.platform.v2.asking import asks, order_of, roles
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.oracles.v2 import SignType
from strategies.cases import Refund, Role
from strategies.v2 import signatures
from strategies.v2.cases import CallV2

__all__ = ["tour"]

_KINDS: tuple[SignType, ...] = ("MD5", "HMAC-SHA256")


def tour(platform: Platform) -> None:
    """Ask everything by both algorithms; the observers of all answers judge what comes back."""

    def attempt(case: tuple[Role, SignType]) -> None:
        role, platform.v2.sign_type = case
        for ask in asks(platform):
            if ask.role == role:
                _several_ways(platform, ask.prepare(platform).call)
        order = order_of("native", role)
        platform.v2.query(order).is_refused("ORDERNOTEXIST")
        if not platform.v2.offers("unifiedorder"):
            return
        platform.v2.close(order).is_refused("ORDERNOTEXIST")
        platform.v2.place(order).is_accepted()
        platform.v2.query(order).is_accepted()
        platform.v2.query_refund(Refund(order, 1)).is_refused("REFUNDNOTEXIST")
        if "payer" in platform.capabilities:
            platform.pay(order)
            platform.v2.query(order).is_accepted()
            platform.v2.close(order).is_refused("ORDERPAID")
            if "client-certificates" in platform.capabilities:
                _refunds(platform, Refund(order, 2))

    try:
        try_all(platform, [(role, kind) for role in roles(platform) for kind in _KINDS], attempt)
    finally:
        platform.v2.sign_type = None


def _several_ways(platform: Platform, call: CallV2) -> None:
    platform.v2.send(call, broken_by=signatures.wrong_signs()[0]).is_refused()
    platform.v2.send(call.but(nonce_str="x" * 33)).is_refused("PARAM_ERROR", "LACK_PARAMS")
    platform.v2.send(call).is_taken()
    platform.v2.send(call)


def _refunds(platform: Platform, refund: Refund) -> None:
    platform.v2.refund(refund).is_accepted()
    platform.v2.query_refund(refund).is_accepted()
    platform.v2.refund(Refund(refund.order, refund.order.total + 1)).is_refused()
