"""Entry points are those that `importlib.metadata` finds."""

import email.message  # noqa: F401 - Python 3.13 imports it late, while the path is that of a test
import sys
import zipfile
from importlib import metadata

import pytest

from snapformat.snapshot.installed import EntryPoint, entry_points

TEXT = """\
# a comment
[other]
a = nowhere

[snapformat.schemas]
second = some.module:SCHEMAS.inner
first=os.path:join
# no entry = a:b
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Puts packages into two folders on the path."""

    def install(place, name, text=TEXT):
        info = tmp_path / place / name
        info.mkdir(parents=True)
        (info / "entry_points.txt").write_text(text)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.partition('-')[0]}\nVersion: 1\n")

    monkeypatch.setattr(sys, "path", [str(tmp_path / "a"), str(tmp_path / "none"), str(tmp_path / "b")])
    return install


def both(group="snapformat.schemas"):
    wanted = sorted((entry.name, entry.value) for entry in metadata.entry_points(group=group))
    assert [tuple(entry) for entry in entry_points(group)] == wanted
    return wanted


@pytest.mark.parametrize("group", ["snapformat.schemas", "console_scripts", "pytest11", "no.such.group"])
def test_of_this_environment(group):
    both(group)


def test_sections_comments_and_folders(installed):
    installed("a", "one-1.0.dist-info")
    installed("b", "two.egg-info", "[snapformat.schemas]\nthird = x:y\n")
    installed("b", "three-2.0.dist-info", "[console_scripts]\ntool = x:y\n")
    assert both() == [("first", "os.path:join"), ("second", "some.module:SCHEMAS.inner"), ("third", "x:y")]


def test_a_package_that_is_there_twice_counts_once(installed):
    installed("a", "my_pack-1.0.dist-info", "[snapformat.schemas]\na = first:X\n")
    installed("b", "My.Pack-2.0.dist-info", "[snapformat.schemas]\na = second:X\n")
    assert both() == [("a", "first:X")]


def test_zip_archives(installed, tmp_path, monkeypatch):
    installed("a", "one-1.0.dist-info")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("zipped-1.0.dist-info/entry_points.txt", "[snapformat.schemas]\nz = zipped:X\n")
        archive.writestr("zipped-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: zipped\nVersion: 1\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "more.zip")])
    assert ("z", "zipped:X") in both()


def test_other_finders_of_packages(installed, tmp_path, monkeypatch):
    installed("elsewhere", "hidden-1.0.dist-info", "[snapformat.schemas]\nh = hidden:X\n")

    class Finder:
        @classmethod
        def find_spec(cls, *arguments):
            return None

        @classmethod
        def find_distributions(cls, context):
            return iter([metadata.Distribution.at(tmp_path / "elsewhere" / "hidden-1.0.dist-info")])

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    assert both() == [("h", "hidden:X")]


def test_load():
    import os.path

    assert EntryPoint("x", "os.path:join").load() is os.path.join
    assert EntryPoint("x", "os:path.join").load() is os.path.join
    assert EntryPoint("x", "os.path").load() is os.path
    assert EntryPoint("x", "os.path:join [extra]").load() is os.path.join
