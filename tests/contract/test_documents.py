"""The documents themselves: valid OpenAPI, and every bound says where it comes from."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

import reference.contract
from reference.contract import Contract, load

HOME = Path(reference.contract.__file__).parent
GROUPS = {
    "v3": ["bills", "certificates", "codepay", "components", "notifications", "orders", "refunds", "security"],
    "v2": [
        "bills",
        "codepay",
        "combine",
        "components",
        "notifications",
        "orders",
        "redpacks",
        "refunds",
        "sandbox",
        "sharing",
        "transfers",
    ],
}
DOCUMENTS = [HOME / family / f"{group}.yaml" for family, groups in GROUPS.items() for group in groups]
FAMILIES = pytest.mark.parametrize("family", GROUPS)
VALUE_KEYWORDS = frozenset({"minLength", "maxLength", "pattern", "enum", "const", "format", "minItems", "maxItems"}) | {
    f"{own}{keyword}" for own in ("", "x-") for keyword in ("minimum", "maximum")
}
OF_AN_OPERATION = frozenset(
    {
        "x-acting-merchant",
        "x-client-cert",
        "x-completeness",
        "x-errors",
        "x-event",
        "x-mode",
        "x-notification",
        "x-seed-row",
        "x-seed-typo",
        "x-shows",
        "x-sign-key",
        "x-sign-types",
        "x-signed-response",
        "x-sub-merchant",
        "x-trade-type",
    }
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_is_valid_openapi(path: Path) -> None:
    """Each document, its references to the others included, is valid OpenAPI 3.1."""
    validate(yaml.safe_load(path.read_bytes()), base_uri=path.as_uri(), cls=OpenAPIV31SpecValidator)


@FAMILIES
def test_every_group_has_a_document(family: str) -> None:
    """The documents of the family stand, and no other."""
    assert sorted(path.stem for path in (HOME / family).glob("*.yaml")) == GROUPS[family]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_extension_of_an_operation_is_known(path: Path) -> None:
    """No operation bears an extension nobody explains, be it a misspelt one."""
    operations = [said for item in yaml.safe_load(path.read_bytes()).get("paths", {}).values() for said in item.values()]

    assert [name for said in operations for name in said if name.startswith("x-") and name not in OF_AN_OPERATION] == []


@FAMILIES
def test_every_bound_says_whether_it_is_documented(family: str) -> None:
    """A schema that bounds a value says for each bound whether it is documented or advisory."""
    silent = [
        (place, keyword)
        for place, schema in _schemas(load(family))
        for keyword in VALUE_KEYWORDS & schema.keys()
        if _standing(schema, keyword) not in {"documented", "advisory"}
    ]

    assert silent == []


@FAMILIES
def test_every_doubt_is_about_a_bound_that_is_there(family: str) -> None:
    """A doubt names a keyword the schema has, or the presence of the member."""
    astray = [
        (place, keyword)
        for place, schema in _schemas(load(family))
        for keyword in schema.get("x-in-doubt", {})
        if keyword != "required" and keyword not in schema
    ]

    assert astray == []


@FAMILIES
def test_generator_bounds_are_never_documented(family: str) -> None:
    """Lengths known only from third-party beans or from a habit of ids are advisory."""
    overstated = [
        place
        for place, schema in _schemas(load(family))
        if schema.get("x-length-source") in {"wxjava", "id-default"} and schema.get("x-bound") != "advisory"
    ]

    assert overstated == []


def _standing(schema: Mapping[str, Any], keyword: str) -> object:
    bound = schema.get("x-bound")
    return bound.get(keyword) if isinstance(bound, Mapping) else bound


def _schemas(contract: Contract) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for operation in contract.operations.values():
        for parameter in operation.parameters:
            yield from _within(f"{operation.id} {parameter.name}", parameter.schema)
        for part, schema in (("body", operation.body), *operation.responses.items(), ("error", operation.error)):
            if schema is not None:
                yield from _within(f"{operation.id} {part}", schema)
    for webhook in contract.webhooks.values():
        yield from _within(f"{webhook.id} envelope", webhook.envelope)
        yield from _within(f"{webhook.id} resource", webhook.resource)
    yield from _within("error", contract.error)


def _within(place: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield place, schema
    for name, member in (schema.get("properties", {}) | schema.get("patternProperties", {})).items():
        yield from _within(f"{place}.{name}", member)
    for inner in ("items", "contentSchema"):
        if inner in schema:
            yield from _within(f"{place}[]", schema[inner])
    for choice in schema.get("anyOf", ()):
        yield from _within(place, choice)
