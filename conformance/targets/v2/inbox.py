"""The notify endpoints of APIv2: what arrives there, verified and opened as the merchant would, and what it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from conformance.targets.mailbox import Mailbox
from conformance.targets.verdicts import Violation, shown
from reference.identity import Merchant
from reference.oracles import v2
from reference.platform import Delivery, Said

__all__ = ["InboxV2", "LetterV2"]

_OK: Final = 200


@dataclass(frozen=True)
class LetterV2:
    """One delivery, as *merchant* receives it. What cannot be read raises Violation."""

    delivery: Delivery
    merchant: Merchant

    @cached_property
    def values(self) -> dict[str, str]:
        """The elements of the message that are not empty."""
        try:
            values = v2.read_xml(self.delivery.body)
        except v2.MalformedXmlError as error:
            raise Violation(
                f"A notification cannot be read: {error}", expected="flat XML in UTF-8 under <xml>", got=self.described
            ) from None
        return {name: value for name, value in values.items() if value}

    @property
    def key(self) -> str:
        """The APIv2 key of the merchant."""
        return self.merchant.apiv2_key or ""

    @cached_property
    def opened(self) -> Mapping[str, str]:
        """What req_info holds, without what is empty."""
        try:
            values = v2.read_xml(v2.decrypt_req_info(self.values.get("req_info", ""), self.key), root="root")
        except (v2.ReqInfoError, v2.MalformedXmlError) as error:
            raise Violation(
                f"req_info does not open with the APIv2 key of its merchant: {error}",
                expected="AES-256-ECB under the hex MD5 of the key, over XML under <root>",
                got=self.described,
            ) from None
        return {name: value for name, value in values.items() if value}

    @property
    def described(self) -> str:
        """The delivery in a few words."""
        return f"delivery {self.delivery.attempt} to {self.delivery.url}: {shown(self.delivery.body.decode('utf-8', 'replace'), 600)}"


class InboxV2(Mailbox[LetterV2]):
    """The notify endpoints of APIv2, where a status alone accepts nothing."""

    def read(self, delivery: Delivery, owner: Merchant) -> LetterV2:
        """Return *delivery* as *owner* receives it."""
        return LetterV2(delivery, owner)

    def accepts(self, said: Said) -> bool:
        """Tell whether an answer ends the deliveries: HTTP 200 with XML whose return_code is SUCCESS."""
        try:
            return isinstance(said, tuple) and said[0] == _OK and v2.read_xml(said[1]).get("return_code") == "SUCCESS"
        except v2.MalformedXmlError:
            return False
