"""Sphinx: the manual as a site. `make site` stages the pages (`pages.py`) and builds them."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from sphinx.application import Sphinx
from sphinx.domains.python import PyObject  # type: ignore[attr-defined]  # not in its `__all__`
from sphinx.util.inspect import object_description

import snapformat
from docstrings import Converter
from names import private_bases, public_names
from pages import PROJECT
from snapformat.class_attrs import DECLARATION
from snapformat.encodings.bincode.encoding import sealed
from snapformat.model.declare.registry import resolved
from snapformat.model.kinds import Struct

project = "snapformat"
author = PROJECT["authors"][0]["name"]
copyright = f"{author}. {PROJECT['license']}"
release = version = snapformat.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
nitpicky = True
add_module_names = False
# In signatures: private types, and those of other packages. Names in docstrings are `py:obj`, and checked.
nitpick_ignore_regex = [("py:class", ".*")]
exclude_patterns: list[str] = []

myst_heading_anchors = 4
myst_links_external_new_tab = False

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
pygments_dark_style = "monokai"
html_title = "snapformat"
html_baseurl = PROJECT["urls"]["Documentation"]
html_theme_options = {
    "source_repository": PROJECT["urls"]["Source"],
    "top_of_page_buttons": [],
    "navigation_with_keys": True,
}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True

#: Length of a default that is not shown.
_LONG = 32
_NAMES = list(public_names())
_CLASSES = [each.value for each in _NAMES if isinstance(each.value, type)]
_CONVERTER = Converter(_NAMES)


def setup(app: Sphinx) -> None:
    """Connect the hooks of autodoc."""
    app.connect("autodoc-process-docstring", _convert, priority=100)  # before napoleon reads the sections
    app.connect("autodoc-process-signature", _shorten)
    app.connect("autodoc-skip-member", _skip)
    for field in PyObject.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"


def _convert(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    module = app.env.ref_context.get("py:module", "")
    if what == "class" and isinstance(obj, type):
        lines += _fields(obj)
        for base in private_bases(obj, _CLASSES):
            lines += _attributes(base)
    lines[:] = _CONVERTER.convert("\n".join(lines), module).split("\n")


def _attributes(cls: type) -> list[str]:
    """Return the section of a docstring with the attributes."""
    _, heading, section = inspect.cleandoc(cls.__doc__ or "").partition("\nAttributes:\n")
    return ["", *(heading + section).partition("\n\n")[0].split("\n"), ""] if heading else []


def _fields(cls: type) -> list[str]:
    """Return the fields of a declared class as a section of its docstring."""
    if DECLARATION not in vars(cls) or getattr(cls, "__parameters__", None):
        return []
    kind = sealed(resolved(cls))
    fields = kind.fields if isinstance(kind, Struct) else ()
    described = [f"    {field.name}: {field.doc}." for field in fields if field.doc]
    return ["", "Attributes:", *described, ""] if described else []


def _shorten(
    app: Sphinx,
    what: str,
    name: str,
    obj: object,
    options: object,
    signature: str | None,
    returns: str | None,
) -> tuple[str, str | None] | None:
    """Leave out long defaults, which are the repr of whole objects in the signatures of dataclasses."""
    if not isinstance(obj, type) or not dataclasses.is_dataclass(obj) or not signature:
        return None
    for parameter in inspect.signature(obj).parameters.values():
        default = object_description(parameter.default)
        if len(default) > _LONG:
            signature = signature.replace(default, "...")
    return signature, returns


def _skip(app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object) -> bool | None:
    """Leave out the fields of a NamedTuple, which have no descriptions of their own there."""
    return True if str(getattr(obj, "__doc__", "")).startswith("Alias for field number") else None
