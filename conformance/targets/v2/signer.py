"""Turn a call of APIv2 into signed bytes, with at most one fault on the way."""

from collections.abc import Callable

from conformance.targets.verdicts import NotApplicable
from reference.contract import Contract, Operation
from reference.identity import Credential, Merchant
from reference.platform.v2.reading import APPIDS
from strategies.cases import Role, Wire
from strategies.v2.cases import CallV2, FaultV2, SigningV2

__all__ = ["HEADERS", "SignerV2"]

HEADERS = (("Accept", "text/xml"), ("User-Agent", "wxconform/0.1"), ("Content-Type", "text/xml; charset=utf-8"))
"""What goes in front of every message."""


class SignerV2:
    """Builds and signs requests. *nonce* gives a fresh nonce_str, *merchant* who plays a role."""

    def __init__(self, contract: Contract, nonce: Callable[[], str], merchant: Callable[[Role], Merchant]) -> None:
        self._contract = contract
        self._nonce = nonce
        self._merchant = merchant

    def sign(self, call: CallV2, merchant: Merchant, fault: FaultV2 | None = None) -> tuple[Wire, SigningV2]:
        """Return the request as it goes out, and how it was signed."""
        if fault is not None:
            call = fault.in_call(call)
        operation = self._contract.operations[call.operation]
        if merchant.apiv2_key is None:
            raise NotApplicable({"apiv2-key"})
        sign_type = call.sign_type if call.sign_type in operation.sign_types else operation.sign_types[0]
        members = {**self._usual(operation, merchant, sign_type), **call.members}
        signing = SigningV2(
            mch_id=merchant.mchid,
            members={name: value for name, value in members.items() if value is not None},
            key=merchant.apiv2_key,
            algorithm=sign_type,
            sandbox_key=None if operation.sign_key is None else merchant.apiv2_key,
        )
        if fault is not None:
            signing = fault.in_signing(signing)
        certificate = self._certificate(call, operation, merchant)
        wire = Wire(call.method or operation.method, call.target or operation.path, (*HEADERS, *call.headers), signing.body, certificate)
        return (wire, signing) if fault is None else (fault.on_wire(wire), signing)

    def _usual(self, operation: Operation, merchant: Merchant, sign_type: str) -> dict[str, str]:
        """The members of every request of *operation*."""
        known = {} if operation.body is None else operation.body["properties"]
        values = {operation.acting_member: merchant.mchid, **dict.fromkeys(APPIDS, merchant.appid), "nonce_str": self._nonce()}
        if merchant.sub_mchids:
            values["sub_mch_id"] = merchant.sub_mchids[0]
        if sign_type != "MD5":
            values["sign_type"] = sign_type
        return {name: value for name, value in values.items() if name in known}

    def _certificate(self, call: CallV2, operation: Operation, merchant: Merchant) -> Credential | None:
        if call.certificate == "own":
            return merchant.credential if operation.client_cert else None
        return None if call.certificate == "none" else self._merchant(call.certificate).credential
