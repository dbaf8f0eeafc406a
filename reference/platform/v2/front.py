"""The door of APIv2: a request goes in, its operation is done on the common orders, an answer of two levels comes out."""

from collections.abc import Mapping

from reference.contract import Operation, load
from reference.identity import Merchant
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.v2 import refusals
from reference.platform.v2.reading import Call
from reference.platform.v2.sandbox import THROTTLED_PATH, V2Sandbox
from reference.platform.wire import Answer, Refused, Request

__all__ = ["V2Front"]

_HEADERS = (("Content-Type", "text/xml; charset=utf-8"),)


class V2Front(V2Sandbox):
    """Answers requests to the paths of APIv2, always with HTTP status 200 and XML."""

    v2_operations: Mapping[str, Operation]
    """The operations that are served, by their paths."""

    def throttle(self, merchant: Merchant) -> None:
        """Refuse what exceeds the merchant's rate."""
        raise NotImplementedError

    def v2_served(self) -> Mapping[str, Operation]:
        """Return the operations of the contract that this platform plays, by their paths."""
        served = self.v2_handlers()
        return {operation.path: operation for operation in load("v2").operations.values() if operation.id in served}

    def v2_speaks(self, request: Request) -> bool:
        """Tell whether the path of *request* is one of APIv2."""
        return request.path in self.v2_operations or request.path == THROTTLED_PATH

    def v2_exchange(self, request: Request) -> tuple[Answer, str | None]:
        """Answer *request*, whose path is one of APIv2, and name its operation."""
        if request.path == THROTTLED_PATH:
            return self.v2_page(200), None
        operation = self.v2_operations[request.path]
        elsewhere = self.v2_sent_away(operation)
        if elsewhere is not None:
            return elsewhere, operation.id
        call = None
        try:
            call = self.v2_authenticate(request, operation)
            self.throttle(call.merchant)
            loss = self.losses.pop(0) if self.losses else None
            if loss == "before":
                raise Refused(SYSTEM_ERROR)
            content = self.v2_perform(call)
            if loss == "after":
                raise Refused(SYSTEM_ERROR)
            return self.v2_file(content) if isinstance(content, bytes) else self.v2_succeed(call, content), operation.id
        except Refused as refused:
            return self.v2_refuse(operation, call, refused), operation.id

    def v2_file(self, content: bytes) -> Answer:
        """Return a file as it is."""
        return Answer(200, (("Content-Type", "text/plain; charset=utf-8"),), content)

    def v2_succeed(self, call: Call, content: Mapping[str, str]) -> Answer:
        """Return the answer of success on both levels."""
        levels = {"return_code": "SUCCESS", "return_msg": "OK"}
        if self.v2_has_two_levels(call.operation):
            levels["result_code"] = "SUCCESS"
        return self.v2_answer(self.v2_sign_answer(call, {**levels, **self.v2_caller(call), **content}))

    def v2_refuse(self, operation: Operation, call: Call | None, refused: Refused) -> Answer:
        """Return the refusal: on the first level while nobody is known to sign it for, on the second from then on."""
        if call is None or not self.v2_has_two_levels(operation):
            return self.v2_answer({"return_code": "FAIL", "return_msg": self.v2_return_msg(operation, refused)})
        return self.v2_odd_refusal(call, refused) or self.v2_answer(self.v2_sign_answer(call, self.v2_explain(call, refused)))

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        """Say what is wrong: the code, and the sentence that goes with it."""
        content = {"return_code": "SUCCESS", "return_msg": "OK"} | self.v2_caller(call) | {"result_code": "FAIL"}
        content |= {"err_code": self.v2_err_code(refused), "err_code_des": refusals.description(refused.refusal, refused.detail)}
        if call.operation.id == "reverse":
            content["recall"] = "Y" if refused.refusal is SYSTEM_ERROR else "N"
        if refused.refusal is refusals.STILL_PAYING:
            content |= self.v2_waiting(call)
        return content

    def v2_err_code(self, refused: Refused) -> str:
        """The code of a refusal."""
        return refusals.code_of(refused.refusal)

    def v2_sign_answer(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        """Return what is answered with a nonce and a signature, by the request's algorithm, if the operation signs its answers."""
        content = self.v2_writable(values)
        if not call.operation.signed_response:
            return content
        return self.v2_signed(call, content | {"nonce_str": self.nonce()})

    def v2_answer(self, values: Mapping[str, str]) -> Answer:
        """Return the XML of *values*."""
        return Answer(200, _HEADERS, self.v2_write(values))

    def v2_has_two_levels(self, operation: Operation) -> bool:
        """Tell whether the answers of *operation* say apart whether they were understood and whether the business was done."""
        done = operation.responses.get(200)
        return operation.errors["SYSTEMERROR"].level == "result" if done is None else "result_code" in done["properties"]
