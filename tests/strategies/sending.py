"""Cases as they are sent: ids filled in, numbers minted, and what the contract says about them."""

from typing import Any, cast

from conformance.targets.calls import Calls
from conformance.targets.minting import Mint
from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.world import DirectWorld
from reference.contract import Operation, Problem, load, parameters, problems
from reference.identity import bundled
from reference.platform import Platform as ReferencePlatform
from strategies.cases import Call, Order, Product, Refund, Role
from strategies.orders import PREPAID, lean

__all__ = ["EVERYWHERE", "documented_problems", "fresh_platform", "placed", "valid_call"]

_PRODUCTS: tuple[Product, ...] = (*PREPAID, "codepay")
_ROLES: tuple[Role, ...] = ("merchant", "partner")
EVERYWHERE = [(product, role) for product in _PRODUCTS for role in _ROLES]
"""Every product, direct and partner."""
_CALLS = Calls(bundled(), Mint(seed=7))
_BOUNCED = {
    "out_refund_no": "A12345",
    "type": "USER_BANK_CARD",
    "bank_type": "CMB_DEBIT",
    "bank_account": "c2VhbGVk",
    "real_name": "c2VhbGVk",
}
_PARAMETERS = {"bill_date": "2026-06-14", "token": "a-token"}


def fresh_platform() -> Platform:
    """A target around a reference platform that knows nothing yet."""
    platform = ReferencePlatform()
    return Platform("mock", bundled(), DirectTransport(platform), world=DirectWorld(platform), seed=7)


def placed(order: Order) -> Call:
    """The call that places *order*."""
    return _CALLS.place(order)


def valid_call(operation_id: str) -> Call:
    """A valid call of any operation."""
    role: Role = "partner" if operation_id.startswith("partner_") else "merchant"
    name = operation_id.removeprefix("partner_")
    order = lean("jsapi", role)
    known = {
        "order_query": lambda: _CALLS.query(order, None),
        "order_query_by_id": lambda: _CALLS.query_by_id(order, "4200001", None),
        "order_close": lambda: _CALLS.close(order, None),
        "order_reverse": lambda: Call(operation_id, role, {"out_trade_no": "A12345"}, body=_ids(order)),
        "refund_create": lambda: _CALLS.refund(Refund(order, 1), None, None),
        "refund_query": lambda: _CALLS.query_refund(Refund(order, 1), None),
        "refund_apply_abnormal": lambda: Call(name, role, {"refund_id": "5030001"}, body=_BOUNCED),
        "security_echo": lambda: Call(name, role, body={"echo_message": "hello"}),
    }
    if name in known:
        return known[name]()
    if name.endswith("_create"):
        return placed(lean(cast("Product", name.removesuffix("_create")), role))
    needed = [parameter.name for parameter in _operation(operation_id).parameters if parameter.required]
    return Call(name, role, query={parameter: _PARAMETERS[parameter] for parameter in needed})


def documented_problems(call: Call) -> tuple[Problem, ...]:
    """What the documents say is wrong with *call*; null counts as absent."""
    operation = _operation(call.operation)
    found = [problems(parameters(operation, "query"), dict(call.query)), problems(parameters(operation, "path"), dict(call.path_params))]
    if operation.body is not None:
        found.append(problems(operation.body, _without_nulls(call.body)))
    return tuple(problem for part in found for problem in part if problem.documented)


def _operation(operation_id: str) -> Operation:
    return load("v3").operations[operation_id]


def _ids(order: Order) -> dict[str, Any]:
    body = placed(order).body
    return {name: body[name] for name in ("appid", "mchid", "sp_appid", "sp_mchid", "sub_mchid") if name in body}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
