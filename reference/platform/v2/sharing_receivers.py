"""Receivers of APIv2 profit sharing: whom a merchant may give shares to."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from reference.machines import RECEIVER, Case, Entity, Move
from reference.platform.v2.operations import V2Operations
from reference.platform.v2.reading import Call

__all__ = ["V2SharingReceivers"]


class V2SharingReceivers(V2Operations):
    """Adds and removes receivers; a service provider's are those of the sub-merchant it adds them for."""

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, those on receivers too."""
        return {
            **super().v2_handlers(),
            "profitsharingaddreceiver": self.v2_add_receiver,
            "profitsharingremovereceiver": self.v2_remove_receiver,
        }

    def v2_add_receiver(self, call: Call) -> dict[str, str]:
        """Add a receiver; one that was added stays as it is."""
        asked = self.v2_asked_receiver(call)
        if asked["type"] == "PERSONAL_SUB_OPENID" and "sub_appid" not in call.values:
            raise self.bad_parameter("sub_appid", "required for a receiver of that appid", "body")
        if asked.get("relation_type") == "CUSTOM" and not asked.get("custom_relation"):
            raise self.bad_parameter("receiver", "custom_relation is missing", "body")
        number = self.receiver_number(call, asked)
        known = self.store.find("receiver", call.merchant.mchid, number)
        moved = self.happen(RECEIVER, "add", Case(asked, self.now(), known))
        if isinstance(moved, Move):
            self.store.save(Entity("receiver", call.merchant.mchid, number, moved.state, self.now(), asked))
        return {"receiver": json.dumps(asked, ensure_ascii=False)}

    def v2_remove_receiver(self, call: Call) -> dict[str, str]:
        """Remove a receiver; what it was given stays its own."""
        asked = self.v2_asked_receiver(call)
        known = self.store.find("receiver", call.merchant.mchid, self.receiver_number(call, asked))
        moved = self.happen(RECEIVER, "remove", Case(asked, self.now(), known))
        assert known is not None  # an absent receiver was refused
        known.state = moved.state
        self.store.save(known)
        return {"receiver": json.dumps({"type": asked["type"], "account": asked["account"]}, ensure_ascii=False)}

    def v2_asked_receiver(self, call: Call) -> dict[str, Any]:
        """Return the receiver a request names."""
        asked: dict[str, Any] = json.loads(call.values["receiver"])
        if not self.is_account(asked["account"]):
            raise self.bad_parameter("receiver", "account is none", "body")
        return asked

    def is_account(self, text: str) -> bool:
        """Tell whether *text* can be somebody's account."""
        return text != "" and text.isprintable()

    def receiver_number(self, call: Call, receiver: Mapping[str, Any]) -> str:
        """What *receiver* is called among those of the merchant that asks, or of its sub-merchant."""
        return "/".join((call.values.get("sub_mch_id", ""), receiver["type"], receiver["account"]))

    def is_receiver(self, call: Call, receiver: Mapping[str, Any]) -> bool:
        """Tell whether *receiver* was added, and not removed since."""
        known = self.store.find("receiver", call.merchant.mchid, self.receiver_number(call, receiver))
        return known is not None and known.state == "ADDED"
