"""What payers bring along: payment codes that age, coupons that pay a part."""

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

from reference.machines import Entity
from reference.platform.world import World

__all__ = ["COUPON_TYPES", "Coupon", "Payers"]

Coupon: TypeAlias = tuple[Literal["CASH", "NO_CASH"], int]
"""What kind of coupon it is, paid for by the merchant in advance or not, and its fee in fen."""
COUPON_TYPES: Final[tuple[Literal["CASH", "NO_CASH"], ...]] = ("CASH", "NO_CASH")
_CODE_LIFE = 60


class Payers(World):
    """The payers' phones."""

    codes_shown: dict[str, int]
    coupons: dict[tuple[str, str], Sequence[Coupon]]

    def show_code(self, auth_code: str) -> None:
        """Let a payer open *auth_code*, which is good for a minute from now; a code nobody opened never ages."""
        self.codes_shown[auth_code] = self.now()

    def code_facts(self, code: str) -> dict[str, Any]:
        """What the guards of a charge want to know about a payment code, its age too."""
        return super().code_facts(code) | {"code_expired": self.is_expired(code)}

    def is_expired(self, code: str) -> bool:
        """Tell whether a payment code has been open for too long."""
        return self.now() - self.codes_shown.get(code, self.now()) > _CODE_LIFE

    def give_coupons(self, mchid: str, out_trade_no: str, coupons: Sequence[Coupon]) -> None:
        """Give the payer of an order, placed or not yet, coupons; paying uses those of them that fit into what is to be paid."""
        self.coupons[mchid, out_trade_no] = tuple(coupons)

    def take_payment(self, order: Entity) -> None:
        """Write down that *order* is paid now, and by which coupons."""
        super().take_payment(order)
        used: list[Coupon] = []
        for kind, fee in self.coupons.pop(order.key, ()):
            if fee <= order.data["payer_total"]:
                used.append((kind, fee))
                order.data["payer_total"] -= fee
        if used:
            order.data["coupons"] = used
            self.store.save(order)
