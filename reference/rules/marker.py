"""The mark by which a check says which rules it judges."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

__all__ = ["judges"]

Check = TypeVar("Check", bound=Callable[..., Any])


def judges(*rule_ids: str) -> Callable[[Check], Check]:
    """Mark a check with the ids of the rules it judges; raises TypeError without any.

    The runner reads the ids from the marker's arguments, and refuses those the rule book does not hold.
    """
    if not rule_ids:
        raise TypeError("judges() needs the id of at least one rule, such as judges('v3.request.refuses-stale-timestamp')")
    return pytest.mark.judges(*rule_ids)
