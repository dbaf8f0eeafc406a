"""Faults in believing APIv2 requests."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from reference.contract import Operation
from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.refusals import SIGN_ERROR
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__ = ["AlsoBelieves"]

_Pairs = Iterable[tuple[str, str]]


class AlsoBelieves(Platform):
    """Believes signs over other strings, or by other keys, besides the right one."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        """Tell whether the right sign or another one is there."""
        sign = values.get("sign", "")
        return super().v2_is_signed(values, key, sign_type) or sign in self.others(values, key, sign_type)

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        """The other signs."""
        raise NotImplementedError


def _made(text: str, key: str, sign_type: v2.SignType) -> str:
    """Return the sign of *text*, whatever it consists of."""
    data = text.encode()
    made = hashlib.md5(data, usedforsecurity=False) if sign_type == "MD5" else hmac.new(key.encode(), data, hashlib.sha256)
    return made.hexdigest().upper()


def _pairs(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in values.items() if value and name != "sign")


def _joined(pairs: _Pairs) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


@breaks("v2.sign.accepts-md5-and-hmac")
class KnowsMd5Only(Platform):
    """Refuses requests signed by HMAC-SHA256."""

    def v2_sign_type(self, operation: Operation, values: Mapping[str, str]) -> v2.SignType:
        if super().v2_sign_type(operation, values) != "MD5":
            raise Refused(SIGN_ERROR, {"field": "sign_type"})
        return "MD5"


@breaks("v2.sign.accepts-md5-and-hmac")
class KnowsHmacOnly(Platform):
    """Refuses requests signed by MD5."""

    def v2_sign_type(self, operation: Operation, values: Mapping[str, str]) -> v2.SignType:
        if super().v2_sign_type(operation, values) != "HMAC-SHA256":
            raise Refused(SIGN_ERROR, {"field": "sign_type"})
        return "HMAC-SHA256"


@breaks("v2.sign.accepts-md5-and-hmac")
class RefusesMd5ByName(Platform):
    """Refuses a sign_type that says MD5, which is what goes without saying."""

    def v2_sign_type(self, operation: Operation, values: Mapping[str, str]) -> v2.SignType:
        if values.get("sign_type") == "MD5":
            raise Refused(SIGN_ERROR, {"field": "sign_type"})
        return super().v2_sign_type(operation, values)


@breaks("v2.sign.refuses-a-wrong-signature")
class BelievesAnySign(Platform):
    """Never looks at the sign of an APIv2 request."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return True


@breaks("v2.sign.refuses-a-wrong-signature")
class BelievesWhatIsNotSigned(Platform):
    """Verifies a sign that is there, and does without one that is not."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return not values.get("sign") or super().v2_is_signed(values, key, sign_type)

    def v2_check_values(self, call: Call) -> None:
        call.values.setdefault("sign", "0" * 32)
        super().v2_check_values(call)


@breaks("v2.sign.refuses-a-wrong-signature")
class ComparesTheStartOfASign(Platform):
    """Compares the first eight digits of a sign."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return values.get("sign", "")[:8] == v2.sign(values, key, sign_type)[:8]


@breaks("v2.sign.refuses-a-wrong-signature")
class DoesNotVerifyRefundsOfV2(Platform):
    """Believes whoever asks for a refund through APIv2."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return "refund_fee" in values or super().v2_is_signed(values, key, sign_type)


@breaks("v2.sign.refuses-a-wrong-signature")
class DoesNotSignTheAmount(Platform):
    """Takes whatever total_fee for signed, if a sign of the right length is there."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        guesses = (str(total) for total in range(1, 200))
        return any(super(DoesNotSignTheAmount, self).v2_is_signed({**values, "total_fee": guess}, key, sign_type) for guess in guesses)


@breaks("v2.sign.refuses-a-wrong-signature")
class IgnoresWhatWasAdded(Platform):
    """Leaves members it does not know out of the signed string."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        known = {name: value for name, value in values.items() if not name.startswith("wxc_")}
        return super().v2_is_signed(known, key, sign_type)


@breaks("v2.sign.refuses-another-string")
class BelievesEncodedValues(AlsoBelieves):
    """Believes a sign over percent-encoded values as well."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        yield _made(f"{_joined((name, quote(value, safe='')) for name, value in _pairs(values))}&key={key}", key, sign_type)


@breaks("v2.sign.refuses-another-string")
class BelievesAnyOrderOfPairs(AlsoBelieves):
    """Believes a sign over the pairs in reverse order as well."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        yield _made(f"{_joined(_pairs(values)[::-1])}&key={key}", key, sign_type)


@breaks("v2.sign.refuses-another-string")
class DoesWithoutTheNameOfTheKey(AlsoBelieves):
    """Believes a sign over the pairs with the key right behind them as well."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        yield _made(_joined(_pairs(values)) + key, key, sign_type)


