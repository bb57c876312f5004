"""Jinja2 environments: the package's templates, overridden by those of a user."""

from __future__ import annotations

import os
from typing import Any

import jinja2

from snapformat.docs.text import visible

#: Prefix of the package's own templates: `{% extends "default/html/document.html" %}`.
DEFAULT = "default"


def environment(user: str | os.PathLike[str] | None, *, autoescape: bool) -> jinja2.Environment:
    """Make an environment.

    Args:
        user: A folder whose templates override the package's of the same name, or None.
        autoescape: Whether to escape texts for HTML unless they are marked as safe.
    """
    own = jinja2.PackageLoader("snapformat.docs", "templates")
    loaders: list[jinja2.BaseLoader] = [own, jinja2.PrefixLoader({DEFAULT: own})]
    if user is not None:
        loaders.insert(0, jinja2.FileSystemLoader(user))
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(env: jinja2.Environment, template: str, context: dict[str, Any]) -> str:
    """Render a template, without trailing spaces and repeated empty lines, and with one final line break."""
    # Again, as a user's template may print names unescaped.
    text = visible(env.get_template(template).render(context))
    lines = [line.rstrip() for line in text.split("\n")]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip("\n") + "\n"
