"""`wxconform list`: the rules, and what judges them."""

import argparse
import json
from typing import Any

from conformance.commands.catalogue import checks_by_rule, faults_by_rule
from reference.platform.faults import seeded_faults
from reference.rules import Rule, load

__all__ = ["add_arguments", "main"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what can be listed."""
    parser.add_argument("--rule", metavar="GLOB", default="*", help="only the rules whose id matches, such as 'v3.refund.*'")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text for people, json for programs (default: text)")
    parser.add_argument("--faults", action="store_true", help="list the seeded faults instead")


def main(arguments: argparse.Namespace) -> int:
    """Print the list."""
    if arguments.faults:
        for fault in seeded_faults().values():
            print(f"{fault.id:<56} {fault.rule:<60} {fault.says}")
        return 0
    rules = load().matching(arguments.rule)
    if not rules:
        load().get_or_suggest(arguments.rule)
    if arguments.format == "json":
        print(json.dumps([_row(rule) for rule in rules], ensure_ascii=False, indent=2))
        return 0
    for rule in rules:
        judged = f"{len(checks_by_rule().get(rule.id, ()))} checks, {len(faults_by_rule().get(rule.id, ()))} faults"
        print(f"{rule.id:<64} {rule.level:<9} {rule.not_judged or judged}")
    return 0


def _row(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "level": rule.level,
        "subjects": list(rule.subjects),
        "covers": list(rule.covers),
        "risk": rule.risk,
        "title": {"en": rule.title.en, "zh": rule.title.zh},
        "checks": list(checks_by_rule().get(rule.id, ())),
        "faults": [fault.id for fault in faults_by_rule().get(rule.id, ())],
        "not_judged": rule.not_judged,
    }
