"""Faults in what becomes of an order's attach."""

import html
import json
from typing import Any

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask

__all__: list[str] = []


@breaks("v3.order.echoes-attach")
class DropsAttachWhenRefunded(Platform):
    """Shows the attach of a paid order, but not of a refunded one."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        facts = super().payment_facts(order)
        return {name: value for name, value in facts.items() if name != "attach" or order.state == "SUCCESS"}


class _RewritesAttach(Platform):
    """Shows attach otherwise than it was sent."""

    def rewritten(self, attach: str) -> Any:
        raise NotImplementedError

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        facts = super().payment_facts(order)
        return facts | {"attach": self.rewritten(facts["attach"])} if "attach" in facts else facts


@breaks("v3.order.echoes-attach")
class EscapesAttachForHtml(_RewritesAttach):
    """Shows attach escaped for a page."""

    def rewritten(self, attach: str) -> Any:
        return html.escape(attach)


@breaks("v3.order.echoes-attach")
class ReadsAttachAsJson(_RewritesAttach):
    """Shows an attach that is JSON as an object."""

    def rewritten(self, attach: str) -> Any:
        try:
            return json.loads(attach)
        except ValueError:
            return attach


@breaks("v3.order.echoes-attach")
class LosesWhatIsNotLatin(_RewritesAttach):
    """Shows a question mark for every character it cannot keep."""

    def rewritten(self, attach: str) -> Any:
        return attach.encode("latin-1", "replace").decode("latin-1")


@breaks("v3.order.echoes-attach")
class UnescapesAttach(_RewritesAttach):
    """Takes a backslash in attach for an escape."""

    def rewritten(self, attach: str) -> Any:
        return attach.replace("\\\\", "\\").replace('\\"', '"').replace("\\n", "\n").replace("\\u8336", "茶")


@breaks("v3.order.echoes-attach")
class CutsAttachAt127(_RewritesAttach):
    """Keeps 127 bytes of attach."""

    def rewritten(self, attach: str) -> Any:
        return attach.encode()[:127].decode(errors="ignore")


@breaks("v3.order.echoes-attach")
class ShowsAttachOnlyByNumber(Platform):
    """Leaves attach out of the query by transaction_id."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        status, content = super().do_order(ask)
        if "transaction_id" in ask.params:
            content.pop("attach", None)
        return status, content


@breaks("v3.order.echoes-attach")
class NotifiesWithoutAttach(Platform):
    """Leaves attach out of notifications to service providers."""

    def notify(self, merchant: Any, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        kept = {name: value for name, value in resource.items() if name != "attach" or "sp_mchid" not in resource}
        super().notify(merchant, url, event_type, original_type, kept, summary)


@breaks("v3.order.echoes-attach")
class FillsInAnAttach(Platform):
    """Shows the description for an attach that was not sent."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        return {"attach": order.draft["description"]} | super().payment_facts(order)
