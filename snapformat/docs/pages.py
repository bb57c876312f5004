"""The pages of a site and their anchors, shared by all renderers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from snapformat.docs.history import Family, Step
from snapformat.docs.model import Document, Type
from snapformat.docs.text import Anchors, first_sentence, in_bytes, slug
from snapformat.migrate import Rule
from snapformat.model.compare import Change


class Entry(NamedTuple):
    """An entry of an index.

    Attributes:
        text: The name to look up.
        kind: `type`, `field`, `variant` or `encoding`.
        of: The type it belongs to, or empty.
        anchor: Its anchor in the page.
        doc: Description.
    """

    text: str
    kind: str
    of: str
    anchor: str
    doc: str


@dataclass(slots=True)
class Page:
    """The page of a document.

    Attributes:
        document: The document.
        slug: Name of its file, without extension.
        anchors: Anchors of types by label.
        members: Anchors of members by label and name.
    """

    document: Document
    slug: str
    anchors: dict[str, str] = field(default_factory=dict)
    members: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        give = Anchors()
        for each in self.document.types:
            self.anchors[each.label] = give(f"type-{slug(each.label)}")
        for each in self.document.types:
            base = self.anchors[each.label]
            names = [*(name for name, _ in each.members), *(v.name for v in each.variants if v.name)]
            for name in names:
                if (each.label, name) not in self.members:
                    self.members[each.label, name] = give(f"{base}.{slug(name)}")

    def anchor(self, label: str) -> str:
        """Return the anchor of a type."""
        return self.anchors[label]

    def member(self, label: str, name: str) -> str:
        """Return the anchor of a field or variant, or that of its type if it has none."""
        return self.members.get((label, name)) or self.anchors[label]

    def index(self) -> list[Entry]:
        """Return all types, fields, variants and encodings in alphabetical order."""
        found: list[Entry] = []
        for each in self.document.types:
            found.append(Entry(each.label, "type", "", self.anchors[each.label], each.doc))
            found += (
                Entry(name, "field", each.label, self.member(each.label, name), member.doc)
                for name, member in each.members
            )
            found += (
                Entry(variant.name, "variant", each.label, self.member(each.label, variant.name), variant.doc)
                for variant in each.variants
                if variant.name
            )
        found += (
            Entry(each.name, "encoding", "", primitive_anchor(each.name), each.doc)
            for each in self.document.primitives
        )
        return sorted(found, key=lambda entry: (entry.text.lower(), entry.text, entry.of))


#: Headings of the groups of types in a sidebar, by kind.
_GROUPS = {
    "enum": "Enums",
    "labels": "Enums",
    "choice": "Enums",
    "bits": "Bits and flags",
    "flags": "Bits and flags",
}


def type_groups(document: Document) -> list[tuple[str, list[Type]]]:
    """Group the types of a document for a sidebar, each group in alphabetical order."""
    found: dict[str, list[Type]] = {"Structs": [], "C structures": [], "Enums": [], "Bits and flags": []}
    for each in document.types:
        group = "C structures" if each.nested else _GROUPS.get(each.kind, "Structs")
        found[group].append(each)
    return [
        (name, sorted(types, key=lambda each: (each.label.lower(), each.label)))
        for name, types in found.items()
        if types
    ]


class Group(NamedTuple):
    """Documents that belong together in an overview.

    Attributes:
        title: Title of the family, or empty.
        doc: The description that all have, or empty.
        documents: The documents, of a family the newest first.
    """

    title: str
    doc: str
    documents: tuple[Document, ...]


def primitive_anchor(name: str) -> str:
    """Return the anchor of a primitive's entry in the glossary."""
    return "enc-" + {"()": "unit"}.get(name, slug(name))


class RulesPage:
    """The page of the rules that migrations follow.

    Attributes:
        name: Name of the family.
        slug: Name of the file, without extension.
        rules: The rules.
        anchors: Anchors of the rules by section.
    """

    def __init__(self, name: str, slug_: str, rules: Sequence[Rule]) -> None:
        give = Anchors()
        self.name: str = name
        self.slug: str = slug_
        self.rules: Sequence[Rule] = rules
        self.anchors: dict[str, str] = {rule.section: give(f"rule-{slug(rule.section)}") for rule in rules}


