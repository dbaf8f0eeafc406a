"""The sandbox of APIv2: its key, code payments by magic amounts and named cases, and their query. Its orders are nobody else's.

They are kept in memory only: like the real sandbox, it promises nobody to remember.
"""

from collections.abc import Callable, Mapping

from reference.contract import Operation
from reference.identity import Merchant
from reference.machines import CODEPAY, Entity, Move
from reference.machines import Case as MachineCase
from reference.oracles import v2
from reference.platform.refusals import BAD_PARAMETER
from reference.platform.store import Store
from reference.platform.v2 import refusals
from reference.platform.v2.bank import V2Bank
from reference.platform.v2.bills import V2Bills
from reference.platform.v2.combine import V2Combine
from reference.platform.v2.deviations import CASE_HEADER, CASES, COUPONS, KEY_LIFE, Case, Deviation
from reference.platform.v2.reading import Call
from reference.platform.v2.redpacks import V2Redpacks
from reference.platform.v2.sharing_returns import V2SharingReturns
from reference.platform.v2.transfers import V2Transfers
from reference.platform.v2.translating import number, order_fields
from reference.platform.wire import Answer, Refused

__all__ = ["THROTTLED_PATH", "V2Sandbox"]

THROTTLED_PATH = "/core/404.html"
"""Where whoever asks the sandbox too fast is sent."""
_SANDBOX = "sandbox"
_PAGE = "<!DOCTYPE html><html><head><title>404</title></head><body><h1>404</h1></body></html>"
_MESSAGES = {
    "SIGNERROR": "沙箱验证签名失败，请确认沙箱签名key是否正确（通过getsignkey调用生成）",
    "MCHID_NOT_EXIST": "商户号非法",
}
_NO_KEY = "获取沙箱密钥失败，确认交易密钥是否正确"


