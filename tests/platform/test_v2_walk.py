"""One order through two doors: whatever is done through either family, both tell the same of it."""

import json
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reference.identity import bundled
from reference.oracles import authorization, signature
from reference.platform import Platform
from reference.platform.world import Settlement
from tests.platform.v2_shop import Shop

_MERCHANT = bundled().merchant
_REFUND_STATES = {"PROCESSING": "PROCESSING", "SUCCESS": "SUCCESS", "REFUNDCLOSE": "CLOSED", "CHANGE": "ABNORMAL"}
_OTHER = {"v2": "v3", "v3": "v2"}
_OUTCOMES: dict[str, Settlement] = {"settle": "SUCCESS", "bounce": "ABNORMAL", "void": "CLOSED"}
_STEPS = ("pay", "pay", "close", "refund", "settle", "bounce", "void", "reverse", "again", "wait")
_FAMILIES = st.sampled_from(["v2", "v3"])


def _v3(platform: Platform, method: str, target: str, content: dict[str, Any] | None = None) -> tuple[int, Any]:
    """Ask in APIv3; return status and content."""
    body = b"" if content is None else json.dumps(content).encode()
    timestamp, nonce = str(platform.now()), "N" * 32
    message = signature.request_message(method, target, timestamp, nonce, body)
    credential = _MERCHANT.credential
    made = signature.sign(credential.private_key, message)
    header = authorization.build(
        mchid=_MERCHANT.mchid, nonce_str=nonce, timestamp=timestamp, serial_no=credential.serial_no, signature=made
    )
    answer = platform.handle(method, target, [("Authorization", header), ("Content-Type", "application/json")], body)
    return answer.status, json.loads(answer.body) if answer.body else None


class _Walk:
    """An order, asked about and changed through both families."""

    def __init__(self, kind: str, family: str) -> None:
        self.platform = Platform()
        self.shop = Shop(self.platform)
        self.number = self.shop.number()
        self.kind = kind
        self.refunds: list[str] = []
        self.place(family)

    def place(self, family: str) -> str:
        """Place the order, always with the same content; return what pays it."""
        if self.kind == "MICROPAY":
            self.shop.charge(out_trade_no=self.number, auth_code="101111111111111111", body="Tea", attach="a")
            return ""
        if family == "v2":
            _, told = self.shop.place(self.kind, out_trade_no=self.number, body="Tea", attach="a", product_id="")
            return told.get("prepay_id", "")
        content = {
            "appid": _MERCHANT.appid,
            "mchid": _MERCHANT.mchid,
            "description": "Tea",
            "attach": "a",
            "out_trade_no": self.number,
            "notify_url": "http://127.0.0.1/notify",
            "amount": {"total": 100, "currency": "CNY"},
            "scene_info": {"payer_client_ip": "127.0.0.1"},
        }
        if self.kind == "JSAPI":
            content["payer"] = {"openid": _MERCHANT.openid}
        _, told = _v3(self.platform, "POST", f"/v3/pay/transactions/{self.kind.lower()}", content)
        return str(told.get("prepay_id", ""))

    def step(self, name: str, family: str) -> None:
        """Do one thing through *family*, whether it is possible or not; repeat what may be repeated through the other."""
        if name == "pay":
            self.platform.pay(_MERCHANT.mchid, self.number)
        elif name == "wait":
            self.platform.advance(3600)
        elif name in _OUTCOMES:
            self.refund(family)
            for out_refund_no in self.refunds:
                self.platform.settle(_MERCHANT.mchid, out_refund_no, _OUTCOMES[name])
        elif name == "refund":
            self.refund(family)
        elif name == "again":
            assert self.place(family) == self.place(_OTHER[family])
        elif family == "v2":
            self.shop.ask("closeorder" if name == "close" else "reverse", out_trade_no=self.number)
        else:
            content = {"mchid": _MERCHANT.mchid} | ({} if name == "close" else {"appid": _MERCHANT.appid})
            _v3(self.platform, "POST", f"/v3/pay/transactions/out-trade-no/{self.number}/{name}", content)

    def refund(self, family: str) -> None:
        """Ask for 30 fen back, and once more under the same number through the other family: one refund, or none."""
        out_refund_no = self.shop.number()
        answers = [self.refund_through(each, out_refund_no) for each in (family, _OTHER[family])]
        assert answers[0] == answers[1]
        if answers[0] is not None:
            self.refunds.append(out_refund_no)

    def refund_through(self, family: str, out_refund_no: str) -> str | None:
        """Return the refund_id, None for a refusal."""
        if family == "v2":
            return self.shop.refund(self.number, 30, out_refund_no=out_refund_no)[1].get("refund_id")
        amount = {"refund": 30, "total": 100, "currency": "CNY"}
        content = {"out_trade_no": self.number, "out_refund_no": out_refund_no, "amount": amount}
        status, told = _v3(self.platform, "POST", "/v3/refund/domestic/refunds", content)
        return str(told["refund_id"]) if status == 200 else None

    def states(self) -> list[str]:
        """The states of the order and of its refunds."""
        order = self.platform.store.order(_MERCHANT.mchid, self.number)
        assert order is not None
        return [order.state, *(refund.state for refund in self.platform.store.refunds_of(order))]

    def agree(self) -> None:
        """Both families tell the same of order and refunds."""
        told = self.shop.ask("orderquery", out_trade_no=self.number)
        status, shown = _v3(self.platform, "GET", f"/v3/pay/transactions/out-trade-no/{self.number}?mchid={_MERCHANT.mchid}")
        assert status == 200
        assert told["trade_state"] == shown["trade_state"]
        assert told["trade_type"] == shown["trade_type"]
        assert told["total_fee"] == str(shown["amount"]["total"])
        assert told.get("transaction_id") == shown.get("transaction_id")
        if "transaction_id" in told:
            assert (told["openid"], told["attach"]) == (shown["payer"]["openid"], shown["attach"])
            assert told["cash_fee"] == str(shown["amount"]["payer_total"])
            moment = datetime.fromisoformat(shown["success_time"])
            assert told["time_end"] == moment.strftime("%Y%m%d%H%M%S")
        for out_refund_no in self.refunds:
            self.agree_on(out_refund_no)
        if self.refunds:
            assert self.shop.ask("refundquery", out_trade_no=self.number)["total_refund_count"] == str(len(self.refunds))

    def agree_on(self, out_refund_no: str) -> None:
        """Both families tell the same of a refund."""
        told = self.shop.ask("refundquery", out_refund_no=out_refund_no)
        status, shown = _v3(self.platform, "GET", f"/v3/refund/domestic/refunds/{out_refund_no}")
        assert status == 200
        assert told["refund_id_0"] == shown["refund_id"]
        assert _REFUND_STATES[told["refund_status_0"]] == shown["status"]
        assert told["refund_fee_0"] == str(shown["amount"]["refund"])
        assert ("refund_success_time_0" in told) == ("success_time" in shown)


@given(
    kind=st.sampled_from(["JSAPI", "APP", "MICROPAY"]),
    family=_FAMILIES,
    steps=st.lists(st.tuples(st.sampled_from(_STEPS), _FAMILIES), max_size=12),
)
def test_both_families_tell_the_same_of_one_order(kind: str, family: str, steps: list[tuple[str, str]]) -> None:
    """At each step of a walk both queries agree, and the same walk with the families exchanged comes to the same states."""
    walk, twin = _Walk(kind, family), _Walk(kind, _OTHER[family])
    walk.agree()
    for name, through in steps:
        walk.step(name, through)
        twin.step(name, _OTHER[through])
        walk.agree()
        assert walk.states() == twin.states()
