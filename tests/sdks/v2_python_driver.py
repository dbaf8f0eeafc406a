"""Drives the SDK wechatpy: JSON lines on stdin, JSON lines on stdout. It knows the SDK and nothing of us, and judges nothing."""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import Any

from wechatpy.exceptions import InvalidSignatureException, WeChatPayException
from wechatpy.pay import WeChatPay

_FOLDER = Path(tempfile.mkdtemp(prefix="wxconform-wechatpy-"))
_client: list[Any] = []


def _hello() -> Any:
    return {"sdk": "wechatpy", "sdk_version": version("wechatpy")}


def _init(given: dict[str, Any]) -> Any:
    certificate, key = _FOLDER / "apiclient_cert.pem", _FOLDER / "apiclient_key.pem"
    certificate.write_text(given["certificate"], encoding="ascii")
    key.write_text(given["private_key"], encoding="ascii")
    # The session of the SDK trusts whom its HTTP library is told to trust.
    os.environ["REQUESTS_CA_BUNDLE"] = given["ca"]
    client = WeChatPay(
        given["appid"],
        given["apiv2_key"],
        given["mch_id"],
        sub_mch_id=given["sub_mch_id"],
        mch_cert=str(certificate),
        mch_key=str(key),
        timeout=20,
    )
    client.API_BASE_URL = given["base_url"] + "/"
    _client[:] = [client]
    return {}


def _call(given: dict[str, Any]) -> Any:
    """Call a method of the SDK, such as ``order.create``; an answer that is no success is thrown by it as an error of its own."""
    method = attrgetter(given["method"])(_client[0])
    try:
        answer = method(**given["arguments"])
    except WeChatPayException as refused:
        return {"return_code": refused.return_code, "result_code": refused.result_code, "err_code": refused.errcode}
    if isinstance(answer, str):
        return {"text": answer}
    return {"answer": answer, "signed": _client[0].check_signature(answer)}


def _read(given: dict[str, Any]) -> Any:
    """Let the SDK read a notification: ``parse_payment_result`` or ``parse_refund_notify_result``."""
    return getattr(_client[0], given["method"])(given["body"])


_OPERATIONS: dict[str, Callable[..., Any]] = {"hello": _hello, "init": _init, "call": _call, "read": _read}


def main() -> None:
    """Serve until stdin ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        arguments = () if asked["op"] == "hello" else (asked["args"],)
        answer: dict[str, Any]
        try:
            answer = {"status": "ok", "result": _OPERATIONS[asked["op"]](*arguments)}
        except InvalidSignatureException as refused:
            answer = {"status": "refused", "error": {"class": "SIGNATURE", "type": type(refused).__name__, "message": str(refused)}}
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told, not thrown
            answer = {"status": "harness_error", "message": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps({"v": asked["v"], "id": asked["id"], **answer}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
