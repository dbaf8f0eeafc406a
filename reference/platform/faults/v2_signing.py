"""Faults in what the platform signs itself in APIv2."""

from collections.abc import Mapping
from dataclasses import replace

from reference.identity import Merchant
from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.outbox import Notice
from reference.platform.v2.reading import Call

__all__: list[str] = []


@breaks("v2.sign.signs-its-answers")
class LeavesAnswersOfV2Unsigned(Platform):
    """Signs no answer of APIv2."""

    def v2_sign_answer(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in super().v2_sign_answer(call, values).items() if name != "sign"}


@breaks("v2.sign.signs-its-answers")
class LeavesRefusalsOfV2Unsigned(Platform):
    """Signs successes only."""

    def v2_sign_answer(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        content = super().v2_sign_answer(call, values)
        if content.get("result_code") == "FAIL":
            content.pop("sign", None)
        return content


@breaks("v2.sign.signs-its-answers")
class AnswersHmacByMd5(Platform):
    """Signs every answer by MD5, whatever the request was signed by."""

    def v2_sign_answer(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        return super().v2_sign_answer(replace(call, sign_type="MD5"), values)


@breaks("v2.sign.signs-its-answers")
class SignsAnswersWithTheApiv3Key(Platform):
    """Signs answers of APIv2 with the merchant's APIv3 key."""

    def v2_sign_answer(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        return super().v2_sign_answer(replace(call, key=call.merchant.apiv3_key), values)


@breaks("v2.sign.signs-its-answers")
class LeavesFeesOutOfItsSign(Platform):
    """Leaves cash_fee out of the string it signs."""

    def v2_sign_answer(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        content = super().v2_sign_answer(call, values)
        fees = {name: value for name, value in content.items() if name == "cash_fee"}
        if not fees or "sign" not in content:
            return content
        rest = {name: value for name, value in content.items() if name not in {"cash_fee", "sign"}}
        return v2.signed(rest, call.key, call.sign_type) | fees


@breaks("v2.sign.notifies-by-the-orders-algorithm")
class NotifiesByMd5(Platform):
    """Signs every payment notice of APIv2 by MD5."""

    def v2_sign_notice(self, notice: Notice) -> bytes:
        values = {name: value for name, value in v2.read_xml(super().v2_sign_notice(notice)).items() if name not in {"sign", "sign_type"}}
        return v2.write_xml(v2.signed(values, _key(self, values.get("mch_id", "")), "MD5"))


@breaks("v2.sign.notifies-by-the-orders-algorithm")
class NotifiesWithTheApiv3Key(Platform):
    """Signs payment notices of APIv2 with the merchant's APIv3 key."""

    def v2_own_key(self, merchant: Merchant) -> str:
        return merchant.apiv3_key


@breaks("v2.sign.leaves-known-operations-unsigned")
class SignsEveryAnswer(Platform):
    """Signs the answers of all operations, those too that nobody expects to be signed."""

    def v2_sign_answer(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        told = super().v2_sign_answer(call, values)
        return told if call.operation.signed_response else v2.signed(told | {"nonce_str": self.nonce()}, call.key, call.sign_type)


@breaks("v2.sign.leaves-known-operations-unsigned")
class SignsTheKeyOfAProvider(Platform):
    """Signs the answer that hands the sandbox's key to a service provider, by that key."""

    def v2_sign_answer(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        told = super().v2_sign_answer(call, values)
        key = told.get("sandbox_signkey", "") if call.merchant.sub_mchids else ""
        return v2.signed(told, key, call.sign_type) if key else told


@breaks("v2.sign.leaves-known-operations-unsigned")
class SignsRefundNotices(Platform):
    """Signs what it encrypts."""

    def v2_sign_notice(self, notice: Notice) -> bytes:
        values = v2.read_xml(super().v2_sign_notice(notice))
        if "req_info" in values:
            values = v2.signed(values, self.v2_own_key(self.merchant(notice.mchid)), "MD5")
        return self.v2_write(values)


def _key(platform: Platform, mch_id: str) -> str:
    merchant = platform.merchant_of_v2(mch_id)
    return (merchant.apiv2_key if merchant else None) or ""
