"""The fuzzer on the mock, fed by hand with what schemathesis would draw: each broken platform is blamed under the right rule."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from conformance.fuzzing.fuzzer import Fuzzer
from conformance.runner.opening import open_target
from conformance.targets.calls import NOTIFY_URL
from reference.contract import load
from reference.identity import bundled
from reference.oracles import signature
from reports.model import CheckFinished
from reports.outcomes import Outcome
from strategies.cases import Signing

_OPERATIONS = load("v3").operations
_MERCHANT = bundled().merchant


@dataclass
class _Case:
    """A drawn case, sent as schemathesis sends its own: prepared by requests, signed by the session's auth."""

    fuzzer: Fuzzer
    operation: Any
    body: Any
    path: str
    query: dict[str, str] = field(default_factory=dict)

    def call(self, base_url: str | None = None, session: requests.Session | None = None) -> Any:
        """Send it."""
        assert session is not None
        url = f"{base_url}{self.path}"
        return session.request(self.operation.method, url, params=self.query, json=self.body, auth=self.fuzzer.auth, timeout=5)


def _order(**members: Any) -> dict[str, Any]:
    order = {
        "appid": _MERCHANT.appid,
        "mchid": _MERCHANT.mchid,
        "description": "龙井茶",
        "out_trade_no": "drawn00001",
        "notify_url": NOTIFY_URL,
        "amount": {"total": 100},
    }
    return order | members


@pytest.fixture
def told() -> list[CheckFinished]:
    """What the fuzzer says of its operations."""
    return []


def _fuzzer(told: list[CheckFinished], fault: str | None = None, phase: str = "coverage") -> Fuzzer:
    opened = open_target("mock", None, fault, config=Path("none.toml"))
    return Fuzzer(opened, (*_OPERATIONS.values(), *load("v2").operations.values()), phase, seed=1637, fault=fault, emit=told.append)


def _sent(fuzzer: Fuzzer, operation: str, body: Any = None, *, query: dict[str, str] | None = None, **numbers: str) -> list[str | None]:
    """Send one request and return the rules it broke."""
    described = _OPERATIONS[operation]
    case = _Case(fuzzer, described, body, described.path.format(**numbers), query or {})
    return [violation.rule for violation in fuzzer.attempt(case)]


_H5 = {"scene_info": {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}}}

_CAUGHT = [
    ("fails-on-bad-parameters", "native_create", _order(amount={"total": 0}), "v3.error.blames-the-caller-for-caller-errors"),
    ("fails-on-unreadable-bodies", "native_create", [], "v3.error.blames-the-caller-for-caller-errors"),
    ("fails-when-only-the-balance-may-pay", "app_create", _order(limit_pay=["balance_only"]), "v3.contract.answers-every-allowed-request"),
    ("leaves-success-unsigned", "native_create", _order(), "v3.response.success-is-signed"),
    ("explains-itself-in-html", "native_create", _order(amount={}), "v3.error.is-json-with-code-and-message"),
    ("names-h5-urls-the-old-way", "h5_create", _order(**_H5), "v3.contract.answers-fit-the-contract"),
    ("accepts-orders-with201", "app_create", _order(), "v3.contract.answers-fit-the-contract"),
    ("places-before-it-looks", "native_create", _order(appid="wx0000000000000000"), "v3.invariant.refusals-change-nothing"),
    (
        "takes-amounts-with-a-point-for-yuan",
        "app_create",
        _order(amount={"total": 100.0}),
        "v3.contract.whole-numbers-count-by-their-value",
    ),
]


@pytest.mark.parametrize(("fault", "operation", "body", "rule"), _CAUGHT, ids=[row[0] for row in _CAUGHT])
def test_a_broken_platform_is_blamed_by_the_right_rule(told: list[CheckFinished], fault: str, operation: str, body: Any, rule: str) -> None:
    """Every seeded fault shows under its own rule and no other, and the same request leaves the unbroken platform blameless."""
    assert set(_sent(_fuzzer(told, fault), operation, body)) == {rule}
    assert _sent(_fuzzer(told), operation, body) == []


_V2 = load("v2").operations


def _sent_v2(fuzzer: Fuzzer, operation: str, body: Any) -> list[str | None]:
    """Send one request of APIv2, drawn as JSON, and return the rules it broke."""
    case = _Case(fuzzer, _V2[operation], body, _V2[operation].path)
    return [violation.rule for violation in fuzzer.attempt(case)]


def _order_v2(**members: Any) -> dict[str, Any]:
    order = {"appid": _MERCHANT.appid, "mch_id": _MERCHANT.mchid, "nonce_str": "n", "body": "龙井茶", "out_trade_no": "drawn00001"}
    paid = {"total_fee": "100", "spbill_create_ip": "203.0.113.7", "trade_type": "APP", "notify_url": NOTIFY_URL}
    return order | paid | members


_CAUGHT_V2: list[tuple[str, Any, str]] = [
    ("leaves-answers-of-v2-unsigned", _order_v2(), "v2.sign.signs-its-answers"),
    ("refuses-by-status", _order_v2(total_fee="0"), "v2.xml.answers-in-layers"),
    ("fails-without-a-cause", _order_v2(total_fee="0"), "v2.xml.names-a-cause-exactly-on-failure"),
]


@pytest.mark.parametrize(("fault", "body", "rule"), _CAUGHT_V2, ids=[row[0] for row in _CAUGHT_V2])
def test_a_broken_apiv2_is_blamed_by_the_right_rule(told: list[CheckFinished], fault: str, body: Any, rule: str) -> None:
    """A fault shows under its own rule and no other, and the same request leaves the unbroken platform blameless."""
    assert set(_sent_v2(_fuzzer(told, fault), "unifiedorder", body)) == {rule}
    assert _sent_v2(_fuzzer(told), "unifiedorder", body) == []


