"""What a run notices of the sandbox besides violations: known deviations that show, or show no more, and what its cases answer."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from conformance.targets.exchange import Exchange
from reference.contract import Operation
from reference.oracles import v2
from reference.oracles.errors import canonical
from reference.oracles.v2_result import classify
from reference.platform.v2.deviations import CASE_HEADER, COUPONS, DEVIATIONS, Deviation
from strategies.v2.cases import SigningV2

__all__ = ["Noticed"]

_Shown: TypeAlias = Literal["shows", "mended"]


class Noticed:
    """Written down over all checks of a run: how often each deviation was *shown*, was *mended*, and the answers of the *cases*."""

    def __init__(self) -> None:
        self.shown: Counter[Deviation] = Counter()
        self.mended: Counter[Deviation] = Counter()
        self.cases: dict[str, str] = {}

    def look(self, operation: Operation, exchange: Exchange) -> None:
        """Write down which of the known deviations an exchange with the sandbox shows, and which it would have given occasion to."""
        for name, recognise in _RECOGNISED.items():
            found = recognise(operation, exchange)
            if found is not None:
                (self.shown if found == "shows" else self.mended)[name] += 1

    def excuses(self, exchange: Exchange) -> bool:
        """Tell whether the answer's signature is wrong in the way that is known, and in no other."""
        return _leaves_zero_unsigned(exchange) == "shows"


def _leaves_zero_unsigned(exchange: Exchange) -> _Shown | None:
    signing, values = exchange.signing, classify(exchange.reply.body).values
    if not isinstance(signing, SigningV2) or signing.sandbox_key is None or values.get("cash_fee") != "0":
        return None
    if v2.verify(values, signing.sandbox_key):
        return "mended"
    return "shows" if v2.verify(values, signing.sandbox_key, ignoring={"cash_fee"}) else None


def _tells_in_retcode(operation: Operation, exchange: Exchange) -> _Shown | None:
    signing, result = exchange.signing, classify(exchange.reply.body)
    if operation.id != "sandbox_micropay" or not isinstance(signing, SigningV2):
        return None
    if result.flaw == "off-schema":
        return "shows"
    names_a_case = any(name.lower() == CASE_HEADER.lower() for name, _ in exchange.wire.headers)
    if names_a_case or signing.members.get("total_fee", "") in {"", *map(str, COUPONS)} or result.verdict != "refused":
        return None
    # Refused for the amount in documented words; a refusal for anything else says nothing of it.
    told = "".join((result.values.get("err_code_des", ""), result.values.get("return_msg", "")))
    about_it = "total_fee" in told or "金额" in told or canonical(result.code or "") == canonical("PARAM_ERROR")
    return "mended" if about_it else None


_RECOGNISED: Final[Mapping[Deviation, Callable[[Operation, Exchange], _Shown | None]]] = {
    "cash-fee-zero-is-not-signed": lambda _operation, exchange: _leaves_zero_unsigned(exchange),
    "wrong-fee-is-told-in-retcode": _tells_in_retcode,
}
assert _RECOGNISED.keys() == DEVIATIONS.keys()  # every known deviation is looked for
