"""The error model."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles.errors import SPELLINGS, STATUSES, Expectation, canonical, request_id_code, shape_problems, status_admits


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("SYSTEMERROR", "SYSTEM_ERROR"),
        ("ORDERNOTEXIST", "ORDER_NOT_EXIST"),
        ("NOAUTH", "NO_AUTH"),
        ("RULELIMIT", "RULE_LIMIT"),
        ("BANKERROR", "BANK_ERROR"),
        ("USERPAYING", "USER_PAYING"),
        ("NOTENOUGH", "NOT_ENOUGH"),
        ("FREQUENCY_LIMIT_EXCEED", "FREQUENCY_LIMITED"),
        ("RATELIMIT_EXCEED", "FREQUENCY_LIMITED"),
        ("RATELIMIT_EXCEEDED", "FREQUENCY_LIMITED"),
        ("RATE_LIMITED", "FREQUENCY_LIMITED"),
        ("NO_AUTH-268443860", "NO_AUTH"),
        ("SYSTEMERROR_268443860", "SYSTEM_ERROR"),
        ("268443860", "268443860"),
        ("PARAM_ERROR", "PARAM_ERROR"),
        ("INVENTED", "INVENTED"),
        ("param_error", "param_error"),
        ("", ""),
    ],
)
def test_spellings_of_one_code(spelling: str, code: str) -> None:
    """Old and new spellings are one code, a numeric suffix is no part of it, and unknown codes stay themselves."""
    assert canonical(spelling) == code


@given(st.text(alphabet="ABM_-:0123456789", max_size=30) | st.sampled_from(sorted(STATUSES)))
def test_canonical_is_settled(code: str) -> None:
    """A canonical spelling of a canonical spelling is itself."""
    assert canonical(canonical(code)) == canonical(code)


def test_tables_speak_canonically() -> None:
    """Both tables are keyed by canonical spellings, and no spelling stands for two codes."""
    spellings = [spelling for each in SPELLINGS.values() for spelling in each]

    assert all(canonical(code) == code for code in (*SPELLINGS, *STATUSES))
    assert len(spellings) == len(set(spellings))
    assert set(SPELLINGS) <= set(STATUSES)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("PARAM_ERROR", 400),
        ("SIGN_ERROR", 401),
        ("NO_AUTH", 403),
        ("ORDER_NOT_EXIST", 404),
        ("FREQUENCY_LIMITED", 429),
        ("SYSTEM_ERROR", 500),
    ],
)
def test_documented_statuses(code: str, status: int) -> None:
    """The statuses are those of the documented table."""
    assert STATUSES[code] == {status}


@pytest.mark.parametrize(
    ("request_id", "code"), [("08C8D1E2A0B06A10-268443860", "268443860"), ("a-b-1", "1"), ("0AF3", None), ("", None), ("x-", None)]
)
def test_request_id_ends_in_a_code(request_id: str, code: str | None) -> None:
    """The number after the last hyphen of a Request-ID is the error code."""
    assert request_id_code(request_id) == code


def test_expectation_by_codes_admits_the_class() -> None:
    """Codes are expected with any status of their documented class, in any spelling."""
    expected = Expectation.of("ORDER_NOT_EXIST", "NOAUTH")

    assert expected.admits(404, "ORDERNOTEXIST")
    assert expected.admits(400, "NO_AUTH")
    assert not expected.admits(500, "NO_AUTH")
    assert not expected.admits(404, "PARAM_ERROR")
    assert not expected.admits(404, None)
    assert expected.describe() == "4xx NO_AUTH or ORDER_NOT_EXIST"


def test_expectation_by_statuses() -> None:
    """Statuses can be named one by one or as classes, and without codes no code is asked for."""
    expected = Expectation(frozenset({204, "4xx"}))

    assert expected.admits(204, None)
    assert expected.admits(499, "ANYTHING")
    assert not expected.admits(200, None)
    assert expected.describe() == "204 or 4xx"
    assert status_admits({"2xx"}, 204)
    assert not status_admits({"2xx"}, 302)


def test_expectation_wants_documented_codes() -> None:
    """A code without a documented status needs its statuses named."""
    with pytest.raises(ValueError, match="INVENTED has no documented status"):
        Expectation.of("INVENTED")


@pytest.mark.parametrize(
    "body",
    [
        {"code": "PARAM_ERROR", "message": "参数错误"},
        {"code": "PARAM_ERROR", "message": "m", "detail": {"field": "/amount/currency", "value": 1, "issue": "i", "location": "body"}},
        {"code": "SIGN_ERROR", "message": "m", "detail": {"sign_information": {"method": "GET"}}, "extra": None},
        {"code": "PARAM_ERROR", "message": "m", "detail": [{"field": "/amount/total", "issue": "i"}, {"field": "/description"}]},
        {"code": "PARAM_ERROR", "message": "m", "detail": None},
    ],
)
def test_documented_shapes_have_no_problem(body: dict[str, object]) -> None:
    """Errors of the documented shape, also with members not known yet, have no problem."""
    assert shape_problems(json.dumps(body, ensure_ascii=False).encode()) == ()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"<html>502</html>", "not JSON"),
        (b'{"code":"\xff"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'["PARAM_ERROR"]', "JSON list"),
        (b'{"message":"m"}', "code is None"),
        (b'{"code":"","message":"m"}', "code is ''"),
        (b'{"code":404,"message":"m"}', "code is 404"),
        (b'{"code":"PARAM_ERROR"}', "message is None"),
        (b'{"code":"C","message":"m","detail":"d"}', "detail is 'd'"),
        (b'{"code":"C","message":"m","detail":{"field":1}}', "detail.field is 1"),
        (b'{"code":"C","message":"m","detail":[{"field":"f"},{"issue":[]}]}', "detail.issue is []"),
    ],
)
def test_says_what_is_misshapen(body: bytes, says: str) -> None:
    """A body that is not an error of the documented shape is named with what was expected."""
    assert says in " ".join(shape_problems(body))