class V2Sandbox(V2Combine, V2Redpacks, V2Transfers, V2Bank, V2SharingReturns, V2Bills):
    """Plays the sandbox; *sandbox_deviations* says in what it is as odd as the real one."""

    sandbox_deviations: frozenset[Deviation] = frozenset()
    sandbox_limit: int | None = None
    """Requests a second the sandbox takes from everybody together; the real number is not published."""
    v2_sandbox_orders: Store
    v2_sandbox_keys: dict[str, tuple[str, int]]
    v2_sandbox_spent: tuple[int, int] = (0, 0)

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, those of the sandbox too."""
        return {
            **super().v2_handlers(),
            "getsignkey": self.v2_hand_out_key,
            "sandbox_micropay": self.v2_sandbox_charge,
            "sandbox_orderquery": self.v2_sandbox_query,
        }

    # its key

    def v2_hand_out_key(self, call: Call) -> dict[str, str]:
        """Hand out the merchant's sandbox key: the current one while it is good, else a new one."""
        current = self.v2_sandbox_key(call.merchant)
        if current is None:
            current = self.nonce()
            self.v2_sandbox_keys[call.merchant.mchid] = (current, self.now())
        return {"sandbox_signkey": current}

    def v2_sandbox_key(self, merchant: Merchant) -> str | None:
        """The merchant's sandbox key, if it was asked for and is still good."""
        key, since = self.v2_sandbox_keys.get(merchant.mchid, ("", 0))
        return key if key and self.now() - since < KEY_LIFE else None

    def v2_key(self, merchant: Merchant, operation: Operation) -> str | None:
        """The key that signs: of its own in the sandbox."""
        return self.v2_sandbox_key(merchant) if operation.sign_key == "sandbox_signkey" else super().v2_key(merchant, operation)

    def v2_check_merchant(self, call: Call) -> None:
        """Judge the merchant as in production, but not the appid: the sandbox takes any."""
        if call.operation.group != _SANDBOX:
            super().v2_check_merchant(call)

    # its orders

    def v2_sandbox_charge(self, call: Call) -> dict[str, str]:
        """Pretend to charge a code: the case named in the header decides, else the amount."""
        case = self.v2_case(call)
        total = number(call.values, "total_fee")
        if case is None and total not in COUPONS:
            raise Refused(BAD_PARAMETER, {"field": "total_fee", "sandbox": f"沙箱支付金额({total})无效，请检查需要验收的case"})
        order = self.v2_sandbox_order(call, case)
        if case is not None:
            raise Refused(case.charged)
        return self.v2_show_payment(order)

    def v2_case(self, call: Call) -> Case | None:
        """The case the header names; one it does not know is none."""
        return CASES.get(call.request.header(CASE_HEADER) or "")

    def v2_sandbox_order(self, call: Call, case: Case | None) -> Entity:
        """Return a new order, in the state its case begins with; a number that was used is refused."""
        draft = order_fields(call.known, "MICROPAY")
        known = self.v2_sandbox_orders.order(call.merchant.mchid, draft["out_trade_no"])
        moved = self.happen(CODEPAY, "submit", MachineCase(draft, self.now(), known))
        if not isinstance(moved, Move):
            assert known is not None  # a Repeat has a subject
            return known
        data = {"trade_type": "MICROPAY", "coupons": [] if case else [list(coupon) for coupon in COUPONS[draft["amount"]["total"]]]}
        state = "SUCCESS" if case is None else case.state
        order = Entity("codepay", call.merchant.mchid, draft["out_trade_no"], state, self.now(), draft, data)
        if case is not None and case.later != state:
            order.data["later"] = [case.later, self.now() + case.seconds]
        self.v2_sandbox_keep(order)
        return order

    def v2_sandbox_keep(self, order: Entity) -> None:
        """Keep *order* in the sandbox, with a payment once it is paid."""
        if order.state == "SUCCESS" and "transaction_id" not in order.data:
            order.data |= {
                "transaction_id": self.fresh_id("4200", self.v2_sandbox_orders.order_by_transaction),
                "paid_at": self.now(),
                "payer_total": int(self.v2_show_fees(order)["cash_fee"]),
                "payer": {"openid": self.merchant(order.owner).openid},
            }
        self.v2_sandbox_orders.save(order)

    def v2_sandbox_query(self, call: Call) -> dict[str, str]:
        """Show an order of the sandbox."""
        order = self.v2_sandbox_orders.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is None or order.draft.get("sub_mchid") != call.values.get("sub_mch_id"):
            raise Refused(refusals.ORDER_UNKNOWN)
        case = self.v2_case(call)
        if case is not None and case.asked is not None:
            raise Refused(case.asked)
        later, due = order.data.get("later", (order.state, 0))
        if due and self.now() >= due and order.state != later:
            order.state = later
            self.v2_sandbox_keep(order)
        return self.v2_show_order(order)

    # its manners

    def v2_sent_away(self, operation: Operation) -> Answer | None:
        """Send whoever asks the sandbox too fast to a page."""
        if self.sandbox_limit is None or operation.group != _SANDBOX:
            return None
        second, spent = self.v2_sandbox_spent
        self.v2_sandbox_spent = (self.now(), spent + 1 if second == self.now() else 1)
        if self.v2_sandbox_spent[1] <= self.sandbox_limit:
            return None
        return self.v2_page(302, ("Location", f"{self.base_url}{THROTTLED_PATH}"))

    def v2_page(self, status: int, *headers: tuple[str, str]) -> Answer:
        """A page for people, which no reader of XML understands."""
        return Answer(status, (("Content-Type", "text/html; charset=utf-8"), *headers), _PAGE.encode())

    def v2_return_msg(self, operation: Operation, refused: Refused) -> str:
        """What a refusal says where it has no second level."""
        if operation.group != _SANDBOX:
            return super().v2_return_msg(operation, refused)
        code = refusals.code_of(refused.refusal)
        return _NO_KEY if code == "SIGNERROR" and operation.id == "getsignkey" else _MESSAGES.get(code, refusals.return_msg(code))

    def v2_waiting(self, call: Call) -> dict[str, str]:
        """What an answer says besides while the payer types the password."""
        return {"device_info": _SANDBOX} if call.operation.group == _SANDBOX else {}

    def v2_odd_refusal(self, call: Call, refused: Refused) -> Answer | None:
        """The refusal as only the real sandbox words it, if this one is that faithful."""
        if call.operation.group != _SANDBOX or "wrong-fee-is-told-in-retcode" not in self.sandbox_deviations:
            return None
        if refused.refusal is not BAD_PARAMETER or str(refused.detail.get("field", "")).strip("/") != "total_fee":
            return None
        values = {"retcode": "1", "retmsg": str(refused.detail.get("sandbox", "请确认请求参数是否正确total_fee"))}
        return Answer(200, (("Content-Type", "text/xml; charset=utf-8"),), self.v2_write(values))

    def v2_signed(self, call: Call, values: dict[str, str]) -> dict[str, str]:
        """Return *values* with their signature."""
        covered = dict(values)
        if call.operation.group == _SANDBOX and values.get("cash_fee") == "0" and "cash-fee-zero-is-not-signed" in self.sandbox_deviations:
            del covered["cash_fee"]
        return values | {"sign": v2.sign(covered, call.key, call.sign_type)}