def test_what_is_no_object_goes_to_apiv2_as_it_is(told: list[CheckFinished]) -> None:
    """A list is no message; the platform says so in its own way."""
    fuzzer = _fuzzer(told)

    assert _sent_v2(fuzzer, "unifiedorder", [1]) == []
    assert fuzzer.platform.exchanges[-1].wire.body == b"[1]"


def test_an_undocumented_parameter_value_is_to_be_refused(told: list[CheckFinished]) -> None:
    """A parameter outside its documented list is accepted by a broken platform only."""
    query = {"algorithm_type": "MD5"}

    assert _sent(_fuzzer(told, "lists-certificates-of-any-algorithm"), "certificates_list", query=query) == [
        "v3.contract.refuses-what-breaks-a-bound"
    ]
    assert _sent(_fuzzer(told), "certificates_list", query=query) == []


def test_a_refund_refused_and_kept_is_found(told: list[CheckFinished]) -> None:
    """In a chain a refund beyond what was paid is refused; a platform that keeps it all the same is blamed."""
    fuzzer = _fuzzer(told, "leaves-a-refused-refund-behind", "stateful")
    _sent(fuzzer, "native_create", _order(amount={"total": 1}))
    fuzzer.pay()
    number = fuzzer.platform.mint.minted[0]
    refund = {"out_trade_no": number, "out_refund_no": "0", "amount": {"refund": 1, "total": 1, "currency": "CNY"}}

    assert _sent(fuzzer, "refund_create", refund) == []
    assert _sent(fuzzer, "refund_create", refund) == ["v3.invariant.refusals-change-nothing"]


def test_what_goes_out_is_what_was_signed(told: list[CheckFinished]) -> None:
    """The signature verifies over method, path and query, time, nonce and the exact bytes of the body."""
    fuzzer = _fuzzer(told)
    _sent(fuzzer, "native_create", _order(attach="茶 & %"))
    exchange = fuzzer.platform.exchanges[0]
    signing, wire = exchange.signing, exchange.wire

    assert exchange.reply.status == 200
    assert isinstance(signing, Signing)
    assert exchange.message == signature.request_message("POST", wire.target, signing.timestamp, signing.nonce_str, wire.body)
    assert b'"attach"' in wire.body


def test_numbers_are_minted_as_long_as_drawn(told: list[CheckFinished]) -> None:
    """A valid number is replaced by one nobody used, of the same length; one that is itself at fault goes out as drawn."""
    fuzzer = _fuzzer(told)
    _sent(fuzzer, "native_create", _order(out_trade_no="a" * 32))
    _sent(fuzzer, "native_create", _order(out_trade_no="a b"))
    first, second = (exchange.wire.body for exchange in fuzzer.platform.exchanges if exchange.wire.method == "POST")

    assert fuzzer.platform.mint.minted[0].encode() in first
    assert len(fuzzer.platform.mint.minted[0]) == 32
    assert b'"a b"' in second


def test_a_failure_is_believed_when_it_comes_again(told: list[CheckFinished]) -> None:
    """One 500 may be bad luck: the same request is sent once more, signed anew, and its second answer judged."""
    fuzzer = _fuzzer(told)
    assert fuzzer.platform.world is not None
    fuzzer.platform.world.lose_next("after")

    assert _sent(fuzzer, "native_create", _order()) == []
    assert [exchange.reply.status for exchange in fuzzer.platform.exchanges] == [500, 200]


def test_throttling_is_nobodys_fault(told: list[CheckFinished]) -> None:
    """An operation that was only throttled is inconclusive, not judged."""
    fuzzer = _fuzzer(told)
    assert fuzzer.platform.world is not None
    fuzzer.platform.world.limit(0)

    assert _sent(fuzzer, "certificates_list") == []
    fuzzer.finish()
    (check,) = [check for check in told if check.check == "fuzz/coverage/certificates_list"]
    assert check.outcome is Outcome.INCONCLUSIVE
    assert "429" in str(check.reason)


@pytest.fixture
def broken(told: list[CheckFinished]) -> dict[str, CheckFinished]:
    """What is said of a platform whose H5 answers lack their member, after three requests of growing size."""
    fuzzer = _fuzzer(told, "names-h5-urls-the-old-way")
    for attach in ("z" * 20, "z", "z" * 40):
        fuzzer.renew()
        _sent(fuzzer, "h5_create", _order(attach=attach, **_H5))
    fuzzer.finish()
    return {check.check: check for check in told}


def test_the_smallest_case_of_a_kind_is_kept(broken: dict[str, CheckFinished]) -> None:
    """Of many requests that break a rule in one way the smallest is told, with its exchange, its signed string and its steps."""
    check = broken["fuzz/coverage/h5_create::v3.contract.answers-fit-the-contract"]
    (finding,) = check.findings

    assert check.outcome is Outcome.VIOLATED
    assert b'"attach": "z"' in finding.exchanges[0].request.body
    assert finding.exchanges[0].signed_string
    assert [step["kind"] for step in finding.steps] == ["numbers", "send"]


def test_rules_kept_are_told_apart_from_rules_broken(broken: dict[str, CheckFinished]) -> None:
    """What an operation keeps is green although it breaks another rule, and what was never reached says so."""
    assert broken["fuzz/coverage/h5_create"].outcome is Outcome.PASSED
    assert "v3.response.success-is-signed" in broken["fuzz/coverage/h5_create"].rules
    assert "v3.contract.answers-fit-the-contract" not in broken["fuzz/coverage/h5_create"].rules
    assert broken["fuzz/coverage/app_create"].outcome is Outcome.NOT_EXERCISED
