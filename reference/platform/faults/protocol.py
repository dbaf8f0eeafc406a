"""Faults in how the JSON of requests is read."""

import json
from typing import Any

from reference.contract import Operation, Problem
from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.wire import Request

__all__: list[str] = []


@breaks("v3.protocol.accepts-any-key-order")
class ExpectsTheMerchantFirst(Platform):
    """Refuses an order whose first member is not an appid."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        fields = super().read_body(request, operation)
        if operation.event == "order.place" and not next(iter(fields)).endswith("appid"):
            raise self.bad_parameter("body", "begins with another member", "body")
        return fields


@breaks("v3.protocol.accepts-any-key-order")
class ExpectsTheTotalBeforeTheCurrency(Platform):
    """Refuses an amount whose currency comes first."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        fields = super().read_body(request, operation)
        if next(iter(fields.get("amount", {})), "") == "currency":
            raise self.bad_parameter("amount", "begins with another member", "body")
        return fields


@breaks("v3.protocol.accepts-any-key-order")
class ComparesOrdersByTheirText(Platform):
    """Takes an order with its members in another order for a changed one."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        return draft if list(draft) == list(order.draft) else draft | {"changed": True}


@breaks("v3.protocol.accepts-any-key-order")
class ExpectsTheProviderFirstInQueries(Platform):
    """Refuses a query that names the sub-merchant before the provider."""

    def find(self, request: Request) -> Any:
        found = super().find(request)
        if request.target.partition("?")[2].startswith("sub_mchid"):
            raise self.bad_parameter("sp_mchid", "missing", "query")
        return found


@breaks("v3.protocol.accepts-any-key-order")
class ReadsTheLastRefundAmount(Platform):
    """Takes the last number of a refund's amount for what is refunded, and the first for what was paid."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        fields = super().read_body(request, operation)
        if operation.id == "refund_create" and next(iter(fields["amount"])) != "refund":
            raise self.bad_parameter("amount.refund", "missing", "body")
        return fields


@breaks("v3.protocol.takes-null-as-absent")
class RefusesNull(Platform):
    """Takes null for a value of the wrong type."""

    def without_nulls(self, value: Any) -> Any:
        return value


@breaks("v3.protocol.takes-null-as-absent")
class RefusesNullWithinObjects(Platform):
    """Leaves out null at the top only."""

    def without_nulls(self, value: Any) -> Any:
        return {name: member for name, member in value.items() if member is not None} if isinstance(value, dict) else value


@breaks("v3.protocol.takes-null-as-absent")
class RefusesNullWithinLists(Platform):
    """Leaves out null everywhere but within lists."""

    def without_nulls(self, value: Any) -> Any:
        return value if isinstance(value, list) else super().without_nulls(value)


class _TakesNullFor(Platform):
    """Takes null for a *value* of one member of *event*."""

    event: str
    member: str
    value: Any

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        if operation.event != self.event:
            return super().read_body(request, operation)
        sent = json.loads(request.body)
        if self.member not in sent or sent[self.member] is not None:
            return super().read_body(request, operation)
        body = json.dumps(sent | {self.member: self.value}, ensure_ascii=False).encode()
        return super().read_body(Request(request.method, request.target, request.headers, body), operation)


@breaks("v3.protocol.takes-null-as-absent")
class AttachesNull(_TakesNullFor):
    """Takes an attach that is null for the text null."""

    event, member, value = "order.place", "attach", "null"


@breaks("v3.protocol.takes-null-as-absent")
class DescribesOrdersWithNull(_TakesNullFor):
    """Takes a description that is null for the text null."""

    event, member, value = "order.place", "description", "null"


@breaks("v3.protocol.takes-null-as-absent")
class RefundsForNull(_TakesNullFor):
    """Takes a reason that is null for an empty one, so that a repeat without it is another refund."""

    event, member, value = "refund.apply", "reason", ""


