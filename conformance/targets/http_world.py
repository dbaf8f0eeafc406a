"""The world of a served platform, reached through its control API."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Self

from conformance.targets.http_transport import HttpTransport
from conformance.targets.transport import Reply, Transport
from conformance.targets.verdicts import ConfigurationError, Inconclusive, NotApplicable, SuiteFault
from conformance.targets.world import ALL_POWERS, Answering
from reference.platform import Delivery
from reference.platform.control import PREFIX
from reference.platform.control_views import delivery_from_json, said_to_json
from reference.platform.payers import Coupon
from reference.platform.signing import KeyMode
from reference.platform.v2 import CERTIFICATE_HEADER, certificate_header
from reference.platform.worlds import WORLD_HEADER
from strategies.cases import Wire

__all__ = ["HttpWorld", "PrivateWorld"]


class HttpWorld:
    """Powers over the world that everybody who uses a served platform shares.

    Its clock runs, and others may move it, so it is asked for the time each time. Deliveries can be answered by a callable only
    while the platform holds its notifications (``wxconform serve --notify hold``).
    """

    def __init__(self, transport: Transport, powers: frozenset[str] = ALL_POWERS) -> None:
        self.powers = powers
        self._transport = transport

    @classmethod
    def of(cls, base_url: str, ca: Path | None = None) -> Self | None:
        """Return the world behind *base_url*, or None when it has no control API. *ca* is as for `HttpTransport`. Raises Unreachable."""
        transport = HttpTransport(base_url, ca=ca)
        try:
            reply = transport.send(Wire("GET", f"{PREFIX}capabilities", (("Accept", "application/json"),), b""))
            powers = _members(reply).get("powers") if reply.status == 200 else None
        except BaseException:
            transport.close()
            raise
        if not isinstance(powers, list):
            transport.close()
            return None
        return cls(transport, frozenset(powers) & ALL_POWERS)

    def close(self) -> None:
        """Let go of the connection."""
        self._transport.close()

    def now(self) -> int:
        """Return the platform's time in Unix seconds."""
        return int(self._ask("clock", method="GET")["now"])

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> str | None:
        """Let the payer pay."""
        extra = {} if credential is None else {"credential": credential}
        return _refused(self._ask("pay", mchid=mchid, out_trade_no=out_trade_no, **extra))

    def fail(self, mchid: str, out_trade_no: str) -> str | None:
        """Let the payer's attempt fail."""
        return _refused(self._ask("fail", mchid=mchid, out_trade_no=out_trade_no))

    def cancel(self, mchid: str, out_trade_no: str) -> str | None:
        """Let the payer walk away."""
        return _refused(self._ask("cancel", mchid=mchid, out_trade_no=out_trade_no))

    def settle(self, mchid: str, out_refund_no: str, outcome: Literal["SUCCESS", "ABNORMAL", "CLOSED"] = "SUCCESS") -> str | None:
        """Let the banks decide a refund."""
        return _refused(self._ask("settle", mchid=mchid, out_refund_no=out_refund_no, outcome=outcome))

    def let(self, machine: str, event: str, mchid: str, number: str, **facts: Any) -> str | None:
        """Let an event befall something."""
        return _refused(self._ask("let", machine=machine, event=event, mchid=mchid, number=number, facts=facts))

    def advance(self, seconds: float, answer: Answering | None = None) -> list[Delivery]:
        """Let time pass; with *answer*, moment by moment: the platform hands out what is due and is told how it was answered."""
        if answer is None:
            return _deliveries(self._moved(seconds=seconds, answers="accept"))
        sent: list[Delivery] = []
        step = self._moved(seconds=seconds, answers="ask")
        while due := _deliveries(step):
            answered = {delivery.notice_id: said_to_json(answer(delivery)) for delivery in due}
            sent += due
            step = self._moved(until=step["until"], answers="ask", answered=answered)
        return sent

    def rotate(self) -> None:
        """Let the next platform certificate take over."""
        self._ask("rotate")

    def limit(self, per_second: int | None) -> None:
        """Limit each merchant's requests per second."""
        self._ask("limit", per_second=per_second)

    def lose_next(self, when: Literal["before", "after"]) -> None:
        """Lose the next answer."""
        self._ask("lose", when=when)

    def plan_code(self, auth_code: str, state: Literal["SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY"]) -> None:
        """Say what happens when a payment code is charged."""
        self._ask("plan-code", auth_code=auth_code, state=state)

    def show_code(self, auth_code: str) -> None:
        """Let a payer open a payment code, which ages from then on."""
        self._ask("show-code", auth_code=auth_code)

    def give_coupons(self, mchid: str, out_trade_no: str, coupons: Sequence[Coupon]) -> None:
        """Give the payer of an order coupons."""
        given = [{"type": kind, "fee": fee} for kind, fee in coupons]
        self._ask("give-coupons", mchid=mchid, out_trade_no=out_trade_no, coupons=given)

    def fund(self, mchid: str, balance: int | None) -> None:
        """Give a merchant a balance for refunds."""
        self._ask("fund", mchid=mchid, balance=balance)

    def use_keys(self, key_mode: KeyMode) -> None:
        """Sign with certificates, with the public key, or with both from now on."""
        self._ask("use-keys", key_mode=key_mode)

    def _moved(self, **members: Any) -> dict[str, Any]:
        return self._ask("advance", **members)

    def _ask(self, action: str, *, method: str = "POST", **members: Any) -> dict[str, Any]:
        body = json.dumps(members).encode() if method == "POST" else b""
        reply = self._transport.send(Wire(method, f"{PREFIX}{action}", (("Content-Type", "application/json"),), body))
        content = _members(reply)
        if reply.status == 200:
            return content
        message = str(content.get("message") or f"the control API answered {reply.status}")
        if reply.status == 409:
            raise ConfigurationError(message)
        if reply.status >= 500:
            raise Inconclusive(message)
        raise SuiteFault(message)


