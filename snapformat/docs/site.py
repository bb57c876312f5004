"""Making the files of a manual from formats and types: the implementation of `snapformat docs`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snapformat.bincode import FIRECRACKER, Encoding
from snapformat.docs.collect import describe
from snapformat.docs.envelope import payload_of
from snapformat.docs.examples import add_examples
from snapformat.docs.history import add_history, families_of
from snapformat.docs.html import render_html
from snapformat.docs.markdown import render_markdown
from snapformat.docs.model import MODEL_VERSION, Document, plain
from snapformat.docs.pages import Site, make_pages
from snapformat.errors import DecodeError, SchemaError, SnapshotError, SnapshotIOError
from snapformat.io import read_all, write_all
from snapformat.model.compare import Table, members_of
from snapformat.model.declare.registry import import_reference, is_reference, registered
from snapformat.model.naming import types_of
from snapformat.snapshot import SnapshotFormat
from snapformat.snapshot.catalogue import find_format, formats

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

#: The output formats.
OUTPUTS = ("html", "markdown", "json")
#: Extensions of generated files; other files in the folder are ignored.
_ENDINGS = {".html", ".css", ".js", ".md", ".json"}

Named = tuple[str | None, Any]
StrPath = str | os.PathLike[str]
#: A function that shows what is done, how many of it, and of how many.
Progress = Callable[[str, int, int], object]


@dataclass(slots=True)
class Built:
    """Generated files.

    Attributes:
        files: Text by name, with `/` between folders.
    """

    files: dict[str, str] = field(default_factory=dict)

    def write(self, folder: StrPath) -> None:
        """Write them to a folder; other files in it are kept.

        Raises:
            SnapshotIOError: A file can't be written.
        """
        root = Path(folder)
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SnapshotIOError(
                f"cannot create the folder: {error.strerror or error}", cause=error, file=str(folder)
            ) from error
        for name, text in self.files.items():
            write_all(root / name, text.encode())

    def differences(self, folder: StrPath) -> list[str]:
        """Compare a folder with these files.

        Returns:
            One line per difference; empty if there is none.
        """
        root = Path(folder)
        found = []
        for name, text in self.files.items():
            path = root / name
            if not path.is_file():
                found.append(f"{name}: missing")
            elif path.read_bytes() != text.encode():
                found.append(f"{name}: differs{_where(path.read_bytes(), text)}")
        if root.is_dir():
            names = (p.name for p in sorted(root.iterdir()) if p.is_file() and p.suffix in _ENDINGS)
            found += [f"{name}: no longer generated" for name in names if name not in self.files]
        return found


def _where(found: bytes, wanted: str) -> str:
    """Locate the first line that differs."""
    left, right = found.splitlines(), wanted.encode().splitlines()
    for number, (old, new) in enumerate(zip(left, right, strict=False), 1):
        if old != new:
            return f" from line {number} on"
    return f" from line {min(len(left), len(right)) + 1} on"


def build(
    what: Iterable[Any] = (),
    output: StrPath | None = None,
    *,
    outputs: Sequence[str] = ("html",),
    samples: Iterable[StrPath] = (),
    templates: StrPath | None = None,
    title: str | None = None,
    encoding: Encoding | Bitcode = FIRECRACKER,
    progress: Progress | None = None,
) -> Built:
    """Make the documents of formats and types.

    Args:
        what: `SnapshotFormat`s; types (classes, annotations, constructs); names of the catalogue or their
            ends; references `module:attribute` to a format, a type, or an iterable of formats. By default
            all formats of the catalogue.
        output: Folder to write to, or None.
        outputs: The output formats: some of `html`, `markdown` and `json`.
        samples: Files of the formats: types show a value of the first sample that has one.
        templates: Folder with templates that override the package's own.
        title: Title of the manual.
        encoding: Encoding of types; a format has its own.
        progress: Called again and again with what is done, how many of it, and of how many: `("formats
            described", 3, 20)`.

    Returns:
        The files.

    Raises:
        SchemaError: A name is unknown, an import fails, or the imported object is neither a format nor a
            type.
        SnapshotError: None of the formats can read a sample, or a file can't be written.
        ValueError: An output format is unknown.
    """
    unknown = [name for name in outputs if name not in OUTPUTS]
    if unknown:
        raise ValueError(f"unknown output {unknown[0]!r}; known: {', '.join(OUTPUTS)}")
    site = make_site(what, samples=samples, title=title, encoding=encoding, progress=progress)
    built = Built()
    wanted = [name for name in OUTPUTS if name in outputs]
    for number, name in enumerate(wanted):
        if progress is not None:
            progress("forms of the manual made", number, len(wanted))
        if name == "html":
            built.files |= render_html(site, templates)
        elif name == "markdown":
            built.files |= render_markdown(site, templates)
        else:
            built.files |= render_json(site)
    if output is not None:
        built.write(output)
    return built


def make_site(
    what: Iterable[Any] = (),
    *,
    samples: Iterable[StrPath] = (),
    title: str | None = None,
    encoding: Encoding | Bitcode = FIRECRACKER,
    progress: Progress | None = None,
) -> Site:
    """Make the model of all pages; arguments and errors are those of `build`."""
    chosen = _resolved(what)
    documents: dict[str, Document] = {}
    specs: dict[str, SnapshotFormat] = {}
    tables: dict[str, Table] = {}
    for number, (name, each) in enumerate(chosen):
        if progress is not None:
            progress("formats described", number, len(chosen))
        document = describe(each, name=name, encoding=encoding)
        if document.name in documents:
            continue
        documents[document.name] = document
        if isinstance(each, SnapshotFormat):
            specs[document.name] = each
            tables[document.name] = members_of(types_of(payload_of(each)))
    for sample in samples:
        _add_sample(documents, specs, sample)
    families = families_of(list(specs))
    for family in families:
        declared = specs[family.releases[-1][1]].all_steps
        add_history(family, documents, tables, declared)
        family.rules = tuple(getattr(declared, "rules", {}).values())
    if title is None:
        names = list(documents)
        title = names[0] if len(names) == 1 else _common(names)
    return Site(title, make_pages(documents.values()), tuple(families))


def render_json(site: Site) -> dict[str, str]:
    """Render the model as JSON: one file per document, and one for the families."""
    files = {}
    for page in site.pages:
        data = {"model_version": MODEL_VERSION, **plain(page.document)}
        files[f"{page.slug}.json"] = json.dumps(data, indent=1, ensure_ascii=True) + "\n"
    listed = {
        "model_version": MODEL_VERSION,
        "title": site.title,
        "documents": {page.document.name: f"{page.slug}.json" for page in site.pages},
        "families": plain(site.families),
    }
    files["families.json"] = json.dumps(listed, indent=1, ensure_ascii=True) + "\n"
    return files


def _resolved(what: Iterable[Any]) -> list[Named]:
    """Resolve names and references; returns each object with its name, or None if it has its own."""
    given = list(what)
    if not given:
        given = list(formats().values())
        if not given:
            raise SchemaError("nothing to document: no schemas are installed")
    found: list[Named] = []
    names = dict(registered())
    for each in given:
        if not isinstance(each, str):
            found.append((None, each))
        elif is_reference(each):
            found += _imported(each)
        elif each in names:
            found.append((each, each))
        else:
            found += [(None, format_) for format_ in _matching(each)]
    # Releases are ordered as in the catalogue, not as given.
    order = {id(format_): at for at, format_ in enumerate(formats().values())}
    listed = [at for at, (_, each) in enumerate(found) if id(each) in order]
    ordered = sorted((found[at] for at in listed), key=lambda named: order[id(named[1])])
    for at, named in zip(listed, ordered, strict=True):
        found[at] = named
    return found


def _matching(name: str) -> list[SnapshotFormat]:
    """Return the formats of a name, its end, or its beginning (`firecracker`, `firecracker/1.14`)."""
    begun = [format_ for key, format_ in formats().items() if key.startswith(name.rstrip("/") + "/")]
    return begun or [find_format(name)]


def _imported(reference: str) -> list[Named]:
    value = import_reference(reference)
    attribute = reference.partition(":")[2]
    if isinstance(value, SnapshotFormat):
        return [(None, value)]
    if isinstance(value, tuple | list) and value and all(isinstance(each, SnapshotFormat) for each in value):
        return [(None, each) for each in value]
    return [(attribute, value)]


def _add_sample(documents: dict[str, Document], specs: dict[str, SnapshotFormat], sample: StrPath) -> None:
    """Add examples from a sample to the document of the format that reads it."""
    name = Path(sample).name
    data = read_all(sample, max_size=max((spec.max_file_size for spec in specs.values()), default=1 << 30))
    refused: SnapshotError | None = None
    # The newest first, as when a file is loaded.
    for key in reversed(specs):
        try:
            specs[key].load(data, strict=True)
        except SnapshotError as error:
            refused = refused or error
            continue
        add_examples(documents[key], specs[key], data, name)
        return
    if refused is None:
        raise DecodeError("a sample needs a format, but only types are documented", file=str(sample))
    raise DecodeError(f"no documented format reads this sample: {refused}", file=str(sample))


def _common(names: Sequence[str]) -> str:
    """Return a title from the common first part of the names."""
    first = {name.split("/")[0] for name in names}
    return f"{next(iter(first))} formats" if len(first) == 1 else "Formats"
