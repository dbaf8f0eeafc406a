"""The Python SDK wechatpayv3 as a merchant of our platform."""

import pytest

from reference.oracles import authorization
from reference.oracles.diagnosis import diagnose_request
from tests.sdks.scenarios import CERTIFICATE_SCENARIOS, SCENARIOS, Scenario
from tests.sdks.stage import Stage

SDK = "wechatpayv3"
in_certificate_mode = pytest.mark.parametrize("key_mode", ["certificate"], indirect=True)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_scenario(scenario: Scenario, stage: Stage) -> None:
    """The SDK lives through the scenario in both key modes, and the wire agrees."""
    scenario(stage)

    stage.judge_wire()


@in_certificate_mode
@pytest.mark.parametrize("scenario", CERTIFICATE_SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_certificate_scenario(scenario: Scenario, stage: Stage) -> None:
    """The SDK lives through the scenario with platform certificates, and the wire agrees."""
    scenario(stage)

    stage.judge_wire()


def test_starts_without_a_request_when_it_has_keys(stage: Stage) -> None:
    """With a certificate or the public key in hand, the SDK asks the platform nothing before its first call."""
    assert not stage.platform.exchanges


@in_certificate_mode
def test_starts_by_downloading_certificates(stage: Stage) -> None:
    """Without any key of the platform, the SDK downloads the certificates by itself and verifies with them."""
    stage.begin(keys=())

    stage.paid()

    assert [exchange.operation for exchange in stage.platform.exchanges] == ["certificates_list", "native_create"]
    stage.judge_wire()


@in_certificate_mode
def test_fetches_the_certificate_that_took_over(stage: Stage) -> None:
    """An answer signed with a certificate the SDK has not seen makes it download the list once, and then verifies."""
    stage.platform.rotate()

    stage.paid()
    stage.paid()

    assert [exchange.operation for exchange in stage.platform.exchanges] == ["native_create", "certificates_list", "native_create"]
    stage.judge_wire()


def test_quotes_a_vertical_bar_after_signing(stage: Stage) -> None:
    """A URL that the HTTP library quotes after it was signed is refused, and the diagnosis finds it signed in its other form."""
    order = stage.order(out_trade_no="SDK_-*|1")
    stage.call("native_create", body=order).accepted()

    stage.query(order["out_trade_no"]).refused(401, "SIGN_ERROR")

    request = stage.last.request
    claim = authorization.parse(request.header("Authorization") or "")
    keys = {claim.serial_no: stage.merchant.credential.public_key}
    found = diagnose_request(request.method, request.target, claim.timestamp, claim.nonce_str, request.body, claim.signature, keys)
    assert found is not None
    assert found.slug == "url-decoded"
    assert "SDK_-*%7C1" in request.target
    stage.judge_wire()
