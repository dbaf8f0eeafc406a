"""Faults in which account a refund is paid from."""

from typing import Any

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.refund_lenience import Lax
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask

__all__: list[str] = []

_Accounts = list[dict[str, Any]]


def _names(accounts: _Accounts) -> list[str]:
    return [entry["account"] for entry in accounts]


def _sum(accounts: _Accounts) -> int:
    return sum(entry["amount"] for entry in accounts)


@breaks("v3.refund.from-sums-to-refund")
class NeverAddsAccounts(Platform):
    """Never adds up the paying accounts."""

    def accounts_add_up(self, accounts: _Accounts, refund: int) -> bool:
        return len(set(_names(accounts))) == len(accounts)


@breaks("v3.refund.from-sums-to-refund")
class PaysTheRestByItself(Platform):
    """Accepts paying accounts that give less than the refund."""

    def accounts_add_up(self, accounts: _Accounts, refund: int) -> bool:
        return super().accounts_add_up(accounts, refund) or self.accounts_add_up_to_less(accounts, refund)

    def accounts_add_up_to_less(self, accounts: _Accounts, refund: int) -> bool:
        """Tell whether only the sum is wrong, and too small."""
        return _sum(accounts) < refund and super().accounts_add_up(accounts, _sum(accounts))


@breaks("v3.refund.from-sums-to-refund")
class AddsUpOneAccountOnly(Platform):
    """Compares the first paying account with the refund when there are two."""

    def accounts_add_up(self, accounts: _Accounts, refund: int) -> bool:
        return super().accounts_add_up(accounts, refund) or (
            len(set(_names(accounts))) == 2 and accounts[0]["amount"] == refund and accounts[1]["amount"] > 0
        )


@breaks("v3.refund.from-sums-to-refund")
class LetsAnAccountPayLessThanNothing(Platform):
    """Accepts a negative share of a paying account."""

    def accounts_add_up(self, accounts: _Accounts, refund: int) -> bool:
        return len(set(_names(accounts))) == len(accounts) and _sum(accounts) == refund


@breaks("v3.refund.from-sums-to-refund")
class KnowsOnePayingAccount(Platform):
    """Refuses a refund from two accounts."""

    def accounts_add_up(self, accounts: _Accounts, refund: int) -> bool:
        return len(accounts) == 1 and super().accounts_add_up(accounts, refund)


@breaks("v3.refund.from-names-each-account-once")
class DrawsOnAnAccountTwice(Platform):
    """Accepts an account that is named twice."""

    def accounts_add_up(self, accounts: _Accounts, refund: int) -> bool:
        return min(entry["amount"] for entry in accounts) > 0 and _sum(accounts) == refund


@breaks("v3.refund.from-names-each-account-once")
class ComparesNeighboursOnly(Platform):
    """Notices an account that is named twice only when both stand side by side."""

    def accounts_add_up(self, accounts: _Accounts, refund: int) -> bool:
        apart = len(accounts) == 3 and accounts[0]["account"] != accounts[1]["account"] != accounts[2]["account"]
        return super().accounts_add_up(accounts, refund) or (apart and _sum(accounts) == refund)


@breaks("v3.refund.from-names-each-account-once")
class PaysFromAnyAccount(Lax):
    """Accepts any word as a paying account."""

    lax = frozenset({("account", "enum")})


@breaks("v3.refund.refuses-unknown-funds-account")
class TakesAnyFundsAccount(Lax):
    """Accepts any word as funds_account."""

    lax = frozenset({("funds_account", "enum")})


@breaks("v3.refund.refuses-unknown-funds-account")
class TakesFundsAccountsOfAnswers(Platform):
    """Accepts as funds_account the words that only an answer may hold."""

    def without_nulls(self, value: Any) -> Any:
        kept = super().without_nulls(value)
        if isinstance(kept, dict) and kept.get("funds_account") in {"UNAVAILABLE", "OPERATION", "BASIC", "ECNY_BASIC"}:
            return kept | {"funds_account": "AVAILABLE"}
        return kept


@breaks("v3.refund.refuses-unknown-funds-account")
class KnowsNoFundsAccount(Platform):
    """Refuses every refund that names its funds_account."""

    def check_refund_draft(self, ask: Ask, draft: Any) -> None:
        super().check_refund_draft(ask, draft)
        if "funds_account" in draft:
            raise self.bad_parameter("funds_account", "not known", "body")


@breaks("v3.refund.answers-with-a-known-funds-account")
class NamesAccountsOfItsOwn(Platform):
    """Shows a funds_account of its own invention."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        return super().show_refund(refund) | {"funds_account": "MERCHANT_BALANCE"}


@breaks("v3.refund.answers-with-a-known-funds-account")
class NamesAccountsAsApiV2Does(Platform):
    """Shows the words of APIv2 as funds_account of a refund that succeeded."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        shown = super().show_refund(refund)
        return shown | {"funds_account": "REFUND_SOURCE_RECHARGE_FUNDS"} if refund.state == "SUCCESS" else shown
