"""The rule book: what is demanded of platforms, SDKs and merchants, one YAML row per rule."""

from reference.rules.book import RISKS, Risk, Rule, RuleBook, RuleBookError, Text, UnknownRule, load
from reference.rules.marker import judges

__all__ = ["RISKS", "Risk", "Rule", "RuleBook", "RuleBookError", "Text", "UnknownRule", "judges", "load"]
