"""Amounts."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles.money import MoneyError, to_fen, to_yuan


@given(st.integers(min_value=-(10**17), max_value=10**17))
def test_there_and_back(fen: int) -> None:
    """Every amount of fen survives being written as yuan and read again, and equals the exact decimal."""
    assert to_fen(to_yuan(fen)) == fen
    assert Decimal(to_yuan(fen)) == Decimal(fen) / 100


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [
        ("0.01", 1),
        ("19.99", 1999),
        ("1000000.00", 100_000_000),
        ("-0.05", -5),
        ("7", 700),
        ("0.5", 50),
        ("45.0", 4500),
        ("0.01000", 1),
        ("-0.00", 0),
    ],
)
def test_reads_what_bills_print(yuan: str, fen: int) -> None:
    """Amounts in every form bills use are exact, also where floats are not."""
    assert to_fen(yuan) == fen


@pytest.mark.parametrize(
    "yuan", ["", ".5", "5.", "0.015", "1,000.00", "+1.00", " 1.00", "1.00\n", "1e2", "NaN", "１.００", "--1", "0x10", "¥1.00", "1" * 19]
)
def test_refuses_everything_else(yuan: str) -> None:
    """Signs, separators, exponents and fractions of a fen are refused, never rounded."""
    with pytest.raises(MoneyError, match=r"yuan|fen"):
        to_fen(yuan)


@given(st.text())
def test_never_raises_anything_else(yuan: str) -> None:
    """Whatever the text, it is an amount or the typed error."""
    with suppress(MoneyError):
        assert to_fen(yuan) == Decimal(yuan) * 100
