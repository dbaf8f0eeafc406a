"""What an APIv2 answer says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import v2
from reference.oracles.v2_errors import ERROR_CODES, code_in, find
from reference.oracles.v2_result import Authenticity, Verdict, authenticity, classify, of_values, shape_problems

KEY = "ConformanceV2KeyForTests00000001"
DONE = {"return_code": "SUCCESS", "result_code": "SUCCESS"}
UNDECIDED = {"SYSTEMERROR", "BANKERROR", "USERPAYING", "BIZERR_NEED_RETRY", "PROCESSING", "NOT_FOUND", "Bill Creating"}


def _failed(code: str, **more: str) -> dict[str, str]:
    return {"return_code": "SUCCESS", "result_code": "FAIL", "err_code": code, **more}


@pytest.mark.parametrize(
    ("values", "verdict", "code", "decided"),
    [
        (DONE, "accepted", None, True),
        ({**DONE, "err_code": "SUCCESS"}, "accepted", None, True),
        ({**DONE, "recall": "N"}, "accepted", None, True),
        ({**DONE, "recall": "Y"}, "unknown", None, False),
        (_failed("ORDERPAID"), "refused", "ORDERPAID", True),
        (_failed("NOTENOUGH", err_code_des="余额不足"), "refused", "NOTENOUGH", True),
        (_failed("ORDER_PAID"), "refused", "ORDERPAID", True),
        (_failed("USERPAYING"), "unknown", "USERPAYING", False),
        (_failed("SYSTEM_ERROR"), "unknown", "SYSTEMERROR", False),
        (_failed("ORDERCLOSED", recall="Y"), "unknown", "ORDERCLOSED", False),
        (_failed("NEW_IN_2031"), "unknown", "NEW_IN_2031", False),
        (_failed(""), "unknown", None, False),
        ({"return_code": "FAIL", "return_msg": "签名错误"}, "refused", "SIGNERROR", True),
        ({"return_code": "FAIL", "return_msg": "LACK_PARAMS"}, "refused", "LACK_PARAMS", True),
        ({"return_code": "FAIL", "return_msg": "SYSTEMERROR"}, "unknown", "SYSTEMERROR", False),
        ({"return_code": "FAIL", "return_msg": "商户号非法"}, "refused", "MCHID_NOT_EXIST", True),
        ({"return_code": "FAIL", "retmsg": "请确认请求参数是否正确total_fee"}, "refused", "PARAM_ERROR", True),
        ({"return_code": "FAIL", "return_msg": "something"}, "refused", None, False),
        ({"return_code": "FAIL"}, "refused", None, False),
        ({"return_code": "FAIL", "result_code": "SUCCESS"}, "refused", None, False),
    ],
)
def test_both_levels_and_the_code_decide(values: dict[str, str], verdict: Verdict, code: str | None, *, decided: bool) -> None:
    """Only SUCCESS on both levels is a success; a listed code says whether a failure is final, an unlisted one leaves it unknown."""
    result = classify(v2.write_xml(values))

    assert (result.verdict, result.code, result.decided) == (verdict, code, decided)
    assert result.values == values
    assert result.flaw is None
    assert result.why.endswith(".")
    assert of_values(values) == result


@pytest.mark.parametrize(
    ("raw", "flaw", "why"),
    [
        (b"", "syntax", "not well-formed"),
        (b"<xml></xml>", "return-code", "return_code is missing; expected SUCCESS or FAIL"),
        (b"<xml><return_code>success</return_code></xml>", "return-code", "return_code is 'success'"),
        (b"<xml><return_code>SUCCESS</return_code></xml>", "result-code", "result_code is missing"),
        (b"<xml><return_code>SUCCESS</return_code><result_code>OK</result_code></xml>", "result-code", "result_code is 'OK'"),
        (b"<xml><retcode>1</retcode><retmsg>no</retmsg></xml>", "off-schema", "retcode and retmsg stand in the place of .*: no"),
        (b'{"retcode": 1, "retmsg": "no"}', "off-schema", "retcode and retmsg stand in the place of .*: no"),
        (b'{"code": "SIGN_ERROR"}', "json", "JSON; expected XML"),
        (b'{"a":' * 100_000, "json", "JSON; expected XML"),
        (b"\n<!DOCTYPE html><html><p>404</html>", "page", "HTML page"),
        (b"<HTML><p>404</HTML>", "page", "HTML page"),
        (b"<!DOCTYPE xml><xml/>", "doctype", "DOCTYPE"),
        (b"<xml><return_code>SUCCESS</return_code><return_code>FAIL</return_code></xml>", "duplicate", "twice"),
    ],
)
def test_an_answer_that_says_nothing_is_malformed(raw: bytes, flaw: str, why: str) -> None:
    """What is no message, or has no level, is malformed, told in a word and a sentence, and decides nothing."""
    result = classify(raw)

    assert (result.verdict, result.flaw, result.decided) == ("malformed", flaw, False)
    assert re.search(why, result.why)


def test_some_answers_have_one_level() -> None:
    """An answer without result_code is a success if it has only one level, and malformed if it should have two."""
    values = {"return_code": "SUCCESS", "sandbox_signkey": "x" * 32}

    assert of_values(values, levels=1).verdict == "accepted"
    assert of_values({**values, "return_code": "FAIL"}, levels=1).verdict == "refused"
    assert of_values(values).verdict == "malformed"


def test_a_long_answer_is_told_shortly() -> None:
    """A sentence shows the start of what is long."""
    assert len(of_values(_failed("X" * 5000, err_code_des="茶" * 5000)).why) < 300
    assert len(of_values({"return_code": "X" * 5000}).why) < 200


@given(raw=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_classified(raw: bytes) -> None:
    """No answer makes the oracle fail; what is no message is malformed and gives a reason."""
    result = classify(raw)

    assert result.verdict == "malformed"
    assert result.why
    assert result.flaw


def test_every_code_is_listed_once_and_means_one_thing() -> None:
    """A code is final unless it is one of the few that leave a result unknown; each is explained in both languages."""
    assert {code for code, row in ERROR_CODES.items() if not row.decided} == UNDECIDED
    for code, row in ERROR_CODES.items():
        assert row.code == code == (find(code) or row).code
        assert row.en.endswith(".")
        assert row.en.isascii()
        assert row.zh.endswith("。")
    assert find("NOAUTH-268443860") == ERROR_CODES["NOAUTH"]
    assert find("ANYTHING") is None


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("签名错误，请检查后再试", "SIGNERROR"),
        ("沙箱验证签名失败，请确认沙箱签名key是否正确（通过getsignkey调用生成）", "SIGNERROR"),
        ("验证签名失败, 请调用getsignkey生成沙箱密钥", "SIGNERROR"),
        ("获取沙箱密钥失败，确认交易密钥是否正确", "SIGNERROR"),
        ("商户号mch_id或sub_mch_id不存在", "MCHID_NOT_EXIST"),
        ("沙箱支付金额(5)无效，请检查需要验收的case", "PARAM_ERROR"),
        ("沙箱被扫支付金额(101)无效,请检查需要验证的case", "PARAM_ERROR"),
        (" No Bill Exist ", "No Bill Exist"),
        ("OK", None),
        ("", None),
    ],
)
def test_a_sentence_may_mean_a_code(sentence: str, code: str | None) -> None:
    """A return_msg that names a code, or is a known sentence of production or sandbox, means that code."""
    row = code_in(sentence)

    assert (row and row.code) == code


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        (DONE, []),
        ({**DONE, "err_code": "", "err_code_des": ""}, []),
        ({**DONE, "err_code": "SUCCESS", "err_code_des": "发放成功"}, []),
        (_failed("ORDERPAID"), []),
        ({"return_code": "FAIL", "return_msg": "签名错误"}, []),
        ({**DONE, "err_code": "ORDERPAID"}, ["result_code is SUCCESS, but err_code is ORDERPAID."]),
        (_failed(""), ["result_code is FAIL, but err_code is missing."]),
        ({"return_code": "FAIL", "result_code": "FAIL"}, ["result_code is there, but there is no second level."]),
        ({"return_code": "FAIL", "retmsg": "x"}, ["retmsg stands in the place of return_msg."]),
        ({"return_code": "SUCCESS"}, ["result_code is missing; expected SUCCESS or FAIL."]),
        ({"return_code": "SUCCESS", "result_code": "fail"}, ["result_code is 'fail'; expected SUCCESS or FAIL."]),
        ({"return_code": "0"}, ["return_code is '0'; expected SUCCESS or FAIL."]),
        ({"retcode": "1"}, ["retcode stands in the place of return_code.", "return_code is missing; expected SUCCESS or FAIL."]),
    ],
)
def test_tells_what_is_wrong_with_the_levels(values: dict[str, str], problems: list[str]) -> None:
    """Levels, and what may stand beside each of them, are told where they are not as documented."""
    assert list(shape_problems(values)) == problems


def test_an_answer_of_one_level_has_no_result_code() -> None:
    """Where there is one level, return_code alone is right, and a result_code is one too many."""
    assert shape_problems({"return_code": "SUCCESS"}, levels=1) == ()
    assert shape_problems(DONE, levels=1) == ("result_code is there, but there is no second level.",)


_SIGNED, _FORGED = v2.signed(DONE, KEY), {**DONE, "sign": "A" * 32}
_FAIL = {"return_code": "FAIL", "return_msg": "签名错误"}


@pytest.mark.parametrize(
    ("values", "signs", "wanted"),
    [
        (_SIGNED, True, "authentic"),
        (v2.signed(DONE, KEY, "HMAC-SHA256"), True, "authentic"),
        (_SIGNED, False, "authentic"),
        (DONE, True, "missing"),
        ({**DONE, "sign": ""}, True, "missing"),
        (_failed("SYSTEMERROR"), True, "missing"),
        ({}, True, "missing"),
        (DONE, False, "unsigned"),
        (_FAIL, True, "unsigned"),
        (_FORGED, True, "forged"),
        ({**_SIGNED, "result_code": "FAIL"}, True, "forged"),
        ({**_FAIL, "sign": "A" * 32}, True, "forged"),
        (_FORGED, False, "unsigned"),
    ],
)
def test_an_answer_is_believed_if_it_is_signed_or_need_not_be(values: dict[str, str], *, signs: bool, wanted: Authenticity) -> None:
    """Every answer must be signed but a FAIL of the first level and those of operations that do not sign."""
    assert authenticity(values, KEY, signs=signs) == wanted


def test_a_known_deviation_of_a_platform_can_be_allowed_for() -> None:
    """An answer whose string lacks cash_fee=0 is forged, unless cash_fee is taken as not signed; so is one by another algorithm."""
    values = {**v2.signed({**DONE, "total_fee": "3"}, KEY), "cash_fee": "0"}

    assert authenticity(values, KEY) == "forged"
    assert authenticity(values, KEY, ignoring={"cash_fee"}) == "authentic"
    assert authenticity(_SIGNED, KEY, sign_type="HMAC-SHA256") == "forged"
