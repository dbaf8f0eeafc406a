"""Faults in how the texts of an order are checked."""

from typing import Any

from reference.contract import Operation, Problem
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Request

__all__: list[str] = []


@breaks("v3.order.requires-a-description")
class TakesOrdersWithoutDescription(Platform):
    """Asks for no description."""

    ignored_keywords = frozenset({("description", "required")})


@breaks("v3.order.requires-a-description")
class TakesEmptyDescriptions(Platform):
    """Takes an empty description."""

    ignored_keywords = frozenset({("description", "minLength")})


@breaks("v3.order.requires-a-description")
class FillsInDescriptionsForProviders(Platform):
    """Describes a provider's order itself if nobody else does."""

    def without_nulls(self, value: Any) -> Any:
        fields = super().without_nulls(value)
        if isinstance(fields, dict) and "sp_appid" in fields and "amount" in fields:
            fields.setdefault("description", "商品")
        return fields


@breaks("v3.order.limits-description-to-127-characters")
class TakesLongDescriptions(Platform):
    """Takes a description of any length."""

    ignored_keywords = frozenset({("description", "maxLength")})


class _CutsText(Platform):
    """Cuts one text to its limit before it is checked."""

    member: str
    longest: int

    def without_nulls(self, value: Any) -> Any:
        fields = super().without_nulls(value)
        if isinstance(fields, dict) and isinstance(fields.get(self.member), str):
            fields[self.member] = fields[self.member][: self.longest]
        return fields


@breaks("v3.order.limits-description-to-127-characters")
class CutsLongDescriptions(_CutsText):
    """Cuts a long description to its limit, and takes it."""

    member, longest = "description", 127


@breaks("v3.order.limits-description-to-127-characters")
class Takes128CharactersOfDescription(Platform):
    """Takes one character too many."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        kept = super().minded(found, name)
        return tuple(item for item in kept if not (item.pointer == ("description",) and len(item.value or "") == 128))


@breaks("v3.order.limits-description-to-127-characters")
class CountsOnlyLatinInDescriptions(Platform):
    """Does not count the Chinese characters of a description."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        kept = super().minded(found, name)
        return tuple(item for item in kept if not (item.pointer == ("description",) and "茶" in (item.value or "")))


@breaks("v3.order.limits-description-to-127-characters")
class Refuses127CharactersOfDescription(Platform):
    """Takes one character too few."""

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        if len(ask.fields["description"]) > 126:
            raise self.bad_parameter("description", "too long", "body")
        return super().order_draft(ask)


@breaks("v3.order.limits-attach-to-128-characters")
class TakesLongAttachments(Platform):
    """Takes an attach of any length."""

    ignored_keywords = frozenset({("attach", "maxLength")})


@breaks("v3.order.limits-attach-to-128-characters")
class CutsLongAttachments(_CutsText):
    """Cuts a long attach to its limit, and takes it."""

    member, longest = "attach", 128


@breaks("v3.order.limits-attach-to-128-characters")
class LimitsAttachToTheOld127(Platform):
    """Takes 127 bytes of attach, as version 2 did."""

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        if len(ask.fields.get("attach", "").encode()) > 127:
            raise self.bad_parameter("attach", "too long", "body")
        return super().order_draft(ask)


@breaks("v3.order.limits-attach-to-128-characters")
class TakesLongAttachmentsOfCodePayments(Platform):
    """Does not measure the attach of a code payment."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        self.ignored_keywords = frozenset({("attach", "maxLength")}) if operation.trade_type == "MICROPAY" else frozenset()
        return super().read_body(request, operation)


@breaks("v3.order.refuses-an-overlong-goods-tag")
class TakesLongGoodsTags(Platform):
    """Takes a goods_tag of any length."""

    ignored_keywords = frozenset({("goods_tag", "maxLength")})


@breaks("v3.order.refuses-an-overlong-goods-tag")
class Takes256CharactersOfGoodsTag(Platform):
    """Takes 256 characters, as other bindings print it."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        kept = super().minded(found, name)
        return tuple(
            item for item in kept if not (item.pointer == ("goods_tag",) and item.keyword == "maxLength" and len(item.value) <= 256)
        )


@breaks("v3.order.refuses-an-overlong-goods-tag")
class CutsGoodsTags(_CutsText):
    """Cuts a long goods_tag to its limit, and takes it."""

    member, longest = "goods_tag", 32


@breaks("v3.order.refuses-an-overlong-device-id")
class TakesLongDeviceIds(Platform):
    """Takes a device_id of any length."""

    ignored_keywords = frozenset({("device_id", "maxLength")})


@breaks("v3.order.refuses-an-overlong-device-id")
class TakesLongDeviceIdsOfH5(Platform):
    """Does not measure the device_id of an H5 order."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        self.ignored_keywords = frozenset({("device_id", "maxLength")}) if operation.trade_type == "MWEB" else frozenset()
        return super().read_body(request, operation)
