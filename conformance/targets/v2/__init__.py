"""The APIv2 side of a platform under judgement."""

from conformance.targets.v2.answer import AnswerV2
from conformance.targets.v2.client import PlatformV2

__all__ = ["AnswerV2", "PlatformV2"]
