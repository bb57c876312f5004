"""serde's `rename_all`: rules for the names of all fields or variants."""

from __future__ import annotations

import re
from typing import Literal

from snapformat.errors import SchemaError

RenameRule = Literal[
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "camelCase",
    "snake_case",
    "SCREAMING_SNAKE_CASE",
    "kebab-case",
    "SCREAMING-KEBAB-CASE",
]


def renamed(name: str, rule: RenameRule | None, *, variant: bool) -> str:
    """Apply serde's rename_all to a field (snake_case) or a variant (PascalCase)."""
    if rule is None:
        return name
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() if variant else name
    if variant:
        pascal = name
    else:
        pascal = "".join(part[:1].upper() + part[1:] for part in snake.split("_"))
    match rule:
        case "lowercase":
            return name.lower()
        case "UPPERCASE":
            return name.upper()
        case "PascalCase":
            return pascal
        case "camelCase":
            return pascal[:1].lower() + pascal[1:]
        case "snake_case":
            return snake
        case "SCREAMING_SNAKE_CASE":
            return snake.upper()
        case "kebab-case":
            return snake.replace("_", "-")
        case "SCREAMING-KEBAB-CASE":
            return snake.upper().replace("_", "-")
    raise SchemaError(f"unknown rule rename_all={rule!r}")