@breaks("v2.sign.refuses-another-string")
class DoesWithoutTheKeyInHmac(AlsoBelieves):
    """Believes an HMAC over the pairs alone, for the key is in it anyway."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        if sign_type == "HMAC-SHA256":
            yield _made(_joined(_pairs(values)), key, sign_type)


@breaks("v2.sign.refuses-another-string")
class BelievesASignOverItself(AlsoBelieves):
    """Believes a sign with an empty sign among its pairs as well."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        yield _made(f"{_joined(sorted([*_pairs(values), ('sign', '')]))}&key={key}", key, sign_type)


@breaks("v2.sign.leaves-empty-out-and-zero-in")
class SignsEmptyElements(Platform):
    """Takes empty elements into the signed string."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        pairs = sorted((name, value) for name, value in values.items() if name != "sign")
        return values.get("sign") == _made(f"{_joined(pairs)}&key={key}", key, sign_type)


@breaks("v2.sign.leaves-empty-out-and-zero-in")
class LeavesZeroOut(Platform):
    """Takes a zero for an empty value."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return super().v2_is_signed({name: value for name, value in values.items() if value != "0"}, key, sign_type)


@breaks("v2.sign.leaves-empty-out-and-zero-in")
class BelievesEitherWithEmptyElements(AlsoBelieves):
    """Believes a sign with the empty elements in it as well as one without."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        pairs = sorted((name, value) for name, value in values.items() if name != "sign")
        yield _made(f"{_joined(pairs)}&key={key}", key, sign_type)


@breaks("v2.sign.refuses-a-wrong-sign-type")
class GuessesTheAlgorithm(AlsoBelieves):
    """Believes a sign by either algorithm, whatever sign_type says."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        yield v2.sign(values, key, "HMAC-SHA256" if sign_type == "MD5" else "MD5")


@breaks("v2.sign.refuses-a-wrong-sign-type")
class TakesUnknownAlgorithmsForMd5(Platform):
    """Takes a sign_type it does not know for MD5."""

    def v2_sign_type(self, operation: Operation, values: Mapping[str, str]) -> v2.SignType:
        try:
            return super().v2_sign_type(operation, values)
        except Refused:
            return "MD5"

    def v2_check_values(self, call: Call) -> None:
        call.values["sign_type"] = call.sign_type
        super().v2_check_values(call)


@breaks("v2.sign.refuses-a-wrong-sign-type")
class ReadsSignTypeInSmallLetters(Platform):
    """Knows sign_type in small letters, too."""

    def v2_sign_type(self, operation: Operation, values: Mapping[str, str]) -> v2.SignType:
        return super().v2_sign_type(operation, {**values, "sign_type": values.get("sign_type", "").upper()})

    def v2_check_values(self, call: Call) -> None:
        call.values["sign_type"] = call.sign_type
        super().v2_check_values(call)


@breaks("v2.sign.refuses-a-wrong-sign-type")
class DoesNotSignSignType(AlsoBelieves):
    """Believes a sign that leaves sign_type out as well."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        yield v2.sign({name: value for name, value in values.items() if name != "sign_type"}, key, sign_type)


@breaks("v2.sign.refuses-other-keys")
class BelievesTheApiv3Key(AlsoBelieves):
    """Believes what is signed with the merchant's APIv3 key as well."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        yield from (v2.sign(values, merchant.apiv3_key, sign_type) for merchant in self.identity.merchants if merchant.apiv2_key == key)


@breaks("v2.sign.refuses-other-keys")
class BelievesEveryMerchantsKey(AlsoBelieves):
    """Believes what any merchant signed, whoever it says it is."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        yield from (v2.sign(values, merchant.apiv2_key, sign_type) for merchant in self.identity.merchants if merchant.apiv2_key)


@breaks("v2.sign.refuses-other-keys")
class ReadsKeysInAnyCase(AlsoBelieves):
    """Believes what is signed with the key in capitals or small letters as well."""

    def others(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> Iterable[str]:
        cases: tuple[Callable[[str], str], ...] = (str.upper, str.lower)
        yield from (v2.sign(values, change(key), sign_type) for change in cases)


@breaks("v2.sign.needs-a-nonce")
class NeedsNoNonce(Platform):
    """Does without nonce_str."""

    def v2_check_values(self, call: Call) -> None:
        if not call.values.get("nonce_str"):
            call.values["nonce_str"] = "x"
        super().v2_check_values(call)


@breaks("v2.sign.needs-a-nonce")
class TakesAnyLengthOfNonce(Platform):
    """Takes a nonce_str of any length."""

    def v2_check_values(self, call: Call) -> None:
        call.values |= {name: value[:32] for name, value in call.values.items() if name == "nonce_str"}
        super().v2_check_values(call)


@breaks("v2.sign.needs-a-nonce")
class TakesLongNoncesOnly(Platform):
    """Refuses a nonce_str of less than 16 characters."""

    def v2_check_values(self, call: Call) -> None:
        if len(call.values.get("nonce_str", "")) < 16:
            raise self.bad_parameter("nonce_str", "too short", "body")
        super().v2_check_values(call)
