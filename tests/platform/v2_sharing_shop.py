"""A merchant that shares its orders through APIv2."""

import json
from typing import Any

from reference.identity import Merchant
from reference.platform import Platform
from tests.platform.v2_shop import Shop

__all__ = ["SharingShop"]


class SharingShop(Shop):
    """Signs by HMAC-SHA256; *to* is a merchant it may give shares to."""

    def __init__(self, platform: Platform, merchant: Merchant | None = None) -> None:
        super().__init__(platform, merchant, sign_type="HMAC-SHA256")
        others = [other for other in platform.identity.merchants if other is not self.merchant]
        self.to = others[-1].mchid
        self.sub = {"sub_mch_id": self.merchant.sub_mchids[0]} if self.merchant.sub_mchids else {}

    def paid(self, total: int = 1_000, **values: str) -> tuple[str, str]:
        """An order placed for sharing and paid a minute ago: its number and transaction_id."""
        number, _ = self.place(**{"total_fee": str(total), "profit_sharing": "Y", **self.sub, **values})
        self.pay(number)
        self.platform.advance(60)
        return number, self.ask("orderquery", out_trade_no=number, **self.sub)["transaction_id"]

    def add(self, account: str | None = None, kind: str = "MERCHANT_ID", **members: Any) -> dict[str, str]:
        """Add a receiver."""
        receiver = {"type": kind, "account": account or self.to, "relation_type": "PARTNER", **members}
        return self.ask("profitsharingaddreceiver", receiver=json.dumps(receiver), **self.sub)

    def remove(self, account: str | None = None, kind: str = "MERCHANT_ID") -> dict[str, str]:
        """Remove a receiver."""
        return self.ask("profitsharingremovereceiver", receiver=json.dumps({"type": kind, "account": account or self.to}), **self.sub)

    def share(self, transaction_id: str, *amounts: int | tuple[str, str, int], once: bool = False, **values: str) -> dict[str, str]:
        """Share with *to*, or with whoever is named by type and account; return the answer."""
        asked = [amount if isinstance(amount, tuple) else ("MERCHANT_ID", self.to, amount) for amount in amounts]
        receivers = [{"type": kind, "account": account, "amount": fen, "description": "分"} for kind, account, fen in asked]
        members = {"transaction_id": transaction_id, "out_order_no": self.number(), "receivers": json.dumps(receivers), **self.sub}
        return self.ask("profitsharing" if once else "multiprofitsharing", **{**members, **values})

    def finish(self, transaction_id: str, **values: str) -> dict[str, str]:
        """End the sharing of an order."""
        members = {"transaction_id": transaction_id, "out_order_no": self.number(), "description": "完结", **self.sub}
        return self.ask("profitsharingfinish", **{**members, **values})

    def left(self, transaction_id: str) -> int:
        """What can still be shared, in fen."""
        return int(self.ask("profitsharingorderamountquery", transaction_id=transaction_id, appid="")["unsplit_amount"])

    def shown(self, shared: dict[str, str]) -> tuple[str, list[str]]:
        """Status and results of a sharing, asked for anew."""
        numbers = {name: shared[name] for name in ("transaction_id", "out_order_no")}
        told = self.ask("profitsharingquery", **numbers, **self.sub, appid="")
        return told["status"], [share["result"] for share in json.loads(told["receivers"])]

    def give_back(self, shared: dict[str, str], amount: int, **values: str) -> dict[str, str]:
        """Take a share back from *to*."""
        members = {"out_order_no": shared["out_order_no"], "out_return_no": self.number(), "return_account_type": "MERCHANT_ID"}
        members |= {"return_account": self.to, "return_amount": str(amount), "description": "退", **self.sub}
        return self.ask("profitsharingreturn", **{**members, **values})
