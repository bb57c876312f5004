"""Every shipped type, field and variant says what it is, and says more than its name does."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from schemas import shipped
from snapformat.model.declaration import Declaration

#: The last three lines: words that say nothing about a particular thing.
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a all also an and are as at be been but by can did do does each for from had has have how if in into
        is it its may more no not of on one only or other s so such than that the them then there these they
        this those to up was were what when where which while who whose will with
        struct structure field fields value values variant variants class type types state states information
        info data contains holds holding represents representing describes describing describe used stored
        saved
        """,
    )
)

#: Words that a description must have beyond those of the name.
_LEAST = 3


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _words(text: str) -> set[str]:
    """The words of a text or name as stems: camel case and underscores split, stop words left out."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_", " ", text)
    return {_stem(word) for word in re.findall(r"[a-z0-9]+", split.lower()) if word not in _STOP_WORDS}


def _beyond(name: str, description: str) -> set[str]:
    """Words of the description that the name does not have, in whatever form or abbreviation."""
    own = _words(name)
    joined = "".join(re.findall(r"[a-z0-9]+", name.lower()))
    return {
        word
        for word in _words(description)
        if word not in own and not any(_short(part, word) or _short(word, part) for part in own | {joined})
    }


def _short(short: str, word: str) -> bool:
    """Whether one word is the beginning of the other: `addr` of `address`."""
    return len(short) >= 3 and word.startswith(short)


def _lines(declaration: Declaration) -> list[tuple[str, str]]:
    """Names and descriptions of what is in a type."""
    fields = [(spec.name, spec.doc) for spec in declaration.fields]
    return fields + [(name, doc) for name, _, doc in declaration.constants]


each_type = pytest.mark.parametrize("declaration", shipped.types(), ids=shipped.name_of)


@each_type
def test_says_more_than_its_name(declaration: Declaration):
    assert len(_beyond(declaration.name, declaration.doc)) >= _LEAST, declaration.doc
    for name, doc in _lines(declaration):
        # A newtype's field has no name on the wire; the variant around it gives it one.
        known = f"{name} {declaration.name}" if declaration.style == "newtype" else name
        assert len(_beyond(known, doc)) >= _LEAST, f"{name}: {doc!r}"


@each_type
def test_fields_differ(declaration: Declaration):
    docs = [doc for _, doc in _lines(declaration)]
    assert len(set(docs)) == len(docs), sorted(doc for doc in docs if docs.count(doc) > 1)


@each_type
def test_is_one_plain_line(declaration: Declaration):
    first, *rest = declaration.doc.splitlines()
    for text in (first, *(doc for _, doc in _lines(declaration))):
        assert text == text.strip()
        assert "\n" not in text
        assert text[0].isupper() or not text[0].isalpha(), text
    assert first.endswith("."), first
    assert not rest or not rest[0], "the first line of a docstring is a sentence of its own"


@pytest.mark.parametrize("module", shipped.modules(), ids=lambda module: module.__name__.partition(".")[2])
def test_module_names_what_it_was_read_from(module: ModuleType):
    doc = " ".join((module.__doc__ or "").split())
    assert doc
    release = re.search(r"\.v(\d+(?:_\d+)+)(?:\.|$)", module.__name__)
    if release is None:
        return
    series = release[1].replace("_", ".")
    tag = series if series.count(".") == 2 else rf"{re.escape(series)}\.\d+"
    assert re.search(rf"(Read from|Compared with) .*Firecracker v{tag}\b", doc), doc
    is_package = hasattr(module, "__path__")
    if not is_package:
        assert re.search(r"`[\w/{},*]+\.rs`", doc), f"no upstream file is named: {doc}"


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("disk_path", "Path of the disk"),
        ("disk_path", "The disk's path, stored as a value"),
        ("BlockDeviceState", "State of block devices"),
        ("mem_size_mib", "Memory size"),
        ("addr", "The address"),
        ("queues", ""),
    ],
)
def test_the_name_in_other_words_is_refused(name, description):
    assert len(_beyond(name, description)) < _LEAST


def test_types_are_found():
    names = {shipped.name_of(declaration) for declaration in shipped.types()}
    assert "firecracker.v1_8.devices.BlockStateVhostUser" in names
    assert "firecracker.v1_14.x86_64.MicrovmState" in names
