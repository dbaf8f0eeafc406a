"""The Node SDK wechatpay-axios-plugin as a merchant of our platform."""

import json
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


@in_certificate_mode
@pytest.mark.parametrize("sign_type", ["MD5", "HMAC-SHA256"])
def test_speaks_apiv2_by_either_algorithm(stage: Stage, sign_type: str) -> None:
    """An order of APIv2 is placed, paid and found by either algorithm, each answer verified; one that was changed is refused."""
    appid, number = stage.merchant.appid, "SDK-V2-1"
    order = {"body": "茶 & 书 100%", "total_fee": "100", "spbill_create_ip": "203.0.113.7", "notify_url": "https://shop.example/notify"}

    placed = stage.call_v2("pay/unifiedorder", sign_type, appid=appid, trade_type="APP", out_trade_no=number, attach="“½”", **order)
    assert placed["prepay_id"]
    assert stage.platform.pay(stage.merchant.mchid, number) is None
    found = stage.call_v2("pay/orderquery", sign_type, appid=appid, out_trade_no=number)
    assert (found["trade_state"], found["total_fee"], found["attach"]) == ("SUCCESS", "100", "“½”")
    stage.served.tampering.append(lambda answer: replace(answer, body=answer.body.replace(b"[100]", b"[101]", 1)))
    with pytest.raises(Refused):
        stage.call_v2("pay/orderquery", sign_type, appid=appid, out_trade_no=number)


@in_certificate_mode
def test_shares_and_combines_by_hmac(stage: Stage) -> None:
    """Receivers are added, what is left is told, and baskets are placed and found: all of it is signed and answered by HMAC-SHA256."""
    appid, mchid = stage.merchant.appid, stage.merchant.mchid
    receiver = json.dumps({"type": "PERSONAL_OPENID", "account": stage.merchant.openid, "relation_type": "PARTNER"})
    orders = [
        {"appid": appid, "mch_id": mchid, "body": "茶", "attach": "-", "out_trade_no": f"SDK-V2-{part}", "fee_type": "CNY", "total_fee": 50}
        for part in (2, 3)
    ]
    basket = {"order_num": 2, "order_list": orders}
    placing = {"trade_type": "NATIVE", "product_id": "P1", "spbill_create_ip": "203.0.113.7", "notify_url": "https://shop.example/notify"}
    ids = {"combine_appid": appid, "combine_mch_id": mchid, "combine_out_trade_no": "SDK-V2-WHOLE"}

    added = stage.call_v2("pay/profitsharingaddreceiver", "HMAC-SHA256", appid=appid, receiver=receiver)
    assert json.loads(added["receiver"])["account"] == stage.merchant.openid
    scene = json.dumps({"payer_client_ip": "203.0.113.7"})
    written = json.dumps(basket, ensure_ascii=False)
    placed = stage.call_v2("pay/combinedorder", "HMAC-SHA256", **ids, **placing, scene_info=scene, sub_order_list=written)
    assert placed["code_url"]
    found = stage.call_v2("pay/querycombinedorder", "HMAC-SHA256", **ids)
    assert [order["out_trade_no"] for order in json.loads(found["sub_order_list"])["order_list"]] == ["SDK-V2-2", "SDK-V2-3"]
