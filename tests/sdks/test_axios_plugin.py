"""The Node SDK wechatpay-axios-plugin as a merchant of our platform."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from reference.platform import Answer
from tests.sdks.protocol import Refused
from tests.sdks.scenarios import CERTIFICATE_SCENARIOS, SCENARIOS, Scenario
from tests.sdks.stage import Stage, pem

SDK = "axios_plugin"
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


def test_sends_a_vertical_bar_as_it_signs_it(stage: Stage) -> None:
    """An order number with every legal character is signed as it is sent, and the order is found."""
    order = stage.order(out_trade_no="SDK_-*|1")
    stage.call("native_create", body=order).accepted()

    assert stage.query(order["out_trade_no"]).accepted()["out_trade_no"] == "SDK_-*|1"
    assert "SDK_-*|1" in stage.last.request.target
    stage.judge_wire()


def test_refuses_a_stale_answer(stage: Stage) -> None:
    """An answer signed well, but 301 s ago, is refused; the same answer signed now is not."""
    number = stage.paid()

    def signed_long_ago(answer: Answer) -> Answer:
        stage.platform.offset = -301.0
        headers = stage.platform.signed_headers(stage.platform.active_keys()[0], answer.body)
        stage.platform.offset = 0.0
        return replace(answer, headers=[*headers, ("Content-Type", "application/json")])

    stage.served.tampering.append(signed_long_ago)
    with pytest.raises(Refused, match="TIMESTAMP"):
        stage.query(number)
    stage.query(number).accepted()


@in_certificate_mode
def test_its_downloader_writes_the_certificates_in_use(stage: Stage, axios_downloader: Path, tmp_path: Path) -> None:
    """The downloader that comes with the SDK verifies and writes exactly the certificates in use."""
    stage.platform.rotate()
    private_key, output = tmp_path / "apiclient_key.pem", tmp_path / "certificates"
    key = stage.merchant.credential.private_key
    private_key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    output.mkdir()
    options = {
        "--baseURL": stage.served.url,
        "--mchid": stage.merchant.mchid,
        "--serialno": stage.merchant.credential.serial_no,
        "--privatekey": str(private_key),
        "--key": stage.merchant.apiv3_key,
        "--output": str(output),
    }

    command = [shutil.which("node") or "node", str(axios_downloader), "crt", *(part for option in options.items() for part in option)]
    done = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=60, check=False)

    written = {path.name: path.read_text() for path in output.iterdir()}
    assert written == {f"wechatpay_{key.key_id}.pem": pem(key) for key in stage.platform.active_keys()}, done.stderr
    assert len(written) == 2
    stage.judge_wire()
