"""Platforms that pay out, share and combine otherwise than ours, as the documents allow, are found without fault by the checks of APIv2."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings

from conformance.checks.platform.v2 import (
    test_v2_bank,
    test_v2_combine,
    test_v2_contract,
    test_v2_invariants_of_money,
    test_v2_isolation_of_money,
    test_v2_payout_access,
    test_v2_redpack_lives,
    test_v2_redpack_returns,
    test_v2_redpacks,
    test_v2_sharing,
    test_v2_sharing_amounts,
    test_v2_sharing_ends,
    test_v2_sharing_repeats,
    test_v2_sharing_returns,
    test_v2_transfers,
)
from conformance.runner.profiles import PROFILES, apply
from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.machines import SHARE, SHARING_RETURN, Entity
from reference.platform import Platform as ReferencePlatform
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused
from tests.platform.another import Check, another, cases, checks_of, holds_or_skips

_DAY = 86_400


class Quick(ReferencePlatform):
    """Credits shares and makes returns before it answers, and calls a return of too much failed instead of refusing it."""

    def new_sharing(self, call: Call, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        """Share, and be done with it."""
        sharing = super().new_sharing(call, draft, order, state)
        for share in self.store.belonging("share", sharing.owner, sharing.number):
            self.change(SHARE, "credit", share, {})
        return sharing

    def new_return(self, call: Call, draft: dict[str, Any], sharing: Entity, state: str) -> Entity:
        """Take back, and be done with it."""
        made = super().new_return(call, draft, sharing, state)
        self.change(SHARING_RETURN, "settle", made, {})
        return made

    def v2_return_share(self, call: Call) -> dict[str, str]:
        """Say in the answer that a return has failed."""
        try:
            return super().v2_return_share(call)
        except Refused as refused:
            if refused.refusal.name != "over-return":
                raise
        names = ("order_id", "out_order_no", "out_return_no", "return_account_type", "return_account", "return_amount", "description")
        told = {name: call.values[name] for name in names if name in call.values}
        unnamed = {name: "-" for name in ("order_id", "out_order_no") if name not in told}
        failed = {"return_no": self.fresh_id("3009", lambda _id: None), "result": "FAILED", "fail_reason": "BALANCE_NOT_ENOUGH"}
        return {**told, **unnamed, **failed}


class Slow(ReferencePlatform):
    """Takes its time: an hour for shares and returns, half a year until it releases what nobody shares."""

    sharing_after = 3_600

    def watch(self, subject: Entity, event: str, moment: int) -> None:
        """Release after 180 days."""
        own = event == "time_out" and subject.machine == "frozen_funds"
        super().watch(subject, event, subject.created + 180 * _DAY if own else moment)


class Terse(ReferencePlatform):
    """Tells what is promised, and nothing more, and lists orders as it likes."""

    def v2_share(self, call: Call) -> dict[str, str]:
        """Answer with the numbers."""
        told = super().v2_share(call)
        return {name: told[name] for name in ("transaction_id", "out_order_no", "order_id")}

    def v2_show_share(self, share: Entity) -> dict[str, Any]:
        """Leave the reason out."""
        told = super().v2_show_share(share)
        return {name: told[name] for name in ("type", "account", "amount", "description", "result")}

    def v2_show_redpack(self, call: Call) -> dict[str, str]:
        """Leave the words out."""
        return {name: value for name, value in super().v2_show_redpack(call).items() if name not in {"wishing", "remark", "act_name"}}

    def v2_show_combined(self, whole: Entity) -> dict[str, str]:
        """List the orders the other way round."""
        shown = super().v2_show_combined(whole)
        listed = json.loads(shown["sub_order_list"])
        return shown | {"sub_order_list": json.dumps({**listed, "order_list": listed["order_list"][::-1]})}


_SHARES = (
    test_v2_sharing,
    test_v2_sharing_amounts,
    test_v2_sharing_ends,
    test_v2_sharing_repeats,
    test_v2_sharing_returns,
    test_v2_isolation_of_money,
    test_v2_invariants_of_money,
)
_PAYOUTS = (test_v2_bank, test_v2_payout_access, test_v2_redpack_lives, test_v2_redpack_returns, test_v2_redpacks, test_v2_transfers)
_judged = cases(
    (Quick, (*_SHARES, test_v2_contract)),
    (Slow, _SHARES),
    (Terse, (*_SHARES, *_PAYOUTS, test_v2_combine, test_v2_contract)),
)


@pytest.fixture(scope="module", autouse=True)
def _a_few_examples() -> Iterator[None]:
    apply(PROFILES["smoke"])
    yield
    settings.load_profile("default")


@_judged
def test_what_the_documents_leave_open_is_no_violation(kind: type[ReferencePlatform], check: Check) -> None:
    """Every check holds on a platform that makes use of what the documents leave open."""
    platform = another(kind)

    holds_or_skips(check, platform)


@pytest.mark.parametrize(
    "check", [pytest.param(check, id=check.__name__) for each in (*_SHARES, test_v2_contract, test_v2_combine) for check in checks_of(each)]
)
def test_a_merchant_may_be_the_only_one(check: Check) -> None:
    """Every check that needs nobody else holds where there is one merchant alone, and says what it needs where it needs more."""
    identity = replace(bundled(), partner=None, other=None)
    reference = ReferencePlatform(identity)
    platform = Platform("another", identity, DirectTransport(reference), world=DirectWorld(reference), seed=0)

    holds_or_skips(check, platform)
