"""An APIv2 answer, and the sentences a check says about it."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from conformance.targets.exchange import Exchange
from conformance.targets.verdicts import Inconclusive, Violation, shown
from reference.contract import Operation
from reference.oracles.errors import canonical
from reference.oracles.v2_errors import find
from reference.oracles.v2_result import Result, classify
from reference.oracles.v2_rows import take_rows
from reference.oracles.v2_xml import MalformedXmlError
from reference.platform.v2.reading import APPIDS

__all__ = ["AnswerV2"]

_LEVELS = ("return_code", "return_msg", "result_code", "err_code", "err_code_des")
_UNTOLD = frozenset({*APPIDS, "mch_id", "mchid", "combine_mch_id", "sub_appid", "sub_mch_id", "nonce_str", "sign"})
"""Elements that say nothing of what became of the request."""
_REFUSING = ("refused", "unknown")


@dataclass(frozen=True)
class AnswerV2:
    """An answer with its exchange; every judgement returns the answer itself or raises Violation."""

    exchange: Exchange
    operation: Operation

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.exchange.reply.status

    @cached_property
    def result(self) -> Result:
        """What the answer says."""
        known = (self.operation.responses.get(200) or {}).get("properties", {})
        body = self.exchange.reply.body
        for name, schema in known.items():
            if schema.get("type") == "object":
                with suppress(MalformedXmlError):  # what is no list is judged as it stands
                    body, _ = take_rows(body, name, *schema["properties"])
        found = classify(body, levels=2 if "result_code" in known else 1)
        # Some pages leave result_code out of the answer; whoever gives it all the same means what it says.
        return classify(body) if found.verdict == "accepted" and "result_code" in found.values else found

    def rows(self, name: str, row: str) -> tuple[dict[str, str], ...]:
        """The rows of a list: the elements called *row* in the element *name*; none where that is absent or empty."""
        try:
            return take_rows(self.exchange.reply.body, name, row)[1]
        except MalformedXmlError as error:
            raise Violation(f"{name} cannot be read: {error}", expected=f"elements called {row}", got=self.described) from None

    @property
    def code(self) -> str | None:
        """The error code as it was sent; None when there is none."""
        return self.result.values.get("err_code") or None

    def __getitem__(self, name: str) -> str:
        """An element that must be there and not be empty."""
        value = self.get(name)
        if value is None:
            raise Violation(f"The answer lacks {name}.", expected=f"an element {name}", got=self.described)
        return value

    def get(self, name: str) -> str | None:
        """An element, None if it is absent or empty."""
        return self.result.values.get(name) or None

    @property
    def described(self) -> str:
        """The answer in a few words: of a message, its levels first, and not who it is for and what signs it."""
        values = {name: value for name, value in self.result.values.items() if value}
        if not values:
            text = self.exchange.reply.body.decode("utf-8", "replace")
            return f"{self.status} {shown(text)}" if text else str(self.status)
        told = [*(name for name in _LEVELS if name in values), *(name for name in values if name not in {*_LEVELS, *_UNTOLD})]
        return f"{self.status} {shown(', '.join(f'{name} {values[name]}' for name in told))}"

    @property
    def is_a_file(self) -> bool:
        """Whether the answer is the file its operation hands out, not a message."""
        return self.operation.responses.get(200) is None and not self.exchange.reply.body.lstrip().startswith(b"<")

    @property
    def accepted(self) -> bool:
        """Whether every level of the answer says success; a file says so by being there."""
        return self.status == 200 and (self.is_a_file or self.result.verdict == "accepted")

    @property
    def failed(self) -> bool:
        """Whether the platform says that it failed."""
        return self.status >= 500 or self.result.code == "SYSTEMERROR"

    @property
    def refused(self) -> bool:
        """Whether a level of the answer says FAIL, with no code or with one that decides what became of the request."""
        return self._refuses(())

    def is_accepted(self, *, because: str = "The request is valid.") -> "AnswerV2":
        """The request was accepted: HTTP 200, SUCCESS on every level."""
        self._decided()
        if not self.accepted:
            raise Violation(
                f"{because} It was refused: {self.result.why}", expected="SUCCESS in return_code and result_code", got=self.described
            )
        return self

    def is_taken(self, *, because: str = "The request is valid.") -> "AnswerV2":
        """The request was accepted, or is to be made once more: a reverse may be answered with SUCCESS on every level and recall Y."""
        values = self.result.values
        again = values.get("recall") == "Y" and {values.get("return_code"), values.get("result_code")} == {"SUCCESS"}
        return self if self.status == 200 and again else self.is_accepted(because=because)

    def is_refused(self, *codes: str, because: str = "") -> "AnswerV2":
        """The request was refused: FAIL in return_code or in result_code.

        An err_code must mean the same as one of *codes*; a FAIL that has none may stand for any of them. Without *codes* any will do but
        one that leaves open what was done.
        """
        self._decided()
        if not self._refuses(codes):
            sentence = f"{because or 'What must be refused was not refused as documented.'} {self.result.why}"
            expected = f"FAIL with {' or '.join(codes)}" if codes else "FAIL"
            raise Violation(sentence, expected=expected, got=self.described)
        return self

    def is_refused_anyhow(self, *codes: str, because: str = "") -> "AnswerV2":
        """The request was refused as `is_refused` says, or by an HTTP status from 400 to 499."""
        return self if 400 <= self.status < 500 and self.status != 429 else self.is_refused(*codes, because=because)

    def is_unknown(self, *codes: str, because: str = "") -> "AnswerV2":
        """The answer leaves open what was done, with one of *codes* if any are named."""
        self._decided()
        if self.result.verdict != "unknown" or (codes and self.result.code not in codes):
            sentence = f"{because or 'The result must be left open.'} {self.result.why}"
            raise Violation(sentence, expected=" or ".join(codes) or "an unknown result", got=self.described)
        return self

    def has(self, name: str, value: str, *, because: str = "") -> "AnswerV2":
        """An element has exactly this value."""
        found = self[name]
        if found != value:
            sentence = f"{because} But {name} says otherwise." if because else f"{name} is not what it must be."
            raise Violation(sentence, expected=f"{name} {value!r}", got=f"{name} {found!r}")
        return self

    def lacks(self, *names: str, because: str = "") -> "AnswerV2":
        """Elements are absent or empty."""
        for name in names:
            if self.get(name) is not None:
                sentence = f"{because} But {name} is there." if because else f"{name} has no business here."
                raise Violation(sentence, expected=f"no {name}", got=f"{name} {self.get(name)!r}")
        return self

    def _refuses(self, codes: tuple[str, ...]) -> bool:
        if self.status == 200 and self.result.flaw == "off-schema" and self.operation.group == "sandbox":
            return True  # a known deviation, which is reported apart
        if self.status != 200 or self.result.verdict not in _REFUSING:
            return False
        if self.code is None:
            return True
        if codes:
            return canonical(self.code) in {canonical(code) for code in codes}
        known = find(self.code)
        return known is None or known.decided

    def _decided(self) -> None:
        if self.status in {502, 503, 504}:
            raise Inconclusive(f"a gateway answered {self.status}")
        if self.status == 429:
            raise Inconclusive("the platform throttles (429); lower the pace or try later")
        if 300 <= self.status < 400:
            raise Inconclusive(f"the platform redirects ({self.status}), which the sandbox does when it throttles")
        if self.result.flaw == "page":
            raise Inconclusive("the platform answers with an HTML page, as the sandbox does when it throttles")
