"""The rule book that comes with the suite, and how a wrong one is refused."""

import re
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
import yaml

from reference.rules.book import RISKS, RuleBook, RuleBookError, Text, UnknownRule, load

RULES = Path(__file__).parents[2] / "reference" / "rules"
CATALOGUE = frozenset(Path(__file__).with_name("catalogue.txt").read_text(encoding="utf-8").split())
CHECKS = Path(__file__).parents[2] / "conformance" / "checks"
STALE = "v3.request.refuses-stale-timestamp"
AWAITED = "awaits the APIv2 checks"


def row(**changes: object) -> dict[str, Any]:
    """Return a good row with some of its keys changed, or taken out where the change is None; ``_`` stands for ``-``."""
    good: dict[str, Any] = {
        "id": "v3.refund.never-exceeds-the-order",
        "level": "must",
        "subjects": ["platform"],
        "covers": ["V3-RFD-007"],
        "risk": "over-refund",
        "title": {"en": "Refunds never exceed the order", "zh": "退款总额不超过订单金额"},
        "consequence": {"en": "More is refunded than was paid.", "zh": "退出的钱比收到的多。"},
        "rule": "The sum of all refunds never exceeds the total.\n",
        "source": "Refund page, amount",
        "confidence": "documented",
    }
    changed = good | {key.replace("_", "-"): value for key, value in changes.items()}
    return {key: value for key, value in changed.items() if value is not None}


def book_of(folder: Path, *rows: object, family: str = "v3", file: str = "refund.yaml") -> RuleBook:
    """Load a rule book of one file that holds *rows*."""
    path = folder / family / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(list(rows), allow_unicode=True), encoding="utf-8")
    return load(folder)


# -- the rule book of the suite --------------------------------------------------------------------------------------


def test_every_file_is_in_the_book() -> None:
    """Every row of every file is a rule under an id of its own, in the order of the files."""
    files = sorted(RULES.rglob("*.yaml"))
    written = [entry["id"] for path in files for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]

    assert list(load()) == written
    assert len(set(written)) == len(written)


def test_the_catalogue_is_covered() -> None:
    """The requirements and invariants that the rules cover are exactly those in scope; state machines may be named besides."""
    covered = {name for rule in load().values() for name in rule.covers if not name.startswith("SM-")}

    assert {"dropped": sorted(CATALOGUE - covered), "unknown": sorted(covered - CATALOGUE)} == {"dropped": [], "unknown": []}


def test_rules_cover_their_own_family() -> None:
    """A rule covers requirements of its own family, and invariants and state machines besides."""
    strays = {
        rule.id: strays
        for rule in load().values()
        if (strays := [name for name in rule.covers if not name.startswith((f"{rule.family.upper()}-", "INV-", "SM-"))])
    }

    assert strays == {}


def test_what_nobody_judges_says_why() -> None:
    """A rule of platforms is judged, or awaits its family's checks; one that no platform can keep or break says what it waits for."""
    awaited = {"v2": {AWAITED}}
    wrong = [
        rule.id for rule in load().values() if ("platform" in rule.subjects) != (rule.not_judged in {None, *awaited.get(rule.family, ())})
    ]

    assert wrong == []


def test_what_is_judged_awaits_nothing() -> None:
    """A rule that a check is marked with no longer says that nobody judges it."""
    written = "\n".join(path.read_text(encoding="utf-8") for path in CHECKS.rglob("test_*.py"))
    judged = {name for name in re.findall(r'"([a-z0-9]+\.[a-z]+\.[a-z0-9-]+)"', written) if name in load()}

    assert STALE in judged
    assert sorted(name for name in judged if load()[name].not_judged is not None) == []


def test_both_languages_are_what_they_say() -> None:
    """English texts hold no Chinese characters, Chinese texts do, and are punctuated in Chinese."""
    texts = [text for rule in load().values() for text in (rule.title, rule.consequence)]

    assert [text.en for text in texts if any("\u4e00" <= letter <= "\u9fff" for letter in text.en)] == []
    assert [text.zh for text in texts if not any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)] == []
    assert [rule.consequence.zh for rule in load().values() if not rule.consequence.zh.endswith(("。", "！"))] == []
    assert [rule.consequence.en for rule in load().values() if not rule.consequence.en.endswith(".")] == []
    assert [rule.title.en for rule in load().values() if rule.title.en.endswith(".")] == []
    assert [rule.title.zh for rule in load().values() if rule.title.zh.endswith("。")] == []


def test_titles_tell_rules_apart() -> None:
    """No two rules share a title in either language."""
    english = [rule.title.en for rule in load().values()]
    chinese = [rule.title.zh for rule in load().values()]

    assert sorted(title for title in set(english) if english.count(title) > 1) == []
    assert sorted(title for title in set(chinese) if chinese.count(title) > 1) == []


def test_risks_begin_with_money() -> None:
    """The risks are in the order in which a report names them: lost money first."""
    assert [risk.id for risk in RISKS[:3]] == ["over-refund", "double-charge", "amount-mismatch"]
    assert len({risk.id for risk in RISKS}) == 17


# -- looking things up -----------------------------------------------------------------------------------------------


def test_a_rule_says_what_its_row_says() -> None:
    """A row's texts arrive on one line, its lists as tuples, and its family is read off the id."""
    rule = load()[STALE]

    assert (rule.family, rule.level, rule.subjects, rule.covers, rule.risk) == ("v3", "must", ("platform",), ("V3-SIG-011",), "replay")
    assert rule.title == Text(en="A stale request timestamp is refused", zh="拒绝过期的请求时间戳")
    assert "\n" not in rule.rule
    assert rule.rule.endswith("implementations differ.")


