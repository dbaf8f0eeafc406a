"""The mark that ties checks to rules."""

import pytest

from reference.rules.marker import judges


def test_the_ids_are_the_arguments_of_the_mark(pytestconfig: pytest.Config) -> None:
    """A decorated check is the same function and carries its rule ids in order."""
    pytestconfig.addinivalue_line("markers", "judges(*rule_ids): the rules a check judges")

    def check() -> None: ...

    marked = judges("v3.request.refuses-stale-timestamp", "v3.request.nonce-is-fresh")(check)

    assert marked is check
    assert [(mark.name, mark.args) for mark in check.pytestmark] == [  # type: ignore[attr-defined]
        ("judges", ("v3.request.refuses-stale-timestamp", "v3.request.nonce-is-fresh"))
    ]


def test_a_check_judges_something() -> None:
    """Without a rule id the decorator refuses, with an example of one."""
    with pytest.raises(TypeError, match=r"at least one rule, such as judges\('v3\."):
        judges()
