"""APIv2 requests: XML read, the merchant believed, the parameters judged by the contract."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reference.contract import Operation, Problem, Schema, problems
from reference.identity import Merchant
from reference.oracles import v2
from reference.platform.intake import Ask
from reference.platform.refusals import BAD_PARAMETER, SIGN_ERROR
from reference.platform.v2 import refusals
from reference.platform.v2.certificates import shown_certificate
from reference.platform.wire import Refused, Request
from reference.platform.world import World

__all__ = ["APPIDS", "Call", "V2Reading"]

APPIDS: Final = ("appid", "mch_appid", "wxappid", "combine_appid")
"""What the operations call the appid of who asks."""
_MISSING = frozenset({"required", "requiredIf", "anyOf"})


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Call:
    """One APIv2 request whose sender is known: *values* are its elements that are not empty, *key* signs the answer."""

    operation: Operation
    merchant: Merchant
    values: dict[str, str]
    request: Request
    key: str
    sign_type: v2.SignType

    @property
    def known(self) -> dict[str, str]:
        """The values the contract knows; others are signed, and mean nothing."""
        names = (self.operation.body or {}).get("properties", {})
        return {name: value for name, value in self.values.items() if name in names}

    def asks(self, fields: Mapping[str, Any], params: Mapping[str, str]) -> Ask:
        """Return the same in the words of APIv3; the algorithm stands among *params*."""
        return Ask(self.operation, self.merchant, dict(fields), {**params, "sign_type": self.sign_type}, self.request, {})


class V2Reading(World):
    """Reads APIv2 requests, or refuses them."""

    def v2_authenticate(self, request: Request, operation: Operation) -> Call:
        """Return the request of a merchant that signed it, or refuse it where nobody is known to sign the answer for."""
        values = self.v2_read(request)
        merchant = self.v2_merchant(operation, values)
        sign_type = self.v2_sign_type(operation, values)
        key = self.v2_key(merchant, operation)
        if key is None or not self.v2_is_signed(values, key, sign_type):
            raise Refused(SIGN_ERROR, {"field": "sign"})
        given = {name: value for name, value in values.items() if value}
        return Call(operation, merchant, given, request, key, sign_type)

    def v2_read(self, request: Request) -> dict[str, str]:
        """Return the elements of the message."""
        if request.method != "POST":
            raise Refused(refusals.NOT_POSTED)
        if not request.body.strip():
            raise Refused(refusals.BODY_EMPTY)
        try:
            return v2.read_xml(request.body)
        except v2.MalformedXmlError as error:
            raise Refused(refusals.NOT_UTF8 if error.flaw == "encoding" else refusals.MALFORMED, {"issue": str(error)}) from None

    def v2_merchant(self, operation: Operation, values: Mapping[str, str]) -> Merchant:
        """Return the merchant that acts: mch_id names it, or what *operation* calls that."""
        name = operation.acting_member
        merchant = self.merchant_of_v2(values.get(name, ""))
        if merchant is None:
            raise Refused(refusals.MERCHANT_UNKNOWN, {"field": name})
        return merchant

    def merchant_of_v2(self, mch_id: str) -> Merchant | None:
        """The merchant with that id, if it has a key for APIv2."""
        known = (merchant for merchant in self.identity.merchants if merchant.apiv2_key is not None)
        return next((merchant for merchant in known if merchant.mchid == mch_id), None)

    def v2_sign_type(self, operation: Operation, values: Mapping[str, str]) -> v2.SignType:
        """Return the algorithm the request is signed with: the one it names if the operation knows it, MD5 if it names none."""
        try:
            sign_type = v2.request_sign_type(values)
        except v2.UnknownSignTypeError:
            raise Refused(SIGN_ERROR, {"field": "sign_type"}) from None
        if sign_type not in (operation.sign_types or ("MD5",)):
            raise Refused(SIGN_ERROR, {"field": "sign_type"})
        return sign_type

    def v2_key(self, merchant: Merchant, operation: Operation) -> str | None:  # noqa: ARG002 - the sandbox has a key of its own
        """The key that signs what *merchant* and platform say to each other."""
        return merchant.apiv2_key

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        """Tell whether the signature covers exactly these values."""
        return v2.verify(values, key, sign_type)

    def v2_check(self, call: Call) -> None:
        """Refuse what the contract forbids, whatever it asks."""
        self.v2_check_certificate(call)
        self.v2_check_values(call)
        self.v2_check_texts(call)
        self.v2_check_merchant(call)

    def v2_check_certificate(self, call: Call) -> None:
        """Refuse an operation that needs the merchant's certificate on a connection without it."""
        if call.operation.client_cert and not self.v2_bears_certificate(call):
            raise Refused(refusals.CERTIFICATE_WRONG)

    def v2_bears_certificate(self, call: Call) -> bool:
        """Tell whether the connection bears a certificate of the merchant that asks."""
        shown = shown_certificate(call.request)
        return shown is not None and any(shown == credential.certificate for credential in call.merchant.credentials)

    def v2_check_values(self, call: Call) -> None:
        """Refuse a parameter that is missing or not as documented."""
        found = self.minded(problems(call.operation.body or {}, call.values))
        if found:
            raise self.v2_wrong(found[0])

    def v2_wrong(self, problem: Problem) -> Refused:
        """Say that a parameter is missing, or wrong."""
        refusal = refusals.LACKING if problem.keyword in _MISSING else BAD_PARAMETER
        return Refused(refusal, {"field": problem.field, "issue": problem.issue, "location": "body"})

    def v2_check_texts(self, call: Call) -> None:
        """Refuse a parameter whose text must be JSON and is not."""
        for name, schema in (call.operation.body or {}).get("properties", {}).items():
            is_json = "contentSchema" in schema and schema.get("contentMediaType") == "application/json"
            if name in call.values and is_json and not self.v2_fits(call, name, schema["contentSchema"]):
                raise self.bad_parameter(name, "not the JSON it should be", "body")

    def v2_fits(self, call: Call, name: str, schema: Schema) -> bool:
        """Tell whether the text of *name* is JSON as the contract describes it."""
        try:
            value = json.loads(call.values[name])
            if "\\u" in call.values[name]:
                json.dumps(value, ensure_ascii=False).encode()  # half a character in an escape is no text
        except (ValueError, RecursionError):
            return False
        if name == "scene_info" and call.values.get("trade_type") == "MWEB":
            return isinstance(value, dict)  # a browser's order tells of its page, not of a store
        return not self.minded(problems(schema, value))

    def v2_check_merchant(self, call: Call) -> None:
        """Refuse an appid that is not the merchant's, and a sub-merchant that is not the service provider's or is not named."""
        appid = next((call.values[name] for name in APPIDS if name in call.values), None)
        self.check_binding(call.merchant, {"mode": "direct", "appid": appid, "trade_type": "", "sub_appid": call.values.get("sub_appid")})
        if call.merchant.sub_mchids and "sub_mch_id" not in call.values and self.v2_needs_sub_merchant(call.operation):
            raise Refused(refusals.LACKING, {"field": "sub_mch_id"})
        sub = {"sub_mchid": call.values["sub_mch_id"]} if "sub_mch_id" in call.values else {}
        self.check_merchant(call.asks(sub, {}))

    def v2_needs_sub_merchant(self, operation: Operation) -> bool:
        """Tell whether a service provider must say whom it acts for: it has bills of its own, and some questions name nobody."""
        return operation.group != "bills" and operation.sub_merchant is not None
