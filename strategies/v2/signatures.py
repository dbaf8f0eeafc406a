"""Single faults on the signature of an APIv2 request, as named lists."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from reference.oracles import v2
from strategies.v2.cases import SigningV2
from strategies.v2.named import Signed

__all__ = ["changed_values", "keys", "other_strings", "sign_types", "wrong_signs"]

_WRONG: Final = (
    "none",
    "MD5, first digit changed",
    "MD5, middle digit changed",
    "MD5, last digit changed",
    "MD5, cut in half",
    "MD5, a digit more",
    "MD5 in base64",
    "MD5 twice",
    "HMAC-MD5",
    "SHA1",
    "SHA256",
    "zeros",
    "a word",
)


def wrong_signs() -> tuple[Signed, ...]:
    """No sign, one with a digit changed, cut off or added, one made otherwise, and one made up."""
    return tuple(Signed(f"sign: {name}", _by(name)) for name in _WRONG)


def changed_values(*names: str) -> tuple[Signed, ...]:
    """A member changed, taken away or added after signing: each of *names*, and the nonce_str."""
    every = (*names, "nonce_str")
    return (
        *(Signed(f"{name} changed after signing", _after(_changed(name))) for name in every),
        *(Signed(f"{name} taken away after signing", _after(_without(name))) for name in names),
        Signed("attach added after signing", _after(lambda members: {**members, "attach": "added"})),
        Signed("an unknown member added after signing", _after(lambda members: {**members, "wxc_added": "1"})),
    )


def other_strings() -> tuple[Signed, ...]:
    """The right key over a string put together otherwise; each differs from the documented one for a request with Chinese text in it."""
    return tuple(Signed(f"signed string {name}", _over(build)) for name, build in _STRINGS.items())


def sign_types() -> tuple[Signed, ...]:
    """What sign_type says and how the sign was made do not go together, or nobody knows the word."""

    def said(word: str, algorithm: str) -> Callable[[SigningV2], SigningV2]:
        return lambda signing: replace(signing, members={**signing.members, "sign_type": word}, algorithm=algorithm)

    unknown = ("SHA1", "SHA256", "RSA", "md5", "hmac-sha256", "HMAC_SHA256")
    return (
        *(Signed(f"sign_type {word}, signed by MD5", said(word, "MD5")) for word in unknown),
        *(Signed(f"sign_type {word}, signed by HMAC-SHA256", said(word, "HMAC-SHA256")) for word in ("SHA256", "HMAC_SHA256")),
        Signed("sign_type SHA1, signed by SHA1", said("SHA1", "SHA1")),
        Signed("sign_type MD5, signed by HMAC-SHA256", said("MD5", "HMAC-SHA256")),
        Signed("sign_type HMAC-SHA256, signed by MD5", said("HMAC-SHA256", "MD5")),
        Signed("no sign_type, signed by HMAC-SHA256", _by("HMAC-SHA256")),
        Signed("sign_type MD5 sent and not signed", _after(lambda members: {**members, "sign_type": "MD5"})),
        Signed("sign_type HMAC-SHA256 sent and not signed", _hmac_without_its_name),
    )


def keys(others: Mapping[str, str]) -> tuple[Signed, ...]:
    """Signed with a key that is not the merchant's APIv2 key: each of *others* by what it is, and the right one in other letter case."""
    made = {
        **others,
        "no key": "",
        "a key of zeros": "0" * 32,
    }
    cased: Mapping[str, Callable[[str], str]] = {"in upper case": str.upper, "in lower case": str.lower, "in swapped case": str.swapcase}
    return (
        *(Signed(f"signed with {name}", _with(key)) for name, key in made.items()),
        *(Signed(f"signed with the key {name}", _recased(change)) for name, change in cased.items()),
    )


def _with(key: str) -> Callable[[SigningV2], SigningV2]:
    return lambda signing: replace(signing, key=key)


def _recased(change: Callable[[str], str]) -> Callable[[SigningV2], SigningV2]:
    def recased(signing: SigningV2) -> SigningV2:
        key = change(signing.key)
        # A key that is in that case already, as a sandbox key may be, is another one only in the other case.
        return replace(signing, key=signing.key.swapcase() if key == signing.key else key)

    return recased


def _by(algorithm: str) -> Callable[[SigningV2], SigningV2]:
    return lambda signing: replace(signing, algorithm=algorithm)


def _after(change: Callable[[Mapping[str, str]], Mapping[str, str]]) -> Callable[[SigningV2], SigningV2]:
    """Sign the members as they are and send *change* of them."""
    return lambda signing: replace(signing, text=signing.signed_text, members=change(signing.members))


def _over(build: Callable[[Mapping[str, str], str], str]) -> Callable[[SigningV2], SigningV2]:
    return lambda signing: replace(signing, text=build(signing.members, signing.key))


def _hmac_without_its_name(signing: SigningV2) -> SigningV2:
    text = signing.signed_text
    return replace(signing, text=text, algorithm="HMAC-SHA256", members={**signing.members, "sign_type": "HMAC-SHA256"})


def _changed(name: str) -> Callable[[Mapping[str, str]], Mapping[str, str]]:
    def change(members: Mapping[str, str]) -> Mapping[str, str]:
        value = members.get(name, "")
        # A number stays one, and a text its length, so that nothing but the signature is wrong.
        last = {"1": "2"}.get(value[-1:], "1") if value[-1:].isdigit() else "x"
        return {**members, name: value[:-1] + last}

    return change


def _without(name: str) -> Callable[[Mapping[str, str]], Mapping[str, str]]:
    return lambda members: {kept: value for kept, value in members.items() if kept != name}


def _pairs(members: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in sorted(members.items()) if value]


def _joined(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


def _keyed(pairs: list[tuple[str, str]], key: str) -> str:
    return f"{_joined(pairs)}&key={key}"


_STRINGS: Final[Mapping[str, Callable[[Mapping[str, str], str], str]]] = {
    "with values percent-encoded": lambda members, key: _keyed([(name, quote(value, safe="")) for name, value in _pairs(members)], key),
    "in reverse order": lambda members, key: _keyed(_pairs(members)[::-1], key),
    "ordered by value": lambda members, key: _keyed(sorted(_pairs(members), key=lambda pair: pair[1]), key),
    "without &key=": lambda members, key: _joined(_pairs(members)) + key,
    "without the key": lambda members, _key: _joined(_pairs(members)),
    "with the key in front": lambda members, key: f"key={key}&{_joined(_pairs(members))}",
    "with an empty sign among the pairs": lambda members, key: _keyed(sorted([*_pairs(members), ("sign", "")]), key),
    "without nonce_str": lambda members, key: _keyed([pair for pair in _pairs(members) if pair[0] != "nonce_str"], key),
    "without its first pair": lambda members, key: _keyed(_pairs(members)[1:], key),
    "of values alone": lambda members, key: "".join(value for _, value in _pairs(members)) + key,
    "joined by commas": lambda members, key: v2.string_sign_temp(members, key).replace("&", ","),
    "ended by a line feed": lambda members, key: v2.string_sign_temp(members, key) + "\n",
    "with Chinese text as question marks": lambda members, key: _keyed(
        [(name, value.encode("ascii", "replace").decode()) for name, value in _pairs(members)], key
    ),
}
