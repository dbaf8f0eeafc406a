"""Other people's SDKs against our platform: the proof that does not come from us."""

import pytest

__all__: list[str] = []

pytest.register_assert_rewrite(f"{__name__}.scenarios", f"{__name__}.stage")
