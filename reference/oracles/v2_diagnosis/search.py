"""The search for the mistake under which an APIv2 signature does verify."""

from collections.abc import Iterator, Mapping

from reference.oracles import v2
from reference.oracles.diagnosis import Diagnosis, Mistake
from reference.oracles.v2_diagnosis.draft import Draft
from reference.oracles.v2_diagnosis.fields import FIELDS, ORDERS
from reference.oracles.v2_diagnosis.frames import FRAMES, SECRETS
from reference.oracles.v2_diagnosis.making import MAKINGS, WRONG_KEY, read, seals
from reference.oracles.v2_diagnosis.spellings import CHARSETS, JOINTS, SPELLINGS

__all__ = ["MISTAKES", "diagnose"]

_ROWS = (*FRAMES, *FIELDS, *SPELLINGS, *ORDERS, *JOINTS, *SECRETS, *CHARSETS)

_PAIRS_UP_TO = 1 << 14
"""Characters of the longest message that is searched in pairs; some thousand strings are hashed, which takes a second at that length."""

MISTAKES: Mapping[str, Mistake] = {mistake.slug: mistake for mistake in (*(row.mistake for row in _ROWS), *MAKINGS)}
"""Every mistake that can be found, by its slug."""


def diagnose(params: Mapping[str, str | None], keys: Mapping[str, str], *, sign_type: v2.SignType | None = None) -> Diagnosis | None:
    """Return why the `sign` among *params* does not verify; None if it does, or if no usual mistake explains it.

    *params* are in the order they came in. *keys* are the API keys that may have been used, by name; the first is the one that should
    have. *sign_type* is the algorithm that is due; without it the message decides, as in `v2.verify`. The string that was signed is
    given with the name of the key in the place of the key: ``&key=<merchant>``.
    """
    writings = read(params.get("sign") or "")
    expected = sign_type or v2.answer_sign_type(params)
    pairs = tuple((name, value or "") for name, value in params.items() if name != "sign")
    found: Diagnosis | None = None
    for mistakes, draft in _drafts(Draft(pairs), next(iter(keys.values()), "")) if writings else ():
        if found is not None:
            break
        for position, (name, key) in enumerate(keys.items()):
            foreign = (WRONG_KEY,) if position else ()
            for made in seals(draft.message(key), draft.secret(key).encode("utf-8", "surrogatepass"), writings, expected):
                blamed = (*foreign, *made, *mistakes)
                if found is None or len(blamed) < len(found.mistakes):
                    found = Diagnosis(blamed, draft.shown(key, name), name)
    return found if found is not None and found.mistakes else None


def _drafts(right: Draft, probe: str) -> Iterator[tuple[tuple[Mistake, ...], Draft]]:
    """Yield the string in ever more wrong ways; none twice, as far as a key like *probe* tells them apart."""
    seen: set[bytes] = set()

    def is_new(draft: Draft) -> bool:
        message = draft.message(probe) + b"\0" + draft.secret(probe).encode("utf-8", "surrogatepass")
        if message in seen:
            return False
        seen.add(message)
        return True

    if is_new(right):
        yield (), right
    for row in _ROWS:
        yield from (((row.mistake,), draft) for draft in row.apply(right) if is_new(draft))
    if sum(len(value) for _, value in right.pairs) > _PAIRS_UP_TO:
        return
    rows = [row for row in _ROWS if row.combines]
    for position, first in enumerate(rows):
        later = [row for row in rows[position + 1 :] if row.part != first.part]
        for draft in first.apply(right):
            yield from (((first.mistake, row.mistake), both) for row in later for both in row.apply(draft) if is_new(both))
