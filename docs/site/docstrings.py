"""Docstrings for Sphinx: names and code are written as in Markdown, and reStructuredText is wanted.

Names in backticks become links if they are public, and code otherwise; fenced blocks become code blocks.
"""

from __future__ import annotations

import re
import textwrap

from names import Public

_FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)(?=(\w?))")
#: What reStructuredText takes for a reference or a substitution.
_MARKUP = re.compile(r"(?<=\w)_(?=\W|$)|\|", re.MULTILINE)


class Converter:
    """Converts the docstrings of public names.

    Args:
        names: All of them.
    """

    def __init__(self, names: list[Public]) -> None:
        self._anywhere: dict[str, str] = {}
        self._in_module: dict[tuple[str, str], str] = {}
        for each in names:
            full = each.original or each.full_name
            self._in_module[each.module, each.name] = full
            self._anywhere.setdefault(each.full_name, full)
            self._anywhere.setdefault(f"{each.module.rpartition('.')[2]}.{each.name}", full)
            if isinstance(each.value, type):
                for member, value in vars(each.value).items():
                    if not member.startswith("_") and hasattr(value, "__get__") and value.__doc__:
                        self._anywhere.setdefault(f"{each.name}.{member}", f"{full}.{member}")
            if not each.name.islower():
                self._anywhere.setdefault(each.name, full)

    def convert(self, text: str, module: str) -> str:
        """Return the text in reStructuredText.

        Args:
            text: A docstring, or the text of a comment `#:`.
            module: The public module with the name; it is where names in lower case are looked up.
        """
        parts, done = [], 0
        for block in _FENCED.finditer(text):
            parts += [self._prose(text[done : block.start()], module), _code_block(*block.groups())]
            done = block.end()
        return "".join([*parts, self._prose(text[done:], module)])

    def _prose(self, text: str, module: str) -> str:
        parts, done = [], 0
        for code in _CODE.finditer(text):
            parts += [_MARKUP.sub(r"\\\g<0>", text[done : code.start()]), self._code(code[1], module)]
            if code[2]:
                parts.append("\\ ")  # the end of code, and not a word
            done = code.end()
        return "".join([*parts, _MARKUP.sub(r"\\\g<0>", text[done:])])

    def _code(self, text: str, module: str) -> str:
        text = " ".join(text.split())
        full = self._in_module.get((module, text)) or self._anywhere.get(text)
        return f"``{text}``" if full is None else f":py:obj:`{text} <{full}>`"


def _code_block(indent: str, language: str, code: str) -> str:
    body = textwrap.indent(textwrap.dedent(code), f"{indent}   ")
    return f"{indent}.. code-block:: {language or 'text'}\n\n{body}"
