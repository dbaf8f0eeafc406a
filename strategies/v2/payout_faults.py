"""Single faults on red packets and transfers: everything else stays right, so the same payout without the fault is accepted."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from strategies.v2.cases import FaultV2
from strategies.v2.named import Asked, Signed
from strategies.v2.payouts import BILLNO_LENGTH

__all__ = ["of_billno", "of_group", "of_scene", "of_total_num", "of_transfer"]

_NEEDED: Final = ("mch_appid", "mchid", "partner_trade_no", "openid", "check_name", "amount", "desc", "spbill_create_ip")
_OTHER_CHARACTERS: Final = ("wxc-1", "wxc_1", "红包1", "wxc 1", "wxc|1", "wxc*1", "wxc@1", "１２３")
_BAD: Final[Mapping[str, tuple[str, ...]]] = {
    "amount": ("0", "-1", "1.5", "0.01", "1e2", "+1", "one"),
    "check_name": ("no_check", "CHECK", "NO", "force_check", "0"),
    "desc": ("x" * 101, "茶" * 101),
    "partner_trade_no": ("x" * 33, "9" * 64, *_OTHER_CHARACTERS),
}
_CROWDED: Final = (("0", "300"), ("1", "300"), ("2", "300"), ("3", "299"), ("3", "3"), ("4", "399"), ("20", "1999"))
"""Heads and fen of packets for too many, or too few."""
_SHOWN: Final = 12


def of_billno() -> tuple[FaultV2, ...]:
    """Faults that make of an mch_billno none."""
    return (_without("mch_billno"), *_members("mch_billno", ("", "x" * (BILLNO_LENGTH + 1), "9" * 32, *_OTHER_CHARACTERS)))


def of_total_num() -> tuple[FaultV2, ...]:
    """Faults in the total_num of a packet for one person."""
    return _members("total_num", ("0", "2", "3", "100", "-1", "1.0", ""))


def of_scene() -> tuple[FaultV2, ...]:
    """A scene_id nobody knows."""
    return _members("scene_id", ("PRODUCT_0", "PRODUCT_9", "product_1", "PRODUCT_10", "1"))


def of_group() -> tuple[FaultV2, ...]:
    """Faults that leave a packet for several people no way to be shared."""
    few = tuple(_asked(f"{heads} heads for {amount} fen", total_num=heads, total_amount=amount) for heads, amount in _CROWDED)
    return (*few, _without("amt_type"), *_members("amt_type", ("ALL_SAME", "all_rand", "")))


def of_transfer() -> tuple[FaultV2, ...]:
    """Faults in the members of a transfer to a balance: one is missing, goes by another name, or is not as documented."""
    missing = [_without(name) for name in _NEEDED]
    empty = [fault for name in _NEEDED for fault in _members(name, ("",))]
    renamed = [_renamed("mchid", "mch_id"), _renamed("mch_appid", "appid")]
    return (*missing, *empty, *renamed, *(fault for name, values in _BAD.items() for fault in _members(name, values)))


def _members(name: str, values: Iterable[str]) -> tuple[FaultV2, ...]:
    return tuple(_asked(f"{name} is {value[:_SHOWN]!r}", **{name: value}) for value in values)


def _without(name: str) -> FaultV2:
    return _asked(f"{name} is missing", **{name: None})


def _asked(says: str, **members: str | None) -> FaultV2:
    return Asked(says, lambda call: call.but(**members))


def _renamed(right: str, wrong: str) -> FaultV2:
    """A member stands under another name, also one that the target fills in by itself."""
    return Signed(
        f"{right} stands in {wrong}",
        lambda signing: replace(signing, members={wrong if name == right else name: value for name, value in signing.members.items()}),
    )
