"""Keywords the contract adds to JSON Schema, as a validator wants them: made with their value, then asked to `validate` what they bound."""

import math
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

__all__ = ["AT_LEAST", "AT_MOST", "INTEGRAL", "KEYWORDS"]

AT_LEAST, AT_MOST = "x-minimum", "x-maximum"
INTEGRAL = "x-integral"


class _Integral:
    """JSON Schema counts 1.0 as an integer; the field does not."""

    def __init__(self, _parent: dict[str, Any], _value: Any, _path: list[str | int]) -> None:
        pass

    def validate(self, instance: Any) -> None:
        if isinstance(instance, (float, Decimal)) and math.isfinite(instance) and instance == int(instance):
            raise ValueError(instance)


class _AtLeast:
    """`minimum` of a number that is written as text."""

    def __init__(self, _parent: dict[str, Any], value: int, _path: list[str | int]) -> None:
        self._least = value

    def validate(self, instance: Any) -> None:
        if _is_digits(instance) and Decimal(instance) < self._least:
            raise ValueError(instance)


class _AtMost:
    """`maximum` of a number that is written as text."""

    def __init__(self, _parent: dict[str, Any], value: int, _path: list[str | int]) -> None:
        self._most = value

    def validate(self, instance: Any) -> None:
        if _is_digits(instance) and Decimal(instance) > self._most:  # int() refuses texts of some thousand digits
            raise ValueError(instance)


def _is_digits(instance: Any) -> bool:
    return isinstance(instance, str) and instance.isascii() and instance.isdigit()


KEYWORDS: Mapping[str, type] = MappingProxyType({INTEGRAL: _Integral, AT_LEAST: _AtLeast, AT_MOST: _AtMost})
