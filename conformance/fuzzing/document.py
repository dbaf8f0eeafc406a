"""The contract as schemathesis reads it: one OpenAPI document for one identity, made from the typed contract, never written by hand."""

import copy
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from conformance.fuzzing.links import links_of
from conformance.targets.calls import NOTIFY_URL
from conformance.targets.platform import Platform
from reference.contract import Operation, Parameter, Schema, load
from reference.identity import Identity
from reference.oracles import times
from reference.platform.bills import beijing
from reference.platform.v2.reading import APPIDS

__all__ = ["KnownValues", "document_for", "known_values", "operations_for"]

KnownValues = Mapping[str, tuple[str, ...]]
"""Member or parameter -> the values of it that lead anywhere: ids of the identity, moments to come, an address of nobody."""

_HOUR = 3600
_UNDRAWN = frozenset({"properties", "contentSchema", "contentMediaType"})
_SPOKEN_ELSEWHERE = {"ip": "ipv4"}
"""Formats of the contract that OpenAPI calls otherwise; a drawn value must only be valid, not cover all that is."""


def known_values(identity: Identity, now: int) -> Mapping[str, KnownValues]:
    """Return, by family, the values only a person or the clock knows; drawn ones would never get beyond the ids."""
    return {"v3": _known_v3(identity, now), "v2": _known_v2(identity, now)}


def _known_v3(identity: Identity, now: int) -> KnownValues:
    merchant, partner = identity.merchant, identity.partner
    values: dict[str, tuple[str, ...]] = {
        "mchid": (merchant.mchid,),
        "appid": (merchant.appid,),
        "openid": (merchant.openid,),
        "notify_url": (NOTIFY_URL,),
        "time_expire": (times.format_rfc3339(now + _HOUR),),
        "bill_date": (f"{beijing(now) - timedelta(days=1):%Y-%m-%d}",),
        "Wechatpay-Serial": tuple(key.key_id for key in identity.platform),
    }
    if partner is not None:
        values |= {
            "sp_mchid": (partner.mchid,),
            "sp_appid": (partner.appid,),
            "sp_openid": (partner.openid,),
            "sub_mchid": partner.sub_mchids,
        }
    return values


def _known_v2(identity: Identity, now: int) -> KnownValues:
    # Drawn as the merchant asks for itself; a service provider's requests are made by the checks.
    merchant = identity.merchant
    in_an_hour = f"{beijing(now + _HOUR):%Y%m%d%H%M%S}"
    return {
        **dict.fromkeys(("mch_id", "mchid", "combine_mch_id"), (merchant.mchid,)),
        **dict.fromkeys(APPIDS, (merchant.appid,)),
        **dict.fromkeys(("openid", "re_openid"), (merchant.openid,)),
        "notify_url": (NOTIFY_URL,),
        "time_expire": (in_an_hour,),
        "bill_date": (f"{beijing(now) - timedelta(days=1):%Y%m%d}",),
    }


def operations_for(family: str, platform: Platform) -> tuple[Operation, ...]:
    """Return the operations of *family* that *platform* offers, and that its merchants and connections can ask for."""
    every = load(family).operations.values()
    if f"api{family}" not in platform.capabilities:
        return ()
    if family == "v2":
        certificates = "client-certificates" in platform.capabilities
        wanted = (operation for operation in every if certificates or not operation.client_cert)
        return tuple(operation for operation in wanted if platform.identity.merchant.apiv2_key and platform.v2.offers(operation.id))
    return tuple(operation for operation in every if operation.mode != "partner" or platform.identity.partner is not None)


def document_for(operations: Iterable[Operation], values: Mapping[str, KnownValues], *, brief: bool = False) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document of *operations*, ids filled in from *values* of their family, linked where one needs another's number.

    A *brief* one asks for required members only: for long chains, in which nothing should be refused for a detail.
    """
    operations = tuple(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        links = links_of(operation, operations)
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, values[operation.family], links, brief=brief)
    return {"openapi": "3.1.0", "info": {"title": "WeChat Pay", "version": "3"}, "paths": paths}


def _operation(operation: Operation, values: KnownValues, links: Mapping[str, Any], *, brief: bool) -> dict[str, Any]:
    # Answers are judged by our own rules; a schema here would only be judged twice.
    successes = {str(status): {"description": "success", "links": copy.deepcopy(dict(links))} for status in operation.responses}
    said: dict[str, Any] = {
        "operationId": operation.id,
        "parameters": [_parameter(parameter, values) for parameter in operation.parameters],
        "responses": successes | {"default": {"description": "refused"}},
    }
    if operation.body is not None:
        whole = _own(operation.body) if operation.family == "v2" else operation.body
        body = _drawable(_brief(whole) if brief else whole, values)
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return said


def _parameter(parameter: Parameter, values: KnownValues) -> dict[str, Any]:
    schema = _member(parameter.name, parameter.schema, values)
    return {"name": parameter.name, "in": parameter.where, "required": parameter.required, "schema": schema}


def _member(name: str, schema: Schema, values: KnownValues) -> Any:
    if name in values:
        return {"type": "string", "enum": list(values[name])}
    return _drawable(schema, values)


def _drawable(schema: Any, values: KnownValues) -> Any:
    """Return a copy of *schema* a generator can do something with.

    Encrypted members are left out, and objects that need one: no generator can encrypt, and the rules of `v3.sensitive` judge them.
    """
    if isinstance(schema, list):
        return [_drawable(each, values) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    drawn = {name: _drawable(value, values) for name, value in schema.items() if name not in _UNDRAWN and not name.startswith("x-")}
    if "format" in drawn:
        drawn["format"] = _SPOKEN_ELSEWHERE.get(drawn["format"], drawn["format"])
    if "properties" in schema:
        members = schema["properties"]
        drawn["properties"] = {name: _member(name, member, values) for name, member in members.items() if not _is_sealed(member)}
    return drawn


def _own(schema: Schema) -> Schema:
    """Return the body of an APIv2 request without what its signing adds, and without what a service provider's has besides."""
    left_out = {"sign", "sub_appid", "sub_mch_id", "sub_openid"}
    kept = {name: member for name, member in schema["properties"].items() if name not in left_out}
    rest = {name: value for name, value in schema.items() if name not in {"patternProperties", "xml"}}
    return rest | {"properties": kept, "required": [name for name in schema.get("required", ()) if name not in left_out]}


def _brief(schema: Schema) -> Schema:
    """Return *schema* with its required members only, of alternatives the last one's."""
    if "properties" not in schema:
        return schema
    needed = {*schema.get("required", ()), *(name for choice in schema.get("anyOf", ())[-1:] for name in choice["required"])}
    kept = {name: _brief(member) for name, member in schema["properties"].items() if name in needed}
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "if", "then"}}
    return rest | {"properties": kept, "required": sorted(needed), "additionalProperties": False}


def _is_sealed(schema: Schema) -> bool:
    """Tell whether a value of *schema* is encrypted, or cannot be without something encrypted in it."""
    members = schema.get("properties", {})
    return bool(schema.get("x-sensitive")) or any(_is_sealed(members[name]) for name in schema.get("required", ()) if name in members)
