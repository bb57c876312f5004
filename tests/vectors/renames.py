"""serde's `rename_all` cases, written from serde_derive's rules and apart from the library's own.

The names in a row's `value` and `model` are serde's; these rules say which they must be, so that a case the
library gets wrong shows as a difference.
"""

from __future__ import annotations


def of_field(name: str, case: str | None) -> str:
    """serde's name of a field (snake case in Rust) under a `rename_all` case."""
    pascal = "".join(word[:1].upper() + word[1:] for word in name.split("_"))
    match case:
        case None | "lowercase" | "snake_case":
            return name
        case "UPPERCASE" | "SCREAMING_SNAKE_CASE":
            return name.upper()
        case "PascalCase":
            return pascal
        case "camelCase":
            return pascal[:1].lower() + pascal[1:]
        case "kebab-case":
            return name.replace("_", "-")
        case "SCREAMING-KEBAB-CASE":
            return name.upper().replace("_", "-")
    raise ValueError(f"serde has no case {case!r}")


def of_variant(name: str, case: str | None) -> str:
    """serde's name of a variant (Pascal case in Rust) under a `rename_all` case."""
    snake = "".join(f"_{c.lower()}" if c.isupper() and at else c.lower() for at, c in enumerate(name))
    match case:
        case None | "PascalCase":
            return name
        case "lowercase":
            return name.lower()
        case "UPPERCASE":
            return name.upper()
        case "camelCase":
            return name[:1].lower() + name[1:]
        case "snake_case":
            return snake
        case "SCREAMING_SNAKE_CASE":
            return snake.upper()
        case "kebab-case":
            return snake.replace("_", "-")
        case "SCREAMING-KEBAB-CASE":
            return snake.upper().replace("_", "-")
    raise ValueError(f"serde has no case {case!r}")
