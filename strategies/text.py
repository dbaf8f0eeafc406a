"""Texts as merchants write them: Chinese, Latin, punctuation; and texts of an exact size."""

from hypothesis import strategies as st

__all__ = ["exactly", "texts"]

_SHORT = (
    "茶",
    "Image形象店-深圳腾大-QQ公仔",
    'T-shirt "L" / 100% cotton',
    "咖啡，大杯；少糖",
    "a&b=c+d",
    "\\u8336 \\n",
    "<b>½</b>",
    "ギフト券",
    "gift",
)
_ALPHABET = "abzAZ019 -_.,:;!?'\"\\/<>&%+=#@()茶咖啡订单退款金额“”，。￥é߿ࠀ￼"


def texts(*, max_characters: int, max_bytes: int | None = None) -> st.SearchStrategy[str]:
    """Draw a text of 1 to *max_characters* characters and at most *max_bytes* UTF-8 bytes, none of them beyond three bytes long."""
    limit = max_bytes or 3 * max_characters
    short = [text for text in _SHORT if len(text) <= max_characters and len(text.encode()) <= limit]
    edges = [text for text in ("x" * max_characters, "茶" * (limit // 3)) if len(text) <= max_characters and len(text.encode()) <= limit]
    drawn = st.text(_ALPHABET, min_size=1, max_size=min(12, max_characters, limit // 3))
    return st.sampled_from(short + edges) | drawn


def exactly(characters: int, *, filler: str = "x") -> str:
    """Return a text of exactly that many characters."""
    return (filler * characters)[:characters]
