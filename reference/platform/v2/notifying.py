"""Notifications of what was ordered or refunded through APIv2: signed XML for a payment, sealed XML for a refund."""

import re
from collections.abc import Mapping
from dataclasses import replace

from reference.identity import Merchant
from reference.machines import Entity
from reference.oracles import v2
from reference.platform.outbox import Delivery, Notice
from reference.platform.v2.showing import V2Showing

__all__ = ["V2Notifying"]

_XML = "text/xml; charset=utf-8"
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAKEN, _REFUSED = 200, 500


class V2Notifying(V2Showing):
    """Announces as the order was placed; what was placed through APIv3 is announced there."""

    def announce(self, event_type: str, subject: Entity) -> None:
        """Notify the merchant in the family of its order or refund."""
        if "v2" not in subject.data:
            super().announce(event_type, subject)
            return
        url = subject.draft.get("notify_url")
        if url is not None:
            self.v2_announce(event_type, subject, url)

    def v2_announce(self, event_type: str, subject: Entity, url: str) -> None:
        """Put the notification in the outbox, unsigned as yet: each delivery is signed afresh."""
        values = self.v2_refunded(subject) if subject.machine == "refund" else self.v2_paid(subject)
        body = self.v2_write(self.v2_writable(values)).decode()
        self.enqueue(Notice(self.notice_id(), subject.owner, url, event_type, body, self.now(), content_type=_XML, signed=False))

    def v2_paid(self, order: Entity) -> dict[str, str]:
        """What tells of a payment, with the algorithm it is to be signed with."""
        levels = {"return_code": "SUCCESS", "return_msg": "OK", "result_code": "SUCCESS"}
        return levels | self.v2_owner(order.draft) | self.v2_show_payment(order) | {"sign_type": order.data["v2"]["sign_type"]}

    def v2_refunded(self, refund: Entity) -> dict[str, str]:
        """What tells of a refund: nothing in the clear, and nothing that is signed."""
        order = self.store.order(refund.owner, refund.data["out_trade_no"])
        assert order is not None  # a refund has an order
        return {"return_code": "SUCCESS"} | self.v2_owner(order.draft) | {"req_info": self.v2_seal(self.merchant(refund.owner), refund)}

    def v2_seal(self, merchant: Merchant, refund: Entity) -> str:
        """Encrypt what tells of *refund* for *merchant*."""
        return v2.encrypt_req_info(self.v2_write(self.v2_refund_notice(refund), root="root"), self.v2_own_key(merchant))

    def v2_own_key(self, merchant: Merchant) -> str:
        """The APIv2 key of a merchant that has used APIv2."""
        assert merchant.apiv2_key is not None  # whoever has none was refused
        return merchant.apiv2_key

    def deliver(self, notice: Notice) -> Delivery:
        """Make one delivery of *notice*, with a nonce and a signature of its own."""
        delivery = super().deliver(notice)
        return replace(delivery, body=self.v2_sign_notice(notice)) if notice.content_type == _XML else delivery

    def v2_sign_notice(self, notice: Notice) -> bytes:
        """Return the message as it goes out."""
        values = v2.read_xml(notice.body.encode()) | {"nonce_str": self.nonce()}
        sign_type = values.pop("sign_type", None)
        if sign_type is not None:
            values = v2.signed(values, self.v2_own_key(self.merchant(notice.mchid)), v2.named_sign_type(sign_type))
        return self.v2_write(values)

    def heard(self, notice_id: str, status: int | None, body: bytes) -> None:
        """Take note of the merchant's whole answer: an APIv2 notification is accepted by return_code SUCCESS only."""
        if self.notices[notice_id].content_type == _XML and status is not None:
            status = _TAKEN if self.v2_is_taken(status, body) else _REFUSED
        self.delivered(notice_id, status)

    def v2_is_taken(self, status: int, body: bytes) -> bool:
        """Tell whether an answer says that the notification need not come again."""
        try:
            return status == 200 and v2.read_xml(body).get("return_code") == "SUCCESS"
        except v2.MalformedXmlError:
            return False

    def v2_write(self, values: Mapping[str, str], *, root: str = "xml") -> bytes:
        """Return the message of *values* as XML."""
        return v2.write_xml(values, root=root)

    def v2_writable(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return *values* with what no XML can carry replaced: JSON, which an order may have come in, can carry more."""
        return {name: _UNWRITABLE.sub("\ufffd", value) for name, value in values.items()}