class PrivateWorld(HttpWorld):
    """A world of our own on a served platform: it starts empty at *seed*, its clock stands still unless we move it.

    *transport* reaches the API inside that world, which ends when the transport is closed.
    """

    def __init__(self, base_url: str, seed: int, powers: frozenset[str] = ALL_POWERS, *, ca: Path | None = None) -> None:
        entrance = HttpWorld(HttpTransport(base_url, ca=ca))
        try:
            opened = entrance._ask("open-world", seed=seed)  # noqa: SLF001 - the same class
        finally:
            entrance.close()
        takes = opened.get("certificate_header") == CERTIFICATE_HEADER
        self.transport = _Inside(base_url, str(opened["world"]), ca, takes_certificates=takes)
        self._now = int(opened["now"])
        super().__init__(self.transport, powers)

    def now(self) -> int:
        """Return the time of this world in Unix seconds, which nobody else moves."""
        return self._now

    def _moved(self, **members: Any) -> dict[str, Any]:
        step = super()._moved(**members)
        self._now = int(step["now"])
        return step


class _Inside(HttpTransport):
    """Reaches one private world, and closes it behind itself.

    One that *takes_certificates* from whoever ended the TLS is told them in a header where there is none to end.
    """

    def __init__(self, base_url: str, world: str, ca: Path | None, *, takes_certificates: bool) -> None:
        super().__init__(base_url, headers=((WORLD_HEADER, world),), ca=ca)
        self._world = world
        self._tells = takes_certificates and not self.shows_certificates
        self.shows_certificates = self.shows_certificates or self._tells

    def send(self, wire: Wire) -> Reply:
        """Send *wire*. Raises NotApplicable where only the key of its certificate is known."""
        if not self._tells or wire.certificate is None:
            return super().send(wire)
        if wire.certificate.certificate is None:
            raise NotApplicable({"client-certificates"})
        return super().send(replace(wire, headers=(*wire.headers, certificate_header(wire.certificate.certificate)), certificate=None))

    def close(self) -> None:
        """Leave, and let the platform forget the world."""
        try:
            HttpWorld(self)._ask("close-world", world=self._world)  # noqa: SLF001 - the same module
        except Inconclusive:
            return  # a platform that is gone has forgotten it already
        finally:
            super().close()


def _members(reply: Reply) -> dict[str, Any]:
    try:
        content = json.loads(reply.body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _deliveries(step: dict[str, Any]) -> list[Delivery]:
    return [delivery_from_json(shown) for shown in step["deliveries"]]


def _refused(content: dict[str, Any]) -> str | None:
    refused = content["refused"]
    return None if refused is None else str(refused["name"])
