"""`wxconform explain`: one rule in full."""

import argparse
import textwrap

from conformance.commands.catalogue import checks_by_rule, faults_by_rule
from reference.rules import load

__all__ = ["add_arguments", "main"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the rule."""
    parser.add_argument("rule", metavar="ID", help="the rule's id, such as v3.request.refuses-stale-timestamp")


def main(arguments: argparse.Namespace) -> int:
    """Print everything known about the rule."""
    rule = load().get_or_suggest(arguments.rule)
    print(f"{rule.id}\n\n  {rule.title.en}\n  {rule.title.zh}\n")
    rows = [
        ("level", rule.level),
        ("judges", ", ".join(rule.subjects)),
        ("risk", rule.risk),
        ("consequence", f"{rule.consequence.en}\n{rule.consequence.zh}"),
        ("rule", rule.rule),
        ("source", f"{rule.source} ({rule.confidence})"),
        ("covers", ", ".join(rule.covers)),
        ("note", rule.note or ""),
        ("not judged", rule.not_judged or ""),
        ("checks", "\n".join(checks_by_rule().get(rule.id, ()))),
        ("faults", "\n".join(f"{fault.id}: {fault.says}" for fault in faults_by_rule().get(rule.id, ()))),
    ]
    for name, text in rows:
        if text:
            _print(name, text)
    return 0


def _print(name: str, text: str) -> None:
    lines = [line for part in text.strip().splitlines() for line in textwrap.wrap(part, 96, break_long_words=False, break_on_hyphens=False)]
    print("\n".join(f"  {name if number == 0 else '':<14}{line}" for number, line in enumerate(lines)))
