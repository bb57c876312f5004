"""Bare files that other programs wrote: zoxide's database, and a dump of themes by syntect."""

from __future__ import annotations

import plistlib
import zlib
from pathlib import Path

import pytest

from snapformat import DecodeError, SnapshotFormat, UnitEnum, schema, variant
from snapformat.bincode import HashMap, Option, f64, u8, u32, u64
from snapformat.inspect import Condition, judge

FILES = Path(__file__).parents[1] / "golden" / "bare"


@schema
class Dir:
    """A folder that zoxide knows."""

    path: str
    rank: f64
    last_accessed: u64


@schema
class Database:
    """zoxide's database."""

    version: u32
    dirs: list[Dir]


ZOXIDE = SnapshotFormat.bare("zoxide", Database)
DATABASE = FILES / "zoxide-0.4.3.zo"


@schema
class Color:
    """A color."""

    r: u8
    g: u8
    b: u8
    a: u8


@schema
class Underline(UnitEnum):
    """How text is underlined."""

    Nothing = variant(rename="None")
    Underline = variant()
    StippledUnderline = variant()
    SquigglyUnderline = variant()


@schema
class Settings:
    """Colors of an editor."""

    foreground: Option[Color]
    background: Option[Color]
    caret: Option[Color]
    line_highlight: Option[Color]
    misspelling: Option[Color]
    minimap_border: Option[Color]
    accent: Option[Color]
    popup_css: Option[str]
    phantom_css: Option[str]
    bracket_contents_foreground: Option[Color]
    bracket_contents_options: Option[Underline]
    brackets_foreground: Option[Color]
    brackets_background: Option[Color]
    brackets_options: Option[Underline]
    tags_foreground: Option[Color]
    tags_options: Option[Underline]
    highlight: Option[Color]
    find_highlight: Option[Color]
    find_highlight_foreground: Option[Color]
    gutter: Option[Color]
    gutter_foreground: Option[Color]
    selection: Option[Color]
    selection_foreground: Option[Color]
    selection_border: Option[Color]
    inactive_selection: Option[Color]
    inactive_selection_foreground: Option[Color]
    guide: Option[Color]
    active_guide: Option[Color]
    stack_guide: Option[Color]
    shadow: Option[Color]


@schema
class ScopeStack:
    """Scopes inside each other."""

    clear_stack: list[list[str]]
    scopes: list[str]


@schema
class Selector:
    """The scopes that a rule is for."""

    path: ScopeStack
    excludes: list[ScopeStack]


@schema
class Style:
    """What a rule changes."""

    foreground: Option[Color]
    background: Option[Color]
    font_style: Option[u8]


@schema
class Rule:
    """A rule of a theme."""

    scope: list[Selector]
    style: Style


@schema
class Theme:
    """A theme."""

    name: Option[str]
    author: Option[str]
    settings: Settings
    scopes: list[Rule]


THEMES = SnapshotFormat.bare("syntect", HashMap[str, Theme], compression="zlib")
DUMP = FILES / "syntect-5.3.0.themedump"


def test_zoxide():
    snapshot = ZOXIDE.load(DATABASE)
    assert snapshot.data.version == 3
    assert [(each.path, each.rank) for each in snapshot.data.dirs] == [
        ("/srv/shelf/maps", 3.0),
        ("/srv/shelf/novels", 2.0),
        ("/srv/shelf/letters and cards", 1.0),
        ("/srv/shelf/Größe", 1.0),
    ]
    assert snapshot.to_bytes() == DATABASE.read_bytes()
    assert ZOXIDE.load(DATABASE, lazy=True).to_bytes() == DATABASE.read_bytes()


def test_zoxide_damaged():
    data = DATABASE.read_bytes()
    for end in range(len(data)):
        assert judge(data[:end], ZOXIDE).condition is Condition.DAMAGED
    with pytest.raises(DecodeError, match="1 byte left after the data"):
        ZOXIDE.load(data + b"\0")


def css(color: Color) -> str:
    return f"#{color.r:02x}{color.g:02x}{color.b:02x}" + (f"{color.a:02x}" if color.a != 255 else "")


@pytest.mark.parametrize("name", ["desert", "harbour"])
def test_syntect(name: str):
    theme = THEMES.load(DUMP).data[name]
    source = plistlib.loads((FILES / f"{name}.tmTheme").read_bytes())
    first, *rules = source["settings"]
    assert (theme.name, theme.author) == (source["name"], source["author"])
    colors = {
        key: css(found)
        for key, found in zip(
            ("foreground", "background", "caret", "lineHighlight"),
            (
                theme.settings.foreground,
                theme.settings.background,
                theme.settings.caret,
                theme.settings.line_highlight,
            ),
            strict=True,
        )
    }
    assert colors == {key: first["settings"][key] for key in colors}
    assert theme.settings.popup_css == first["settings"].get("popupCss")
    assert [css(rule.style.foreground) for rule in theme.scopes] == [
        rule["settings"]["foreground"] for rule in rules
    ]
    comment, keyword = theme.scopes
    assert [each.path.scopes for each in comment.scope] == [["comment"], ["string.quoted"]]
    assert comment.scope[1].excludes[0].scopes == ["punctuation"]
    assert keyword.scope[0].path.scopes == ["keyword.control", "meta.block.rust"]
    assert keyword.style.font_style == 0b11  # bold and underlined


def test_syntect_again():
    content = zlib.decompress(DUMP.read_bytes())
    again = THEMES.load(DUMP).to_bytes()
    assert zlib.decompress(again) == content
    changed = THEMES.load(DUMP)
    changed.data["desert"].settings.shadow = Color(1, 2, 3, 4)
    assert THEMES.load(changed.to_bytes()).data == changed.data
    assert len(zlib.decompress(changed.to_bytes())) == len(content) + 4
