"""Orders and refunds: a request becomes an event of a machine, and the entity is shown."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from reference.contract import Operation
from reference.identity import Merchant, SigningKey
from reference.machines import CODEPAY, ORDER, REFUND, Case, Entity, Machine, Move, Refusal, Repeat, decide
from reference.oracles import oaep, times
from reference.platform.bills import Bills, beijing
from reference.platform.intake import Ask, Intake
from reference.platform.outbox import Outbox
from reference.platform.refusals import APPID_MISMATCH, BAD_PARAMETER, NO_CERTIFICATES
from reference.platform.views import Views
from reference.platform.wire import Refused

__all__ = ["Business"]

_PLACEHOLDERS = {"JSAPI": "prepay_id", "APP": "prepay_id", "NATIVE": "code_url", "MWEB": "h5_url"}
_SUMMARIES = {"TRANSACTION.SUCCESS": "支付成功", "REFUND.SUCCESS": "退款成功", "REFUND.ABNORMAL": "退款异常", "REFUND.CLOSED": "退款关闭"}


class Business(Intake, Views, Bills, Outbox):
    """What the operations of the contract do."""

    overlooked: frozenset[str] = frozenset()
    """Names of refusals this platform does not give; a seeded fault is made that way."""
    balances: dict[str, int]
    code_plans: dict[str, str]
    used_codes: set[str]

    def perform(self, ask: Ask) -> tuple[int, Any]:
        """Do what *ask* asks and return status and content: JSON-able, bytes for a file, or None for no body."""
        handler = self.handler_of(ask.operation)
        assert handler is not None  # what is not served was not found
        return handler(ask)

    def handler_of(self, operation: Operation) -> Callable[[Ask], tuple[int, Any]] | None:
        """What does *operation*, by the event it fires or by what it shows; None where nothing does."""
        return getattr(self, f"do_{operation.event or operation.shows}".replace(".", "_"), None)

    # orders

    def do_order_place(self, ask: Ask) -> tuple[int, Any]:
        """Place an order, or answer the same order again."""
        draft = self.order_draft(ask)
        self.check_binding(ask.merchant, draft)
        order = self.known_order(ask, draft)
        # A number used by the other kind of order is a changed request, whatever else is alike.
        machine = CODEPAY if order is not None and order.machine == "codepay" else ORDER
        asked = draft if order is None else self.held_against(order, draft)
        moved = self.happen(machine, "submit" if machine is CODEPAY else "place", Case(asked, self.now(), order))
        if isinstance(moved, Move):
            order = self.new_order("order", ask, draft, moved.state)
        assert order is not None  # a Repeat has a subject
        name = _PLACEHOLDERS[draft["trade_type"]]
        return 200, {name: self.credential(order, name)}

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        """The order that stands under the number of *draft* already."""
        return self.store.order(ask.merchant.mchid, draft["out_trade_no"])

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - what a seeded fault looks at
        """What of *draft* is compared with the *order* under its number: all of it."""
        return draft

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        """Return what the merchant asked for with defaults written out, so that equal requests compare equal."""
        draft = {"trade_type": ask.operation.trade_type, "mode": ask.operation.mode} | ask.fields
        draft["amount"] = {"currency": "CNY"} | draft["amount"]
        return draft

    def check_binding(self, merchant: Merchant, draft: Mapping[str, Any]) -> None:
        """Refuse an appid that is not bound to the merchant, and a payer who is not of that appid."""
        appid = draft.get("sp_appid" if draft["mode"] == "partner" else "appid")
        if not self.is_bound(merchant, appid):
            raise Refused(APPID_MISMATCH, {"field": "appid", "value": appid, "location": "body"})
        if not self.is_bound_to_sub_merchant(draft.get("sub_appid")):
            raise Refused(APPID_MISMATCH, {"field": "sub_appid", "value": draft["sub_appid"], "location": "body"})
        payer = draft.get("payer") or {}
        openid = payer.get("sp_openid") if draft["mode"] == "partner" else payer.get("openid")
        if draft["trade_type"] == "JSAPI" and not self.is_payer(merchant, openid, payer.get("sub_openid")):
            raise Refused(BAD_PARAMETER, {"field": "payer", "issue": "no payer of this appid", "location": "body"})

    def is_bound(self, merchant: Merchant, appid: str | None) -> bool:
        """Tell whether *appid* is bound to *merchant*; a payment code needs none."""
        return appid is None or appid == merchant.appid

    def is_bound_to_sub_merchant(self, sub_appid: str | None) -> bool:
        """Tell whether *sub_appid* may be the sub-merchant's: no identity names those, so any but another merchant's may."""
        return sub_appid is None or all(sub_appid != merchant.appid for merchant in self.identity.merchants if not merchant.sub_mchids)

    def is_payer(self, merchant: Merchant, openid: str | None, sub_openid: str | None) -> bool:
        """Tell whether the payer named is one of the merchant's appid."""
        return sub_openid is not None if openid is None else openid == merchant.openid

    def new_order(self, machine: str, ask: Ask, draft: dict[str, Any], state: str) -> Entity:
        """Create an order and keep it."""
        order = Entity(machine, ask.merchant.mchid, draft["out_trade_no"], state, self.now(), draft, {"trade_type": draft["trade_type"]})
        if "time_expire" in draft:
            order.data["time_expire"] = self.effective_expiry(self.moment(draft["time_expire"]))
        self.store.save(order)
        return order

    def moment(self, text: str) -> float:
        """Return the time a request names, in Unix seconds."""
        return times.parse_rfc3339(text).timestamp()

    def effective_expiry(self, asked: float) -> int:
        """When an order can no longer be paid: as asked, but never sooner than in a minute."""
        return max(int(asked), self.now() + 60)

    def credential(self, order: Entity, name: str) -> str:
        """Return what the payer pays with: the one issued before while it works, else a new one."""
        issued: dict[str, int] = order.data.setdefault("credentials", {})
        life = 300 if name == "h5_url" else 7200
        current = next((value for value, at in issued.items() if self.now() - at < life), None)
        if current is None:
            current = self.new_credential(name)
            issued[current] = self.now()
            self.store.save(order)
            self.credentials[current] = order.key
        return current

    credentials: dict[str, tuple[str, str]]

    def new_credential(self, name: str) -> str:
        """Return a fresh prepay_id, code_url or h5_url."""
        text = f"wx{_moment(self.now())}{self.nonce(24)}"
        if name == "code_url":
            return f"weixin://wxpay/bizpayurl?pr={text[-12:]}"
        if name == "h5_url":
            return f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={text}&package={self.random.getrandbits(30)}"
        return text

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        """Charge a payment code."""
        draft = self.order_draft(ask)
        self.check_binding(ask.merchant, draft)
        code = draft["payer"]["auth_code"]
        order = self.store.order(ask.merchant.mchid, draft["out_trade_no"])
        facts = {} if order is not None else self.code_facts(code)
        machine = ORDER if order is not None and order.machine == "order" else CODEPAY
        moved = self.happen(machine, "place" if machine is ORDER else "submit", Case(draft, self.now(), order, facts=facts))
        if isinstance(moved, Move):
            order = self.new_order("codepay", ask, draft, self.code_plans.pop(code, "SUCCESS"))
            self.used_codes.add(code)
            if order.state == "SUCCESS":
                self.take_payment(order)
        assert order is not None  # a Repeat has a subject
        return 202 if order.state == "USERPAYING" else 200, self.show_order(order)

    def code_facts(self, code: str) -> dict[str, Any]:
        """What the guards of a charge want to know about a payment code."""
        return {"code_used": self.is_used(code)}

    def is_used(self, code: str) -> bool:
        """Tell whether a payment code has served an order before, of whatever merchant."""
        return code in self.used_codes

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        """Reverse an order paid by code: the payer gets everything back, or never pays."""
        order = self.find_order(ask)
        if order is not None and order.machine == "order":
            raise Refused(BAD_PARAMETER, {"field": "out_trade_no", "issue": "not paid by payment code", "location": "url"})
        self.change(CODEPAY, "reverse", order, ask.fields)
        assert order is not None  # an absent order was refused
        return 200, self.who(order.draft) | {"out_trade_no": order.number}

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        """Close an unpaid order."""
        order = self.find_order(ask)
        self.change(CODEPAY if order is not None and order.machine == "codepay" else ORDER, "close", order, ask.fields)
        return 204, None

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        """Show an order."""
        order = self.find_order(ask)
        if order is None:
            raise Refused(ORDER.events["close"].absent or BAD_PARAMETER)
        return 200, self.show_order(order)

    def find_order(self, ask: Ask) -> Entity | None:
        """Return the order that path and merchant name; other merchants' orders do not exist for the asker."""
        if "transaction_id" in ask.params:
            found = self.store.order_by_transaction(ask.params["transaction_id"])
        else:
            found = self.store.order(ask.merchant.mchid, ask.params["out_trade_no"])
        return found if found is not None and self.is_visible(ask, found) else None

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        """Tell whether the asker may see *order*."""
        return order.owner == ask.merchant.mchid and order.draft.get("sub_mchid") == ask.sub_mchid

    def take_payment(self, order: Entity) -> None:
        """Write down that *order* is paid now."""
        payer = {key: value for key, value in order.draft.get("payer", {}).items() if key != "auth_code"}
        if not payer:
            payer = {"sp_openid" if order.draft["mode"] == "partner" else "openid": self.merchant(order.owner).openid}
        order.data |= {
            "transaction_id": self.fresh_id("4200", self.store.order_by_transaction),
            "paid_at": self.now(),
            "payer_total": order.draft["amount"]["total"],
            "payer": payer,
        }
        self.store.save(order)

    def fresh_id(self, prefix: str, known: Callable[[str], Entity | None]) -> str:
        """Return an id of 28 digits that stands for nothing yet."""
        while known(found := f"{prefix}{self.now():014d}{self.random.randrange(10**10):010d}") is not None:
            pass
        return found

    # refunds

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        """Apply for a refund, or answer the same refund again."""
        draft = dict(ask.fields)
        self.check_refund_draft(ask, draft)
        order = self.refunded_order(ask, draft)
        refund = self.known_refund(ask, draft["out_refund_no"])
        case = Case(draft, self.now(), refund, order, self.counted_refunds(order), self.refund_facts(ask, order))
        moved = self.happen(REFUND, "apply", case)
        if isinstance(moved, Move):
            assert order is not None  # an absent order was refused
            refund = self.new_refund(ask, draft, order, moved.state)
        assert refund is not None  # a Repeat has a subject
        return 200, self.show_refund(refund)

    def known_refund(self, ask: Ask, out_refund_no: str) -> Entity | None:
        """The refund the asker applied for under that number."""
        return self.store.refund(ask.merchant.mchid, out_refund_no)

    def refund_facts(self, ask: Ask, order: Entity | None) -> dict[str, Any]:  # noqa: ARG002 - what an order placed for sharing holds
        """What is weighed besides the order and its refunds."""
        return {"balance": self.balances.get(ask.merchant.mchid)}

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        """The refunds that are weighed against what was paid."""
        return () if order is None else self.store.refunds_of(order)

    def check_refund_draft(self, ask: Ask, draft: Mapping[str, Any]) -> None:
        """Refuse what the contract's schema cannot say: the sub-merchant of a partner, accounts that do not add up."""
        if ask.merchant.sub_mchids and "sub_mchid" not in draft:
            raise self.bad_parameter("sub_mchid", "required of a service provider", "body")
        accounts = draft["amount"].get("from")
        if accounts is not None and not self.accounts_add_up(accounts, draft["amount"]["refund"]):
            raise self.bad_parameter("amount.from", "accounts repeat, or do not sum to the refund", "body")

    def accounts_add_up(self, accounts: list[dict[str, Any]], refund: int) -> bool:
        """Tell whether every account gives something, none repeats, and all together give the refund."""
        names, amounts = [entry["account"] for entry in accounts], [entry["amount"] for entry in accounts]
        return len(set(names)) == len(names) and min(amounts, default=0) > 0 and sum(amounts) == refund

    def refunded_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        """Return the order a refund names by transaction_id, out_trade_no, or both if they agree."""
        by_number = self.store.order(ask.merchant.mchid, draft["out_trade_no"]) if "out_trade_no" in draft else None
        by_id = self.store.order_by_transaction(draft["transaction_id"]) if "transaction_id" in draft else None
        if "out_trade_no" in draft and "transaction_id" in draft and not self.agree(by_number, by_id):
            raise self.bad_parameter("transaction_id", "names another order than out_trade_no", "body")
        found = by_id or by_number
        return found if found is not None and self.is_visible(ask, found) else None

    def agree(self, by_number: Entity | None, by_id: Entity | None) -> bool:
        """Tell whether both references name one order."""
        return by_number is by_id

    def new_refund(self, ask: Ask, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        """Create a refund, keep it, and move its order."""
        data = {
            "refund_id": self.fresh_id("5030", self.store.refund_by_id),
            "out_trade_no": order.number,
            "transaction_id": order.data.get("transaction_id", ""),
        }
        refund = Entity("refund", ask.merchant.mchid, draft["out_refund_no"], state, self.now(), draft, data)
        self.mark_refunded(order)
        self.store.save(refund)
        return refund

    def mark_refunded(self, order: Entity) -> None:
        """An order with an accepted refund, however small, is in REFUND from then on."""
        self.change(CODEPAY if order.machine == "codepay" else ORDER, "refund", order, {})

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        """Show a refund."""
        refund = self.known_refund(ask, ask.params["out_refund_no"])
        if refund is None or not self.is_visible_refund(ask, refund):
            raise Refused(REFUND.events["settle"].absent or BAD_PARAMETER)
        return 200, self.show_refund(refund)

    def is_visible_refund(self, ask: Ask, refund: Entity) -> bool:
        """Tell whether the asker may see *refund*."""
        return refund.owner == ask.merchant.mchid and refund.draft.get("sub_mchid") == ask.sub_mchid

    def do_refund_apply_abnormal(self, ask: Ask) -> tuple[int, Any]:
        """Pay an abnormal refund out another way."""
        refund = self.store.refund_by_id(ask.params["refund_id"])
        if refund is not None and not (self.is_visible_refund(ask, refund) and self.is_called(ask, refund)):
            refund = None
        self.change(REFUND, "apply_abnormal", refund, ask.fields)
        assert refund is not None  # an absent refund was refused
        return 200, self.show_refund(refund)

    def is_called(self, ask: Ask, refund: Entity) -> bool:
        """Tell whether the asker calls *refund* by its number."""
        return bool(refund.number == ask.fields["out_refund_no"])

    # machines

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        """Let *event* happen in *case*, or refuse."""
        outcome = decide(machine, machine.events[event], case, unless=self.overlooks(event, case))
        if isinstance(outcome, Refusal):
            raise Refused(outcome)
        return outcome

    def overlooks(self, event: str, case: Case) -> frozenset[str]:  # noqa: ARG002 - what a seeded fault looks at
        """Names of the refusals not given when *event* happens in *case*."""
        return self.overlooked

    def change(self, machine: Machine, event: str, subject: Entity | None, draft: Mapping[str, Any], **facts: Any) -> Move:
        """Let *event* happen to *subject*: move it and send what the transition notifies."""
        moved = self.happen(machine, event, Case(draft, self.now(), subject, facts=facts))
        assert isinstance(moved, Move)  # only creations repeat
        assert subject is not None  # an absent subject was refused
        subject.state = moved.state
        self.follow(event, subject, facts)
        self.store.save(subject)
        if moved.notifies is not None:
            self.announce(moved.notifies, subject)
        return moved

    def follow(self, event: str, subject: Entity, facts: Mapping[str, Any]) -> None:  # noqa: ARG002 - other lives look at them
        """Write down what came with *event*, which has just moved *subject*; *facts* are what was known of it besides."""
        if subject.state == "SUCCESS" and subject.machine == "refund":
            subject.data["settled_at"] = self.now()
        elif subject.state == "SUCCESS" and subject.machine in {"order", "codepay"}:
            self.take_payment(subject)

    def announce(self, event_type: str, subject: Entity) -> None:
        """Notify the merchant, if it named a notify_url."""
        url = subject.draft.get("notify_url")
        if url is None:
            return
        if subject.machine == "refund":
            original_type, resource = "refund", self.refund_resource(subject)
        else:
            original_type, resource = "transaction", self.show_order(subject)
        self.notify(self.merchant(subject.owner), url, event_type, original_type, resource, _SUMMARIES[event_type])

    def merchant(self, mchid: str) -> Merchant:
        """The merchant with that id."""
        return next(merchant for merchant in self.identity.merchants if merchant.mchid == mchid)

    # everything else

    def do_certificates(self, ask: Ask) -> tuple[int, Any]:
        """List the platform certificates in use, each encrypted with the merchant's APIv3 key."""
        listed = [self.certificate_item(ask.merchant, key, key.certificate) for key in self.active_keys() if key.certificate is not None]
        if not listed:
            raise Refused(NO_CERTIFICATES)
        return 200, {"data": listed}

    def certificate_item(self, merchant: Merchant, key: SigningKey, certificate: Certificate) -> dict[str, Any]:
        """One certificate of the list."""
        return {
            "serial_no": key.key_id,
            "effective_time": times.format_rfc3339(int(certificate.not_valid_before_utc.timestamp())),
            "expire_time": times.format_rfc3339(int(certificate.not_valid_after_utc.timestamp())),
            "encrypt_certificate": self.seal(merchant, certificate.public_bytes(Encoding.PEM), "certificate"),
        }

    def do_echo(self, ask: Ask) -> tuple[int, Any]:
        """Say back what was said: in the clear, encrypted for the merchant, and by notification if asked."""
        content = {"echo_message": ask.fields["echo_message"]}
        if "encrypted_echo_message" in ask.opened:
            content["encrypted_echo_message"] = oaep.encrypt(ask.merchant.credential.public_key, ask.opened["encrypted_echo_message"])
        if "notify_url" in ask.fields:
            resource = {"echo_message": ask.fields["echo_message"]}
            self.notify(ask.merchant, ask.fields["notify_url"], "SECURITY_ECHO.SUCCESS", "security", resource, "回显成功")
        return 200, content

    def do_bill(self, ask: Ask) -> tuple[int, Any]:
        """Apply for a bill."""
        return 200, self.apply_trade_bill(ask) if ask.operation.id == "tradebill_apply" else self.apply_fund_flow_bill(ask)

    def do_file(self, ask: Ask) -> tuple[int, Any]:
        """Download a bill."""
        return 200, self.download(ask)


@lru_cache(maxsize=64)
def _moment(seconds: int) -> str:
    """Return day and time as an id carries them; a virtual clock stands still for many orders."""
    return f"{beijing(seconds):%d%H%M%S}"