def test_a_rule_cannot_be_changed() -> None:
    """Rules are shared by everyone who loads the book, and are frozen."""
    with pytest.raises(FrozenInstanceError):
        load()[STALE].level = "should"  # type: ignore[misc]


def test_the_book_is_read_once() -> None:
    """Loading again returns the same book."""
    assert load() is load()


def test_matching_takes_a_glob() -> None:
    """A glob selects rules by id, in the order of the book; one that fits nothing selects nothing."""
    assert [rule.id for rule in load().matching("v3.request.refuses-stale-*")] == [STALE]
    assert [rule.id for rule in load().matching("*")] == list(load())
    assert load().matching("v3.request.refuses-stale") == ()


def test_an_unknown_id_is_answered_with_close_ones() -> None:
    """A mistyped id names itself, the rule that was probably meant, and the command that lists all."""
    with pytest.raises(UnknownRule) as raised:
        load().get_or_suggest("v3.request.refuse-stale-timestamps")

    assert str(raised.value).startswith(f"there is no rule 'v3.request.refuse-stale-timestamps'. Did you mean {STALE}")
    assert str(raised.value).endswith("`wxconform list` shows them all.")


def test_an_id_like_no_other_suggests_nothing() -> None:
    """Without a close id the message is only the value and the command."""
    with pytest.raises(UnknownRule) as raised:
        load().get_or_suggest("%")

    assert str(raised.value) == "there is no rule '%'. `wxconform list` shows them all."


def test_a_known_id_is_returned() -> None:
    """A right id gives its rule."""
    assert load().get_or_suggest(STALE) is load()[STALE]


# -- rows that are wrong ---------------------------------------------------------------------------------------------


def test_a_good_row_loads(tmp_path: Path) -> None:
    """The row that the following tests break is itself a rule."""
    book = book_of(tmp_path, row(), row(id="v3.refund.other", subjects=["sdk"], not_judged="awaits the sdk target", note="x"))

    assert book["v3.refund.never-exceeds-the-order"].not_judged is None
    assert (book["v3.refund.other"].not_judged, book["v3.refund.other"].note) == ("awaits the sdk target", "x")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"titel": {}}, "unknown key 'titel' (did you mean 'title'?); a rule's keys are id, level"),
        ({"source": None}, "the key 'source' is missing"),
        ({"source": " "}, "'source' is ' '; expected a text that is not blank"),
        ({"title": {"en": "Only English"}}, "'title' has no Chinese text; add `zh: …`"),
        ({"title": {"zh": "只有中文"}}, "'title' has no English text; add `en: …`"),
        ({"title": {"en": "Title", "zh": ""}}, "'title.zh' is ''; expected a text that is not blank"),
        ({"title": {"en": "Title", "zh": "标题", "fr": "Titre"}}, "expected {en: …, zh: …}"),
        ({"consequence": "Money is lost."}, "'consequence' is 'Money is lost.'; expected {en: …, zh: …}"),
        ({"level": "mus"}, "unknown level 'mus' (did you mean 'must'?); known are must, should, observed"),
        ({"subjects": ["shop"]}, "unknown subjects 'shop'; known are platform, sdk, merchant"),
        ({"subjects": []}, "'subjects' is []; expected a list with at least one entry"),
        ({"subjects": ["sdk", "sdk"]}, "'subjects' names something twice: sdk, sdk"),
        ({"risk": "overrefund"}, "unknown risk 'overrefund' (did you mean 'over-refund'?)"),
        ({"confidence": "sure"}, "unknown confidence 'sure'"),
        ({"covers": ["V3-RFD-7"]}, "'covers' holds 'V3-RFD-7'; expected something like V3-SIG-011"),
        ({"id": "v3.refund.Never_Exceeds"}, "'id' holds 'v3.refund.Never_Exceeds'; expected something like v3.request"),
        ({"id": "v2.refund.never-exceeds"}, "a rule of the family 'v2' stands in the folder 'v3'"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    """The error names the file, the row by number and id, the value, and what was expected."""
    wrong = row(**({"id": "v3.refund.wrong"} | changes))

    with pytest.raises(RuleBookError) as raised:
        book_of(tmp_path, row(), wrong)

    assert str(raised.value).startswith(f"{tmp_path.name}/v3/refund.yaml, row 2 ({wrong['id']}): ")
    assert message in str(raised.value)


def test_a_second_row_of_one_id_is_named(tmp_path: Path) -> None:
    """An id used twice names both places."""
    with pytest.raises(
        RuleBookError, match=r"v3/refund\.yaml, row 2 \(v3\.refund.*\): the id is used already in .*v3/refund\.yaml, row 1;"
    ):
        book_of(tmp_path, row(), row())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- id: [", "v3/refund.yaml is not YAML"),
        ("id: v3.refund.x", "v3/refund.yaml holds no list of rules"),
        ("", "v3/refund.yaml holds no list of rules"),
        ("- v3.refund.x", "v3/refund.yaml, row 1 (not a mapping): 'v3.refund.x' is not a mapping"),
        ("- level: must", "v3/refund.yaml, row 1 (without id): the key 'id' is missing"),
    ],
)
def test_a_file_without_rules_is_named(tmp_path: Path, text: str, message: str) -> None:
    """A file that is not a list of mappings is named, with what it holds instead."""
    (tmp_path / "v3").mkdir()
    (tmp_path / "v3" / "refund.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(RuleBookError) as raised:
        load(tmp_path)

    assert message in str(raised.value)
