"""Faults in whose fault an error is said to be: callers' errors that bring the platform down, or read as if they had."""

import json
from collections.abc import Mapping
from typing import Any

from reference.contract import Operation
from reference.identity import Merchant
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.rewording import reworded
from reference.platform.intake import Ask
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.wire import Answer, Refused, Request

__all__: list[str] = []

_BLAME = "v3.error.blames-the-caller-for-caller-errors"


@breaks(_BLAME)
class FailsOnBadParameters(Platform):
    """Answers a bad parameter 500."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, status=500) if refused.refusal.code == "PARAM_ERROR" else refused)


@breaks(_BLAME)
class FailsOnUnknownRefunds(Platform):
    """Answers an application about an unknown refund_id 500."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, Refused(SYSTEM_ERROR) if refused.refusal.name == "refund-unknown" else refused)


@breaks(_BLAME)
class SaysSystemErrorWith400(Platform):
    """Names a refused state of a service provider's order SYSTEM_ERROR."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        state = refused.refusal.name in {"order-paid", "order-closed"} and "/partner/" in request.path
        return super().refuse(request, reworded(refused, code="SYSTEMERROR") if state else refused)


@breaks(_BLAME)
class BlamesTheCallerForItsOwnFailure(Platform):
    """Answers 500 INVALID_REQUEST when it fails itself."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, code="INVALID_REQUEST") if refused.refusal.name == "system-error" else refused)


@breaks(_BLAME)
class IsOverwhelmedByTheUnsigned(Platform):
    """Answers a request without signature 503."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        anonymous = request.header("Authorization") is None
        return super().refuse(request, reworded(refused, status=503) if anonymous else refused)


@breaks(_BLAME)
class FailsOnUnreadableBodies(Platform):
    """Answers a body that is no JSON 500."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        unread = str(refused.detail.get("issue", "")).startswith("not a JSON")
        return super().refuse(request, Refused(SYSTEM_ERROR) if unread else refused)


class _Fragile(Platform):
    """Answers 500 to what it cannot cope with."""

    def read(self, request: Request, operation: Operation, path_params: Mapping[str, str], merchant: Merchant) -> Ask:
        if not self.copes(request, path_params):
            raise Refused(SYSTEM_ERROR)
        return super().read(request, operation, path_params, merchant)

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        """Tell whether *request* can be answered."""
        raise NotImplementedError


@breaks(_BLAME)
class FailsOnLists(_Fragile):
    """Fails when a body is a JSON list."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return not request.body.startswith(b"[")


@breaks(_BLAME)
class FailsOnEmptyCloses(_Fragile):
    """Fails when a close or a reversal has no body."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return bool(request.body) or not request.path.endswith(("/close", "/reverse"))


@breaks(_BLAME)
class FailsOnOtherEncodings(_Fragile):
    """Fails when a body is not in UTF-8."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        try:
            request.body.decode()
        except UnicodeDecodeError:
            return False
        return True


@breaks(_BLAME)
class FailsOnDeepBodies(_Fragile):
    """Fails when objects stand in each other 300 levels deep."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return request.body.count(b":{") < 300


@breaks(_BLAME)
class FailsOnLongNumbers(_Fragile):
    """Fails when a number does not fit 64 bits."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        try:
            numbers = [
                int(text) for text in request.body.replace(b"}", b",").split(b",") for text in [text.rpartition(b":")[2]] if text.isdigit()
            ]
        except ValueError:
            return False
        return all(number < 2**63 for number in numbers)


@breaks(_BLAME)
class FailsOnNulInRefunds(_Fragile):
    """Fails when a text of a refund holds an escaped NUL."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return b"\\u0000" not in request.body or not request.path.startswith("/v3/refund/")


@breaks(_BLAME)
class FailsOnByteOrderMarks(_Fragile):
    """Fails when a body begins with a byte order mark."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return not request.body.startswith(b"\xef\xbb\xbf")


@breaks(_BLAME)
class FailsOnRepeatedMembers(_Fragile):
    """Fails when a member stands in a body twice."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            members.append(len(pairs) == len(dict(pairs)))
            return dict(pairs)

        members: list[bool] = []
        try:
            json.loads(request.body, object_pairs_hook=once)
        except (ValueError, RecursionError):
            return True
        return all(members)


@breaks(_BLAME)
class FailsOnInfiniteAmounts(_Fragile):
    """Fails when an amount is greater than any floating-point number."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return b":1e400" not in request.body and b":-1e400" not in request.body


@breaks(_BLAME)
class FailsOnBodiesOfQueries(_Fragile):
    """Fails when a GET has a body."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return request.method != "GET" or not request.body


@breaks(_BLAME)
class FailsOnWrongEscapes(_Fragile):
    """Fails when the query holds an escape that stands for no UTF-8."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return "\ufffd" not in "".join(request.query.values())


@breaks(_BLAME)
class FailsOnNulInNumbers(_Fragile):
    """Fails when the number in the path holds a NUL."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return "\0" not in "".join(path_params.values())


@breaks(_BLAME)
class FailsOnLongHeaders(_Fragile):
    """Fails when a header has more than 2048 characters."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        return all(len(value) <= 2048 for _, value in request.headers)


@breaks(_BLAME)
class FailsOnRepeatedParameters(_Fragile):
    """Fails when a parameter of a certificate query is given twice."""

    def copes(self, request: Request, path_params: Mapping[str, str]) -> bool:
        names = [part.partition("=")[0] for part in request.target.partition("?")[2].split("&")]
        return len(set(names)) == len(names) or request.path != "/v3/certificates"


@breaks(_BLAME)
class ClosesWithoutABody(Platform):
    """Takes a close without a body for one by the merchant that signed it."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        return super().read_body(request, operation) if request.body or operation.id != "order_close" else {}


@breaks(_BLAME)
class ReadsBodiesInLists(Platform):
    """Takes a list with an order in it for the order."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        bare = request.body[1:-1] if request.body.startswith(b"[{") else request.body
        return super().read_body(Request(request.method, request.target, request.headers, bare), operation)
