"""Every finding says why, as far as the bytes do: what is amiss with a signature, with the request, or that neither is the cause."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from conformance.runner.diagnosing import diagnose
from conformance.runner.explained import Explained
from conformance.targets.platform import Platform
from conformance.targets.trying import Evidence
from conformance.targets.verdicts import Violation
from reference.identity import Credential
from reports.model import Finding
from strategies.cases import Call, Fault
from strategies.faults.authorization import BLANK, certificate, malformed
from strategies.faults.identity import Anonymous, Forged
from strategies.faults.time import Skew, not_in_seconds
from strategies.orders import lean
from tests.runner.selftests import judged

_FOREIGN = Credential("7A" * 20, rsa.generate_private_key(public_exponent=65537, key_size=2048))
_RULE = "v3.refund.never-exceeds-the-order"
_SEEN = {
    # what the platform signs
    "leaves-success-unsigned": ("is not signed at all", "完全没有签名", False),
    "forgets-the-nonce-header": ("lacks Wechatpay-Nonce", "缺少 Wechatpay-Nonce", False),
    "sends-the-signature-twice": ("Wechatpay-Signature more than once", "出现多次", False),
    "names-another-signature-type": ("in Wechatpay-Signature-Type", "不是平台密钥的签名算法", False),
    "signs-another-spelling": ("The JSON was signed with spaces", "多了发送时没有的空格", True),
    "signs-with-pss": ("PSS padding", "PSS 填充", False),
    "signs-with-a-merchants-key": ("of merchant 1980803997, not with", "而非 Wechatpay-Serial 所指的", False),
    "signs-errors-over-nothing": ("The body was left out", "签名时漏了报文主体", True),
    "signs-the-first-kilobyte": ("no usual mistake explains which", "不属于任何常见错误", False),
    "writes-milliseconds": ("milliseconds, where seconds belong", "是毫秒；应为秒", False),
    "runs-six-minutes-late": ("360 s behind", "慢 360 秒", False),
    "writes-a-leading-zero": ("not Unix time in whole seconds", "不是以秒为单位", False),
    "writes-a-serial-in-decimal": (
        "is no key of the platform. Its signature was made with the platform's certificate",
        "不是平台的任何密钥",
        False,
    ),
    # what a request of ours was wrong in, and yet accepted
    "accepts-a-full-url": ("The URL was signed with its host", "签名用的 URL 带了域名", True),
    "accepts-pss": ("PSS padding; use RSASSA-PKCS1-v1_5. It was accepted all the same: 200", "却仍被接受", False),
    "accepts-a-renewed-timestamp": ("they differ in the timestamp", "差别在于时间戳", True),
    "never-verifies": ("The signature was made with another key", "签名用错了密钥", False),
    "looks-for-a-serial-among-all-merchants": ("not a certificate of merchant", "不是商户", False),
    # what neither signature explains
    "weighs-refunds-a-second-late": ("keys and signatures are not the cause", "问题不在密钥和签名", False),
    "takes-any-currency": ("keys and signatures are not the cause", "问题不在密钥和签名", False),
    # what was delivered
    "signs-without-the-last-line-feed": ("The message ends without the last line feed", "末尾少了一个换行符", True),
    "leaves-refund-notices-unsigned": (
        "cannot be verified: it lacks Wechatpay-Signature",
        "缺少 Wechatpay-Signature",
        False,
    ),
    "announces-failed-attempts": ("keys are not the cause", "问题不在密钥", False),
}
"""By seeded fault: what its diagnosis says in English and Chinese, and whether two strings prove it."""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str | None, Sequence[Finding]]:
    """Return the findings about every seeded fault."""
    said = judged(tmp_path_factory.mktemp("diagnosing"), faults=list(_SEEN))
    return {fault: [finding for check in checks for finding in check.findings] for fault, checks in said.items()}


def test_every_finding_is_explained_in_both_languages(findings: Mapping[str | None, Sequence[Finding]]) -> None:
    """No finding of any fault is without a diagnosis in English and Chinese."""
    texts = [finding.diagnosis for each in findings.values() for finding in each]

    assert len(texts) >= len(_SEEN)
    assert all(text is not None and text.en and text.zh for text in texts)


@pytest.mark.parametrize("fault", _SEEN)
def test_a_seeded_fault_is_named(findings: Mapping[str | None, Sequence[Finding]], fault: str) -> None:
    """The diagnosis of what a seeded fault broke names the mistake in English and Chinese, with both strings where two prove it."""
    english, chinese, proven = _SEEN[fault]
    finding = findings[fault][0]

    assert finding.diagnosis is not None
    assert english in finding.diagnosis.en
    assert chinese in finding.diagnosis.zh
    assert (finding.compared is not None) is proven
    if finding.compared is not None:
        assert finding.compared.expected != finding.compared.got


def _diagnosed(platform: Platform, rule: str = _RULE) -> Explained:
    return diagnose(Evidence.of(Violation("seen"), platform, "a case"), rule, platform.identity)


def test_what_is_sound_is_not_accused(mock_platform: Platform) -> None:
    """Where request and answer are authentic, no signature is blamed, and what was answered is named."""
    mock_platform.place(order := lean("native")).is_accepted()
    mock_platform.query(order).is_accepted()

    explained = _diagnosed(mock_platform)

    assert "Request and answer are authentically signed" in explained.text.en
    assert "200 trade_state 'NOTPAY'" in explained.text.en
    assert explained.compared is None


def test_a_wrong_request_refused_before_is_not_accused(mock_platform: Platform) -> None:
    """A request that was wrong on purpose and refused is not the cause when the twin after it fails."""
    mock_platform.certificates(broken_by=Skew(400))
    mock_platform.certificates()

    assert "keys and signatures are not the cause" in _diagnosed(mock_platform).text.en


def test_an_earlier_answer_that_cannot_be_believed_is_named(mock_platform: Platform) -> None:
    """Where the last answer is sound and one before it is not, that one is named by its label."""
    mock_platform.place(lean("native"))
    mock_platform.certificates()
    first = mock_platform.exchanges[0]
    mock_platform.exchanges[0] = replace(first, reply=replace(first.reply, body=first.reply.body + b" "))

    explained = _diagnosed(mock_platform)

    assert "The signature of the 200 to 'place native order' is wrong: White space at an end of the body was cut off" in explained.text.en
    assert explained.compared is not None
    assert explained.compared.expected.endswith(b" \n")


def test_a_wrong_request_accepted_before_is_named(mock_platform: Platform) -> None:
    """Where nothing is wrong with the last exchange, but a wrong request before it was accepted, that is told."""
    mock_platform.certificates()
    accepted = mock_platform.exchanges[0].reply
    mock_platform.certificates(broken_by=Skew(-400))
    mock_platform.certificates()
    mock_platform.exchanges[1] = replace(mock_platform.exchanges[1], reply=accepted)

    assert (
        "400 s behind the platform's clock; at most 300 s are allowed. It was accepted all the same: 200"
        in _diagnosed(mock_platform).text.en
    )


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Anonymous(), "carries no Authorization"),
        (BLANK, "carries no Authorization"),
        (malformed()[0], "Authorization cannot be read"),
        (Skew(301), "301 s ahead of the platform's clock"),
        (next(fault for fault in not_in_seconds() if "fraction" in fault.name), "not Unix time in whole seconds"),
        (next(fault for fault in not_in_seconds() if "milliseconds" in fault.name), "is in milliseconds, where seconds belong"),
        (Forged(_FOREIGN.private_key), "made with another key"),
        (certificate(_FOREIGN, "foreign"), "a certificate nobody has"),
    ],
    ids=str,
)
def test_a_request_wrong_on_purpose_is_said_to_be(mock_platform: Platform, fault: Fault, says: str) -> None:
    """What was wrong with the last request is said in words, however it was answered."""
    mock_platform.certificates(broken_by=fault)

    explained = _diagnosed(mock_platform)

    assert "is wrong on purpose" in explained.text.en
    assert says in explained.text.en
    assert "是故意出错的" in explained.text.zh
    assert "It was answered: 4" in explained.text.en


def test_a_signature_by_a_key_nobody_knows_is_not_explained_away(mock_platform: Platform) -> None:
    """A signature of no key at hand is said to be that, not blamed on a usual mistake."""
    mock_platform.certificates()
    only = mock_platform.exchanges[0]
    forged = tuple((name, "QUJD" if name == "Wechatpay-Signature" else value) for name, value in only.reply.headers)
    mock_platform.exchanges[0] = replace(only, reply=replace(only.reply, headers=forged))

    explained = _diagnosed(mock_platform)

    assert "was made by no key of the identity, and no usual mistake explains it" in explained.text.en
    assert explained.compared is None


def test_a_refusal_without_signature_is_no_forgery(mock_platform: Platform) -> None:
    """An answer that need not be signed is not accused of lacking a signature."""
    mock_platform.send(Call("certificates_list"))
    only = mock_platform.exchanges[0]
    mock_platform.exchanges[0] = replace(only, reply=replace(only.reply, status=500, headers=()))

    assert "this answer need not be signed" in _diagnosed(mock_platform).text.en


def test_a_case_without_exchange_says_so(mock_platform: Platform) -> None:
    """Where nothing was exchanged, nothing is claimed about bytes."""
    assert "Nothing was exchanged" in _diagnosed(mock_platform).text.en


def test_silence_is_told_from_a_wrong_notification(mock_platform: Platform) -> None:
    """A finding about notifications says whether any came, and whether its resource opens."""
    assert "No notification arrived" in _diagnosed(mock_platform, "v3.notify.announces-payments-and-refunds").text.en

    mock_platform.must_pay(lean("native"))
    mock_platform.deliveries()
    opened = _diagnosed(mock_platform, "v3.notify.announces-payments-and-refunds").text.en
    stranger = replace(mock_platform.identity.merchant, apiv3_key="x" * 32)
    strange = diagnose(
        Evidence.of(Violation("seen"), mock_platform, ""),
        "v3.notify.is-sealed",
        replace(mock_platform.identity, merchant=stranger, partner=None, other=None),
    )

    assert f"opens with the APIv3 key of {mock_platform.identity.merchant.mchid}" in opened
    assert "opens with the APIv3 key of no merchant" in strange.text.en