@breaks("v3.protocol.takes-null-as-absent")
class ClosesForNobody(Platform):
    """Closes an order for a merchant that is null."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        null = operation.event == "order.close" and None in json.loads(request.body).values()
        self.ignored_keywords = frozenset({("mchid", "required")}) if null else frozenset()
        return super().read_body(request, operation)


def _is_undeclared(problem: Problem) -> bool:
    return problem.keyword == "additionalProperties"


@breaks("v3.protocol.refuses-undeclared-members")
class IgnoresUndeclaredMembers(Platform):
    """Takes orders with members nobody knows."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        return tuple(item for item in super().minded(found, name) if not _is_undeclared(item))


@breaks("v3.protocol.refuses-undeclared-members")
class TakesMembersOfVersion2(Platform):
    """Takes orders with the members of the old version."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        old = {"total_fee", "fee_type", "spbill_create_ip", "body"}
        return tuple(item for item in super().minded(found, name) if not (_is_undeclared(item) and item.pointer[-1] in old))


@breaks("v3.protocol.refuses-undeclared-members")
class IgnoresUndeclaredMembersOfProviders(Platform):
    """Takes orders of service providers with members nobody knows."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        self.lenient = operation.mode == "partner"
        return super().read_body(request, operation)

    lenient = False

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        return tuple(item for item in super().minded(found, name) if not (self.lenient and _is_undeclared(item)))


@breaks("v3.protocol.refuses-undeclared-members")
class IgnoresUndeclaredMembersOfCodePayments(Platform):
    """Takes code payments with members nobody knows."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        self.lenient = operation.trade_type == "MICROPAY"
        return super().read_body(request, operation)

    lenient = False

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        return tuple(item for item in super().minded(found, name) if not (self.lenient and _is_undeclared(item)))


@breaks("v3.protocol.refuses-characters-outside-the-bmp")
class TakesEveryCharacter(Platform):
    """Takes characters of four bytes."""

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        return True


@breaks("v3.protocol.refuses-characters-outside-the-bmp")
class OverlooksEscapedPairs(Platform):
    """Looks at the bytes of a body only, where an escaped character has fewer."""

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        return all(ord(character) <= 0xFFFF for character in body)


@breaks("v3.protocol.refuses-characters-outside-the-bmp")
class OverlooksRawCharacters(Platform):
    """Looks for escaped pairs only."""

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        return "\\ud8" not in body.lower() and "\\udb" not in body.lower()


@breaks("v3.protocol.refuses-characters-outside-the-bmp")
class OverlooksCapitalEscapes(Platform):
    """Looks for escapes in small letters only."""

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        return "\\uD" in body or super().is_plain_text(body, fields)


@breaks("v3.protocol.refuses-characters-outside-the-bmp")
class RefusesOnlyFaces(Platform):
    """Refuses emoji, and takes rare Chinese of four bytes."""

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        return not any(0x1F000 <= ord(character) <= 0x1FAFF for character in json.dumps(fields, ensure_ascii=False))


@breaks("v3.protocol.refuses-characters-outside-the-bmp")
class OverlooksAttach(Platform):
    """Looks at the description of an order only."""

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        looked_at = {name: value for name, value in fields.items() if name != "attach"}
        return super().is_plain_text(json.dumps(looked_at, ensure_ascii=False), looked_at)


@breaks("v3.protocol.refuses-characters-outside-the-bmp")
class OverlooksReasons(Platform):
    """Does not look at the reason of a refund."""

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        return "out_refund_no" in fields or super().is_plain_text(body, fields)


@breaks("v3.protocol.refuses-characters-outside-the-bmp")
class CutsFacesOut(Platform):
    """Removes characters of four bytes and takes the rest."""

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        for name, value in fields.items():
            if isinstance(value, str):
                fields[name] = "".join(character for character in value if ord(character) <= 0xFFFF)
        return True


@breaks("v3.protocol.refuses-characters-outside-the-bmp")
class RefusesEveryEscape(Platform):
    """Takes every escape for one of a pair."""

    def is_plain_text(self, body: str, fields: dict[str, Any]) -> bool:
        return "\\u" not in body and super().is_plain_text(body, fields)