@dataclass
class Site:
    """A site: all pages.

    Attributes:
        title: Title of the site.
        pages: One page per document.
        families: The families of the documents.
        language: Language of the texts, for screen readers.
    """

    title: str
    pages: tuple[Page, ...]
    families: tuple[Family, ...]
    language: str = "en"

    def page(self, name: str) -> Page:
        """Return the page of a document."""
        return next(page for page in self.pages if page.document.name == name)

    def family(self, name: str) -> Family | None:
        """Return the family of a document, or None."""
        for family in self.families:
            if any(name == document for _, document in family.releases):
                return family
        return None

    @cached_property
    def _step_slugs(self) -> dict[tuple[str, str], str]:
        give = Anchors()
        for page in self.pages:
            give(page.slug)
        steps = [(step.old, step.new) for family in self.families for step in family.steps]
        return {(old, new): give(f"changes-{slug(old)}-to-{slug(new)}") for old, new in steps}

    def step_slug(self, step: Step) -> str:
        """Return the unique name of the file of a step, without extension."""
        return self._step_slugs[step.old, step.new]

    @cached_property
    def rules(self) -> dict[str, RulesPage]:
        """The pages of rules, by name of the family; variants of a family share them."""
        give = Anchors()
        for taken in (*(page.slug for page in self.pages), *self._step_slugs.values()):
            give(taken)
        found: dict[str, RulesPage] = {}
        for family in self.families:
            if family.rules and family.name not in found:
                found[family.name] = RulesPage(family.name, give(f"rules-{slug(family.name)}"), family.rules)
        return found

    def rule_href(self, family: Family, section: str, extension: str) -> str:
        """Return the address of a section of the rules, or empty if the family has no such section."""
        page = self.rules.get(family.name)
        if page is None or section not in page.anchors:
            return ""
        return f"{page.slug}{extension}#{page.anchors[section]}"

    def groups(self) -> list[Group]:
        """Return the documents of an overview: family by family, then the others."""
        listed = [
            (family.title, [self.page(name).document for _, name in reversed(family.releases)])
            for family in self.families
        ]
        others = [page.document for page in self.pages if self.family(page.document.name) is None]
        found = []
        for title, documents in (*listed, ("", others)):
            docs = {first_sentence(each.doc) for each in documents}
            shared = docs.pop() if len(docs) == 1 and len(documents) > 1 else ""
            if documents:
                found.append(Group(title, shared, tuple(documents)))
        return found

    def steps(self, name: str) -> list[Step]:
        """Return the steps to and from a document."""
        family = self.family(name)
        return [] if family is None else [s for s in family.steps if name in (s.old, s.new)]


def make_pages(documents: Iterable[Document]) -> tuple[Page, ...]:
    """Make the pages of documents, with unique names of files."""
    give = Anchors()
    for reserved in ("index", "readme", "families", "style", "site", "search-index"):
        give(reserved)
    return tuple(Page(document, give(document.name)) for document in documents)


def change_target(site: Site, step: Step, change: Change) -> tuple[Page, str] | None:
    """Return page and anchor of a change: in the new release, or in the old one for a removal."""
    page = site.page(step.old if change.action == "removed" else step.new)
    if change.type not in page.anchors:
        return None
    anchor = page.anchor(change.type) if change.member is None else page.member(change.type, change.member)
    return page, anchor


def place(site: Site, step: Step, change: Change) -> str:
    """Say where a changed member stands in its type, or what an added or removed type is."""
    if change.action in ("moved", "encoding"):
        return ""
    document = site.page(step.old if change.action == "removed" else step.new).document
    each = document.by_label.get(change.type)
    if each is None:
        return ""
    if change.member is None:
        size = "" if each.size is None else f", {in_bytes(each.size.text, each.unit)}"
        return f"{each.kind}{size}"
    index = next((variant.index for variant in each.variants if variant.name == change.member), None)
    if index is not None:
        return f"index {index}"
    names = [name for name, _ in each.members]
    if change.member not in names:
        return ""
    at = names.index(change.member)
    owner = change.member.rpartition(".")[0]
    if at == 0 or (each.variants and names[at - 1].rpartition(".")[0] != owner):
        return "first"
    before = names[at - 1].removeprefix(f"{owner}.") if each.variants else names[at - 1]
    return f"after `{before}`"


def summary(changes: Sequence[Change]) -> str:
    """Count the changes by action."""
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.action] = counts.get(change.action, 0) + 1
    listed = [f"{number} {action}" for action, number in counts.items() if action != "encoding"]
    if "encoding" in counts:
        listed.insert(0, "another encoding")
    return ", ".join(listed) or "no changes of the layout"
