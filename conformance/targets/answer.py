"""A platform's answer, and the sentences a check says about it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.targets.exchange import Exchange
from conformance.targets.verdicts import Inconclusive, Violation, shown
from reference.machines import Refusal
from reference.oracles import errors

__all__ = ["Answer"]


@dataclass(frozen=True)
class Answer:
    """An answer with its exchange; every judgement returns the answer itself or raises Violation."""

    exchange: Exchange

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.exchange.reply.status

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None when there is none, or when it is not JSON."""
        try:
            return json.loads(self.exchange.reply.body)
        except ValueError:
            return None

    @property
    def code(self) -> str | None:
        """The error code, in its canonical spelling."""
        return self.code_in(self.exchange.reply.body)

    @staticmethod
    def code_in(body: Any) -> str | None:
        """The error code in a body, in its canonical spelling; None when it is no error."""
        try:
            value = json.loads(body)
        except (ValueError, TypeError):
            return None
        code = value.get("code") if isinstance(value, dict) else None
        return errors.canonical(code) if isinstance(code, str) else None

    def __getitem__(self, name: str) -> Any:
        """A member of the JSON body, which must be there; ``"amount.total"`` reaches inside."""
        value = self.json
        for part in name.split("."):
            if not isinstance(value, dict) or part not in value:
                raise Violation(f"The answer lacks {name}.", expected=f"a member {name}", got=self.described)
            value = value[part]
        return value

    def get(self, name: str) -> Any:
        """A member of the JSON body, or None."""
        value = self.json
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    @property
    def described(self) -> str:
        """The answer in a few words."""
        text = self.exchange.reply.body.decode("utf-8", "replace")
        return f"{self.status} {shown(text)}" if text else str(self.status)

    @property
    def accepted(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300

    def is_accepted(self, *, because: str = "The request is valid.") -> "Answer":
        """The request was accepted: 200, 202 or 204."""
        self._decided()
        if not self.accepted:
            raise Violation(f"{because} It was refused.", expected="a 2xx answer", got=self.described)
        return self

    def is_refused(self, *refusals: Refusal, because: str = "") -> "Answer":
        """The request was refused as one of *refusals*, or in any way at all (4xx) when none is named.

        The class of the answer decides: a status or a code that one of the refusals admits. Codes are compared by meaning, not spelling.
        """
        self._decided(limited=any(429 in refusal.statuses for refusal in refusals))
        if not self.admits(refusals):
            expected = " or ".join(dict.fromkeys(f"{refusal.status} {refusal.code}" for refusal in refusals)) or "a 4xx answer"
            sentence = f"{because or 'What must be refused was not refused as documented.'} It was answered {self.status}."
            raise Violation(sentence, expected=expected, got=self.described)
        return self

    def admits(self, refusals: Iterable[Refusal]) -> bool:
        """Tell whether this is the answer of one of *refusals*; of none named, whether it is a refusal at all."""
        if not 400 <= self.status < 500:
            return False
        named = tuple(refusals)
        return not named or any(
            self.status in refusal.statuses
            or (self.code is not None and self.code in refusal.codes)
            or not (refusal.statuses or refusal.codes)
            for refusal in named
        )

    def has(self, name: str, value: Any, *, because: str = "") -> "Answer":
        """A member of the body has exactly this value and type."""
        found = self[name]
        if found != value or type(found) is not type(value):
            sentence = f"{because} But {name} says otherwise." if because else f"{name} is not what it must be."
            raise Violation(sentence, expected=f"{name} {value!r}", got=f"{name} {found!r}")
        return self

    def lacks(self, *names: str, because: str = "") -> "Answer":
        """Members are absent, null, or empty."""
        for name in names:
            if self.get(name) not in (None, "", {}, []):
                sentence = f"{because} But {name} is there." if because else f"{name} has no business here."
                raise Violation(sentence, expected=f"no {name}", got=f"{name} {self.get(name)!r}")
        return self

    def _decided(self, *, limited: bool = False) -> None:
        if self.status in {502, 503, 504}:
            raise Inconclusive(f"a gateway answered {self.status}")
        if self.status == 429 and not limited:
            raise Inconclusive("the platform throttles (429); lower the pace or try later")
        if 300 <= self.status < 400:
            raise Inconclusive(f"the platform redirects ({self.status}), which WeChat Pay does when it throttles")
