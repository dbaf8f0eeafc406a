"""Why an APIv2 signature does not verify."""

import base64
import hashlib
import hmac
import html
from collections.abc import Callable
from functools import partial
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.oracles import v2
from reference.oracles.v2_diagnosis import MISTAKES, diagnose, search
from reference.oracles.v2_diagnosis.draft import Draft

KEY = "ConformanceV2KeyForTests00000001"
OTHER = "AnotherMerchantsKeyForTests00002"
KEYS = {"merchant": KEY, "other": OTHER}

# As a message brings them: not in the order they are signed in.
PARAMS = {
    "return_code": "SUCCESS",
    "mch_id": "10000100",
    "appid": "wx2421b1c4370ec43b",
    "attach": " 支付/测试\na+b%20&<c>\n",
    "coupon_fee_10": "0",
    "coupon_fee_2": "007",
    "device_info": "",
    "Transaction_id": "4200000215",
    "total_fee": "1",
    "body": "&amp; \"x\" 'y'",
    "out_trade_no": "wxc1409811653",
}
HMAC = {**PARAMS, "sign_type": "HMAC-SHA256"}

Params = dict[str, str]


def _string(params: Params, keep: Callable[[str, str], bool] = lambda _name, value: value != "") -> str:
    """Return the right string without the key, made by hand."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if keep(name, params[name]))


def _md5(text: str | bytes) -> str:
    return hashlib.md5(text if isinstance(text, bytes) else text.encode(), usedforsecurity=False).hexdigest().upper()


def _sha(text: str, key: str = KEY) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def _ended(params: Params, key: str = KEY) -> str:
    return f"{_string(params)}&key={key}"


def _spelt(spell: Callable[[str], str]) -> str:
    """Return the MD5 signature of the parameters with every value spelt otherwise."""
    return _md5(_ended({name: spell(value) for name, value in PARAMS.items()}))


def _escaped(value: str, quotes: str) -> str:
    for character, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "apos")):
        if character in "&<>" + quotes:
            value = value.replace(character, f"&{name};")
    return value


def _sorted(order: Callable[[str], object] | None) -> str:
    names = [name for name in PARAMS if PARAMS[name]]
    ordered = names if order is None else sorted(names, key=order)  # type: ignore[arg-type]  # any order will do
    return _md5("&".join(f"{name}={PARAMS[name]}" for name in ordered) + f"&key={KEY}")


def _but(changed: Params) -> Params:
    return {**PARAMS, **changed}


def _without(*names: str) -> Params:
    return {name: value for name, value in HMAC.items() if name not in names}


RIGHT, RIGHT_HMAC = _ended(PARAMS), _ended(HMAC)
UNSIGNED = _string(PARAMS)
JSAPI = {"appId": "wx1", "timeStamp": "1414561699", "nonceStr": "5K8264", "package": "prepay_id=wx2014", "signType": "MD5"}
_EVERYTHING = _string(PARAMS, lambda _name, _value: True)

# slug -> parameters sent, and the signatures a client put beside them
MISTAKEN: dict[str, list[tuple[Params, str]]] = {
    "key-not-appended": [(PARAMS, _md5(UNSIGNED)), (HMAC, _sha(_string(HMAC)))],
    "key-appended-bare": [
        *((PARAMS, _md5(text)) for text in (f"{UNSIGNED}{KEY}", f"{UNSIGNED}&{KEY}", f"{UNSIGNED}key={KEY}")),
        (HMAC, _sha(_string(HMAC) + KEY)),
    ],
    "key-called-otherwise": [
        (PARAMS, _md5(f"{UNSIGNED}&{name}={KEY}"))
        for name in ("secret", "Key", "KEY", "apikey", "api_key", "appkey", "partnerKey", "paySignKey")
    ],
    "key-first": [(PARAMS, _md5(text)) for text in (f"key={KEY}&{UNSIGNED}", f"{KEY}{UNSIGNED}", f"{KEY}&{UNSIGNED}")],
    "key-sorted-in": [(PARAMS, _md5(_string({**PARAMS, "key": KEY}))), (HMAC, _sha(_string({**HMAC, "key": KEY})))],
    "extra-character": [(PARAMS, _md5(text)) for text in (f"{UNSIGNED}&&key={KEY}", f"{RIGHT}&", f"&{RIGHT}", f"?{RIGHT}")],
    "sign-signed": [
        (PARAMS, _md5(_ended({**PARAMS, "sign": _md5(RIGHT)}))),
        (HMAC, _sha(_ended({**HMAC, "sign": _sha(RIGHT_HMAC)}))),
        *((PARAMS, _md5(_ended({**PARAMS, "sign": text}))) for text in ("null", "None", "undefined")),
        (PARAMS, _md5(_string({**PARAMS, "sign": ""}, lambda name, value: value != "" or name == "sign") + f"&key={KEY}")),
    ],
    "key-with-blanks": [
        *((PARAMS, _md5(_ended(PARAMS, key))) for key in (f"{KEY}\n", f"{KEY}\r\n", f"{KEY} ", f" {KEY}", f"\ufeff{KEY}")),
        (HMAC, _sha(f"{RIGHT_HMAC}\n", f"{KEY}\n")),
    ],
    "key-case-changed": [
        (PARAMS, _md5(_ended(PARAMS, KEY.lower()))),
        (HMAC, _sha(_ended(HMAC, KEY.upper()), KEY.upper())),
    ],
    "key-hashed": [(PARAMS, _md5(_ended(PARAMS, _md5(KEY).lower()))), (HMAC, _sha(_ended(HMAC, _md5(KEY)), _md5(KEY)))],
    "empty-values-kept": [(PARAMS, _md5(f"{_EVERYTHING}&key={KEY}"))],
    "zero-dropped": [
        (PARAMS, _md5(_ended({name: value for name, value in PARAMS.items() if value != "0"}))),
        (_but({"is_x": "false"}), _md5(_ended({name: value for name, value in PARAMS.items() if value != "0"}))),
    ],
    "blanks-dropped": [(_but({"attach": " "}), _md5(_ended(_but({"attach": ""}))))],
    "empty-values-named": [(PARAMS, _md5(_ended(_but({"device_info": text})))) for text in ("null", "None", "undefined")],
    "sign-type-not-signed": [
        (HMAC, _sha(_ended(_without("sign_type")))),
        (JSAPI, _md5(_ended({name: value for name, value in JSAPI.items() if name != "signType"}))),
    ],
    "sign-type-not-sent": [(PARAMS, _sha(RIGHT_HMAC)), (PARAMS, _md5(_ended({**PARAMS, "sign_type": "MD5"})))],
    "indexed-fields-dropped": [(HMAC, _sha(_ended(_without("coupon_fee_10", "coupon_fee_2"))))],
    "names-case-changed": [(JSAPI, _md5(_ended({case(name): value for name, value in JSAPI.items()}))) for case in (str.lower, str.upper)],
    "package-bare": [(JSAPI, _md5(_ended({**JSAPI, "package": "wx2014"})))],
    "field-dropped": [(HMAC, _sha(_ended(_without(name)))) for name in ("appid", "total_fee", "attach")],
    "sorted-ignoring-case": [(PARAMS, _sorted(str.lower)), (PARAMS, _sorted(lambda name: name.lower().replace("_", "")))],
    "sorted-by-number": [(PARAMS, _sorted(lambda name: name.replace("_2", "_02")))],
    "sorted-with-values": [
        (PARAMS, _sorted(lambda name: PARAMS[name])),
        ({"a": "1", "a1": "2"}, _md5(f"a1=2&a=1&key={KEY}")),
    ],
    "sorted-backwards": [
        (PARAMS, _md5("&".join(f"{name}={PARAMS[name]}" for name in sorted(PARAMS, reverse=True) if PARAMS[name]) + f"&key={KEY}"))
    ],
    "not-sorted": [(PARAMS, _sorted(None))],
    "values-trimmed": [(PARAMS, _spelt(str.strip)), (PARAMS, _spelt(str.rstrip)), (PARAMS, _spelt(str.lstrip))],
    "values-newlines-changed": [
        (PARAMS, _spelt(lambda value: value.replace("\n", "\r\n"))),
        (PARAMS, _spelt(lambda value: value.replace("\n", ""))),
        (_but({"attach": "a\r\nb"}), _md5(_ended(_but({"attach": "a\nb"})))),
    ],
    "values-in-cdata": [(PARAMS, _md5(_ended({name: f"<![CDATA[{value}]]>" for name, value in PARAMS.items() if value})))],
    "values-escaped": [
        (PARAMS, _spelt(lambda value: value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))),
        (PARAMS, _spelt(lambda value: value.replace("&", "&amp;"))),
        (PARAMS, _spelt(lambda value: _escaped(value, '"'))),
        (PARAMS, _spelt(lambda value: _escaped(value, "\"'"))),
        (PARAMS, _spelt(html.escape)),
    ],
    "values-escaped-twice": [(PARAMS, _spelt(lambda value: value.replace("&amp;", "&")))],
    "values-url-encoded": [
        (PARAMS, _spelt(quote)),
        (PARAMS, _spelt(quote_plus)),
        (PARAMS, _spelt(lambda value: quote(value, safe=""))),
        *((PARAMS, _spelt(partial(quote_plus, safe=safe))) for safe in ("/", "!~*'()", "*")),
        (PARAMS, _spelt(lambda value: quote(value, safe="!~*'()"))),
        ({"attach": "深圳"}, _md5(f"attach=%e6%b7%b1%e5%9c%b3&key={KEY}")),
    ],
    "values-url-decoded": [
        (PARAMS, _spelt(lambda value: value.replace("%20", " "))),
        (PARAMS, _spelt(lambda value: value.replace("+", " ").replace("%20", " "))),
    ],
    "values-as-json": [
        (PARAMS, _spelt(lambda value: value.replace("/", "\\/"))),
        ({"attach": "深"}, _md5(f"attach=\\u6df1&key={KEY}")),
        (PARAMS, _spelt(lambda value: value.replace('"', '\\"').replace("\n", "\\n"))),
        (PARAMS, _spelt(lambda value: value.replace('"', '\\"').replace("\n", "\\n").replace("/", "\\/"))),
        ({"attach": "深/"}, _md5(f"attach=\\u6df1\\/&key={KEY}")),
    ],
    "values-quoted": [
        (_without("device_info"), _sha(_ended({name: f"{mark}{value}{mark}" for name, value in _without("device_info").items()})))
        for mark in ('"', "'")
    ],
    "values-as-numbers": [
        (PARAMS, _md5(_ended(_but({"coupon_fee_2": "7"})))),
        ({"a": "x", "total_fee": "1"}, _md5(f"a=x&total_fee=1.0&key={KEY}")),
        ({"a": "x", "rate": "6.50"}, _md5(f"a=x&rate=6.5&key={KEY}")),
    ],
    "joined-otherwise": [
        (PARAMS, _md5(glue.join(f"{name}={PARAMS[name]}" for name in sorted(PARAMS) if PARAMS[name]) + f"&key={KEY}"))
        for glue in ("", "&amp;", "\n", ",", "&&")
    ],
    "charset-gbk": [(PARAMS, _md5(RIGHT.encode("gbk"))), ({"a": "€"}, _md5(f"a=€&key={KEY}".encode("gbk", "replace")))],
    "charset-latin-1": [
        (PARAMS, _md5(RIGHT.encode("latin-1", "replace"))),
        (PARAMS, _md5(RIGHT.encode().decode("latin-1").encode())),
        (PARAMS, _md5(RIGHT.encode("ascii", "ignore"))),
    ],
    "charset-utf-16": [(PARAMS, _md5(RIGHT.encode(charset))) for charset in ("utf-16-le", "utf-16-be")],
    "wrong-key": [(PARAMS, _md5(_ended(PARAMS, OTHER))), (HMAC, _sha(_ended(HMAC, OTHER), OTHER))],
    "md5-for-hmac-sha256": [(HMAC, _md5(RIGHT_HMAC))],
    "hmac-sha256-for-md5": [({**PARAMS, "sign_type": "MD5"}, _sha(_ended({**PARAMS, "sign_type": "MD5"})))],
    "sha256-without-hmac": [(HMAC, hashlib.sha256(RIGHT_HMAC.encode()).hexdigest().upper())],
    "hmac-md5": [(PARAMS, hmac.new(KEY.encode(), RIGHT.encode(), "md5").hexdigest().upper())],
    "hmac-arguments-swapped": [(HMAC, _sha(KEY, RIGHT_HMAC))],
    "hashed-twice": [(PARAMS, _md5(_md5(RIGHT))), (PARAMS, _md5(_md5(RIGHT).lower()))],
    "another-digest": [
        (PARAMS, hashlib.sha1(RIGHT.encode(), usedforsecurity=False).hexdigest().upper()),
        (HMAC, hmac.new(KEY.encode(), RIGHT_HMAC.encode(), "sha512").hexdigest().upper()),
    ],
    "lower-case-hexadecimal": [(PARAMS, _md5(RIGHT).lower()), (HMAC, _sha(RIGHT_HMAC).lower())],
    "base64": [
        (PARAMS, base64.b64encode(bytes.fromhex(_md5(RIGHT))).decode()),
        (HMAC, base64.b64encode(bytes.fromhex(_sha(RIGHT_HMAC))).decode()),
    ],
    "blanks-around": [(PARAMS, f"{_md5(RIGHT)}\n"), (HMAC, f" {_sha(RIGHT_HMAC)}")],
    "cut-off": [(HMAC, _sha(RIGHT_HMAC)[:32]), (PARAMS, _md5(RIGHT)[8:24])],
}

_CASES = [
    pytest.param(slug, params, sign, id=f"{slug}-{number}") for slug, rows in MISTAKEN.items() for number, (params, sign) in enumerate(rows)
]


def test_every_mistake_is_made() -> None:
    """No mistake is known that these tests do not make, and none is made that is not known."""
    assert set(MISTAKEN) == set(MISTAKES)


@pytest.mark.parametrize(("slug", "params", "sign"), _CASES)
def test_a_mistake_is_named(slug: str, params: Params, sign: str) -> None:
    """Each mistake alone is found, under its own name, though the signature does not verify."""
    sign_type = _due(slug)

    assert not v2.verify({**params, "sign": sign}, KEY, sign_type)
    found = diagnose({**params, "sign": sign}, KEYS, sign_type=sign_type)

    assert found is not None
    assert slug in found.slug.split("+")
    assert len(found.mistakes) == 1 or (slug, len(found.mistakes)) in _TOGETHER
    assert found.key == ("other" if slug == "wrong-key" else "merchant")


_TOGETHER = {("sign-type-not-sent", 2)}
"""Who signs HMAC-SHA256 without saying so makes two mistakes."""


def _due(slug: str) -> v2.SignType | None:
    return "MD5" if slug == "sign-type-not-sent" else None


@pytest.mark.parametrize(
    ("params", "sign"), [(PARAMS, _md5(RIGHT)), (HMAC, _sha(RIGHT_HMAC)), (PARAMS, _sha(RIGHT)), (JSAPI, _md5(_ended(JSAPI)))]
)
def test_a_right_signature_is_not_accused(params: Params, sign: str) -> None:
    """What verifies has no diagnosis."""
    assert v2.verify({**params, "sign": sign}, KEY)
    assert diagnose({**params, "sign": sign}, KEYS) is None


@pytest.mark.parametrize("sign", ["", "A" * 32, "A" * 64, "nonsense", "\ud800"])
def test_what_no_mistake_explains_is_not_explained(sign: str) -> None:
    """No diagnosis is better than a wrong one."""
    assert diagnose({**PARAMS, "sign": sign}, KEYS) is None
    assert diagnose(PARAMS, KEYS) is None
    assert diagnose({**PARAMS, "sign": _md5(RIGHT).lower()}, {}) is None


def test_two_mistakes_are_named_together() -> None:
    """Two mistakes of different parts are found, the fewest that explain the signature."""
    trimmed = {name: value.strip() for name, value in PARAMS.items()}
    sign = _md5(f"{_string(trimmed)}{KEY}").lower()

    found = diagnose({**PARAMS, "sign": sign}, KEYS)

    assert found is not None
    assert set(found.slug.split("+")) == {"lower-case-hexadecimal", "key-appended-bare", "values-trimmed"}
    assert found.en.count(".") >= 3
    assert found.zh.count("。") == 3


def test_the_order_decides_where_the_message_is_silent() -> None:
    """A notification signed with MD5 for an order of HMAC-SHA256 is told, if the caller says which is due."""
    message = {**PARAMS, "sign": _md5(RIGHT)}

    found = diagnose(message, KEYS, sign_type="HMAC-SHA256")

    assert diagnose(message, KEYS) is None
    assert found is not None
    assert found.slug == "md5-for-hmac-sha256"


@pytest.mark.parametrize(("slug", "params", "sign"), _CASES)
def test_the_proof_shows_no_key(slug: str, params: Params, sign: str) -> None:
    """What was signed is shown with the name of a key where the key was, and is otherwise what was signed."""
    found = diagnose({**params, "sign": sign}, KEYS, sign_type=_due(slug))

    assert found is not None
    shown = found.message.lower()
    for secret in (KEY, OTHER):
        for hidden in (secret.encode(), secret.encode("utf-16-le"), _md5(secret).encode(), base64.b64encode(secret.encode())):
            assert hidden.lower() not in shown


@pytest.mark.parametrize("slug", ["values-trimmed", "sign-signed", "key-first", "key-sorted-in", "charset-gbk"])
def test_the_proof_is_what_was_signed(slug: str) -> None:
    """With the key put back, the proof has the digest that was sent, byte for byte."""
    params, sign = MISTAKEN[slug][0]

    found = diagnose({**params, "sign": sign}, KEYS)

    assert found is not None
    assert _md5(found.message.replace(b"<merchant>", KEY.encode())) == sign


def test_every_mistake_is_told_in_two_languages() -> None:
    """Each mistake has an English and a Chinese sentence of its own."""
    for slug, mistake in MISTAKES.items():
        assert mistake.slug == slug
        assert mistake.en.isascii()
        assert mistake.en.endswith(".")
        assert mistake.zh.endswith("。")
    for texts in ([mistake.en for mistake in MISTAKES.values()], [mistake.zh for mistake in MISTAKES.values()]):
        assert len(set(texts)) == len(texts)


@settings(max_examples=25, deadline=None)
@given(
    params=st.dictionaries(st.text(max_size=5), st.none() | st.text(max_size=8), max_size=4), sign=st.text(max_size=5) | st.just("0" * 32)
)
def test_nothing_brings_the_search_down(params: dict[str, str | None], sign: str) -> None:
    """Any parameters and any signature are searched without an error, also where names and values are odd."""
    assert diagnose({**params, "sign": sign}, KEYS) is None


def test_long_messages_are_searched_singly() -> None:
    """In a message of 100 000 characters a single mistake is found; two are not searched for, which would take too long."""
    params = {"a": " x" * 50_000, "b": "1"}
    tried = len(list(search._drafts(Draft(tuple(params.items())), KEY)))

    found = diagnose({**params, "sign": _md5(_ended({name: value.strip() for name, value in params.items()}))}, KEYS)

    assert found is not None
    assert found.slug == "values-trimmed"
    assert tried < 100 < len(list(search._drafts(Draft((("a", " x"), ("b", "1"))), KEY)))
