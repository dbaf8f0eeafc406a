"""The plan: every operation the suite sets out to cover, whether the contract describes it yet or not."""

from collections import Counter

from reference.contract import load
from reference.contract.rows import FAMILIES, operations_by_row, rows


def test_every_link_of_the_documents_is_a_row() -> None:
    """199 operations of the table of APIv2 and APIv3, 12 of Global, 25 of the gateway, none of them twice."""
    assert Counter(row.family for row in rows()) == {"v2": 39, "v3": 160, "global": 12, "gateway": 25}
    assert {row.family for row in rows()} == set(FAMILIES)
    assert len({(row.family, row.method, row.path) for row in rows()}) == len(rows())


def test_rows_find_their_operations() -> None:
    """An operation of the contract that names a row is found by that row, and by no other."""
    named = {
        (operation.family, operation.id): operation.seed_row for family in ("v2", "v3") for operation in load(family).operations.values()
    }
    found = {(operation.family, operation.id): row.row for row, operation in operations_by_row().items() if operation is not None}

    assert found == {key: row for key, row in named.items() if row is not None}


def test_all_of_apiv2_is_described() -> None:
    """No row of APIv2 is without its operation."""
    assert [row.path for row, operation in operations_by_row().items() if row.family == "v2" and operation is None] == []
