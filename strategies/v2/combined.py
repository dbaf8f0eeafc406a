"""Single faults on how a combined order is signed: another text of the same list, another algorithm, or one that is not named."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from reference.oracles import v2
from strategies.v2.cases import SigningV2
from strategies.v2.named import Signed

__all__ = ["rewritten", "unnamed"]

_LIST = "sub_order_list"


def rewritten(writings: Mapping[str, Callable[[Any], str]]) -> tuple[Signed, ...]:
    """The list is sent as it is, and signed as each of *writings* writes it; the one it is sent in is left out."""

    def signed(write: Callable[[Any], str]) -> Callable[[SigningV2], SigningV2]:
        def change(signing: SigningV2) -> SigningV2:
            other = write(json.loads(signing.members[_LIST]))
            return replace(signing, text=v2.string_sign_temp({**signing.members, _LIST: other}, signing.key))

        return change

    every = list(writings.items())
    return (
        *(Signed(f"{_LIST} signed as it is written {name}", signed(write)) for name, write in every[1:]),
        Signed(f"{_LIST} left out of what is signed", _left_out),
    )


def unnamed() -> tuple[Signed, ...]:
    """By MD5, named so or not named; and by HMAC-SHA256 that is not named."""

    def said(word: str | None, algorithm: str) -> Callable[[SigningV2], SigningV2]:
        def change(signing: SigningV2) -> SigningV2:
            others = {name: value for name, value in signing.members.items() if name != "sign_type"}
            return replace(signing, members=others if word is None else {**others, "sign_type": word}, algorithm=algorithm)

        return change

    return (
        Signed("signed by MD5, without sign_type", said(None, "MD5")),
        Signed("signed by MD5, as sign_type says", said("MD5", "MD5")),
        Signed("signed by MD5, sign_type HMAC-SHA256", said("HMAC-SHA256", "MD5")),
        Signed("signed by HMAC-SHA256, without sign_type", said(None, "HMAC-SHA256")),
    )


def _left_out(signing: SigningV2) -> SigningV2:
    others = {name: value for name, value in signing.members.items() if name != _LIST}
    return replace(signing, text=v2.string_sign_temp(others, signing.key))
