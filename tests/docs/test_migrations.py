"""Migrations in the documents: each page of changes has the steps, which link to the rules in words."""

from __future__ import annotations

import json
import re

import pytest

from snapformat import SnapshotFormat, schema
from snapformat.bincode import u8, u16
from snapformat.docs.site import build
from snapformat.errors import SchemaError
from snapformat.migrate import Change, Rule, Step, Steps, narrowed
from snapformat_schemas.firecracker.migrations.rules import RULES
from snapformat_schemas.firecracker.migrations.steps import STEPS

_RULE = Rule("A | [x]", "Levels & <more>", ("The level is *the same*.", "`u8` is widened."))


@schema
class V1:
    level: u8


@schema
class V2:
    level: u16


def _formats(*rules: Rule) -> tuple[SnapshotFormat, SnapshotFormat]:
    def steps() -> Steps:
        return declared

    old = SnapshotFormat("game/1", magic=1, version="1.0.0", payload=V1, steps=steps)
    new = SnapshotFormat("game/2", magic=1, version="2.0.0", payload=V2, steps=steps)
    back = Change(V2, V1, given={"level": narrowed("Levels are small.")})
    declared = Steps(
        Step(old, new, "Levels <b> are `u16`.", rules=_RULE.section),
        Step(new, old, "Back.", changes=[back], shown=False, rules="nowhere"),
        rules=rules,
    )
    return old, new


def test_pages_of_changes_have_the_migrations_both_ways_and_link_their_rules():
    files = build(_formats(_RULE), outputs=("markdown", "html", "json")).files
    step = files["changes-game-1-to-game-2.md"]
    assert (
        "* 1 to 2: Levels &lt;b&gt; are `u16`. Rules: [A \\| \\[x\\]](rules-game.md#rule-a-x).\n"
        "* 2 to 1: Back. Not shown: refused unless it is allowed. Rules: nowhere.\n"
    ) in step
    rules = files["rules-game.md"]
    assert '<a id="rule-a-x"></a>\n## A \\| \\[x\\]: Levels &amp; &lt;more&gt;\n' in rules
    assert "* The level is \\*the same\\*.\n* `u8` is widened.\n" in rules
    assert "(rules-game.md)" in files["README.md"]
    page = files["changes-game-1-to-game-2.html"]
    assert (
        'Levels &lt;b&gt; are <code>u16</code>. Rules: <a href="rules-game.html#rule-a-x">A | [x]</a>.'
        in page
    )
    assert "Back. Not shown: refused unless it is allowed. Rules: nowhere." in page
    assert '<section id="rule-a-x">' in files["rules-game.html"]
    assert "Levels &amp; &lt;more&gt;" in files["rules-game.html"]
    assert 'href="rules-game.html"' in files["index.html"]
    (family,) = json.loads(files["families.json"])["families"]
    assert [each["shown"] for each in family["steps"][0]["migrations"]] == [True, False]
    assert family["rules"][0]["points"] == list(_RULE.points)


def test_without_rules_and_without_steps_there_is_no_page_of_rules():
    files = build(_formats(), outputs=("markdown",)).files
    assert "Rules: A \\| \\[x\\]." in files["changes-game-1-to-game-2.md"]
    assert "rules-game.md" not in files
    old, new = (
        SnapshotFormat(f"game/{n}", magic=1, version=f"{n}.0.0", payload=c) for n, c in ((1, V1), (2, V2))
    )
    alone = build([old, new], outputs=("markdown", "html")).files
    assert "Migration" not in alone["changes-game-1-to-game-2.md"]
    assert "Migration" not in alone["changes-game-1-to-game-2.html"]


def test_two_rules_of_one_section_are_refused():
    with pytest.raises(SchemaError, match="same section"):
        Steps(rules=[_RULE, _RULE])


def test_every_step_of_firecracker_is_shown_and_its_rules_exist():
    files = build(["firecracker"], outputs=("markdown",)).files
    rules = files["rules-firecracker.md"]
    shown = 0
    for name, text in files.items():
        if not name.startswith("changes-"):
            continue
        listed = text.partition("## Migration\n")[2].strip().splitlines()
        assert len(listed) == 2, name
        for line in listed:
            (anchor,) = re.findall(r"\]\(rules-firecracker\.md#([^)]*)\)\.$", line)
            assert f'<a id="{anchor}"></a>' in rules
            assert ("Not shown" in line) == ("aarch64" in name or line.startswith("* 1.9 to 1.8:")), line
            shown += 1
    assert shown == len(STEPS)
    assert {step.rules for step in STEPS} <= set(RULES)
