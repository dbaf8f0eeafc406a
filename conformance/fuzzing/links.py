"""Which operation gives another what it needs: OpenAPI links, worked out from the contract and the machines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reference.contract import Operation, Schema
from reference.machines import MACHINES

__all__ = ["creates", "links_of"]

_NUMBERS = frozenset({"out_trade_no", "out_refund_no", "transaction_id", "refund_id"})
"""What names an order or a refund, by the merchant's choice or the platform's."""
_APART = {"order", "codepay"}
"""Machines that share a name space and nothing else: what is done to the one is refused of the other, which is judged elsewhere."""
_NAMED_BY = {"order": "out_trade_no", "codepay": "out_trade_no", "refund": "out_refund_no"}
"""Machine -> the merchant's name for what lives by it."""


def creates(operation: Operation) -> str | None:
    """Return the member by which the caller names what *operation* creates; None when it creates nothing."""
    if operation.event is None:
        return None
    name, _, event = operation.event.partition(".")
    return _NAMED_BY.get(name) if name in MACHINES and MACHINES[name].events[event].creates else None


def links_of(producer: Operation, operations: Sequence[Operation]) -> dict[str, dict[str, Any]]:
    """Return the links from a success of *producer* to every operation it gives a number to."""
    links = {}
    for consumer in operations:
        if (
            consumer.family != producer.family
            or consumer is producer
            or consumer.mode not in {producer.mode, "both"}
            or {_life(producer), _life(consumer)} == _APART
        ):
            continue
        given = {name: source for name, source in _gives(producer) if name in _takes(consumer)}
        if given:
            links[f"{producer.id} to {consumer.id}"] = _link(producer, consumer, given)
    return links


def _link(producer: Operation, consumer: Operation, given: Mapping[str, str]) -> dict[str, Any]:
    outside = {parameter.name for parameter in consumer.parameters}
    if producer.mode == "partner" and producer.sub_merchant and consumer.sub_merchant:
        where, _, name = producer.sub_merchant.partition(".")
        given = {**given, "sub_mchid": f"$request.body#/{name}" if where == "body" else f"$request.{where}.{name}"}
    body: dict[str, Any] = {name: source for name, source in given.items() if name not in outside}
    total = _total_of(producer)
    if consumer.family == "v2" and creates(consumer) == "out_refund_no":
        body |= {"total_fee": "$request.body#/total_fee", "refund_fee": "1"}
    elif creates(consumer) == "out_refund_no" and total is not None:
        # Who placed the order takes back a fen of it, who looked it up all of it: so some refunds are in part, and some too many.
        body["amount"] = {"total": total, "refund": 1 if creates(producer) else total, "currency": "CNY"}
    link: dict[str, Any] = {"operationId": consumer.id, "parameters": {name: given[name] for name in given if name in outside}}
    return link | ({"requestBody": body} if body else {})


def _total_of(producer: Operation) -> str | None:
    """Return where a success of *producer* says how much an order is about."""
    if _has_total(producer.body or {}):
        return "$request.body#/amount/total"
    shown = any(_has_total(schema or {}) for schema in producer.responses.values())
    return "$response.body#/amount/total" if shown else None


def _gives(producer: Operation) -> Iterator[tuple[str, str]]:
    """Yield the numbers a success of *producer* makes known, and where they stand; those in XML no link can reach."""
    created = creates(producer)
    if created is not None:
        yield created, f"$request.body#/{created}"
    if producer.family == "v2":
        return
    taken = _takes(producer) | {created}
    for schema in producer.responses.values():
        for name in (schema or {}).get("properties", {}):
            if name in _NUMBERS and name not in taken:
                yield name, f"$response.body#/{name}"


def _life(operation: Operation) -> str:
    return (operation.event or "").partition(".")[0]


def _takes(consumer: Operation) -> frozenset[str]:
    """Return the numbers *consumer* needs of somebody else's making: in its path, or by which its body names an order."""
    wanted = {parameter.name for parameter in consumer.parameters if parameter.where == "path"}
    body: Schema = consumer.body or {}
    wanted |= {name for choice in body.get("anyOf", ())[-1:] for name in choice.get("required", ())}
    wanted |= set(body.get("required", ())) - {creates(consumer)}
    return frozenset(wanted & _NUMBERS)


def _has_total(schema: Schema) -> bool:
    return "total" in schema.get("properties", {}).get("amount", {}).get("properties", {})
