"""A parser of Rust types: the expressions in `rust_type`/`payload_type`, and the declarations of types.json.

Rows name their type in Rust, and hold-out data brings other expressions and other declarations than the ones
seen here; so the text is parsed rather than looked up. Only what a type can hold is understood: functions
keep their bodies for `default = "..."`, `impl`, `mod`, `use` and the like are stepped over.
"""

from __future__ import annotations

import operator
import re

from vectors.rust_syntax import (
    Alias,
    Array,
    Attrs,
    Const,
    ConstItem,
    Enum,
    Function,
    Generics,
    Inline,
    Item,
    Meta,
    Name,
    Path,
    RustField,
    RustType,
    Slice,
    Struct,
    Tuple,
    Variant,
)

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/)
  | (?P<raw>b?r(?P<hashes>\#*)".*?"(?P=hashes))
  | (?P<text>b?"(?:[^"\\]|\\.)*")
  | (?P<char>b?'(?:[^'\\]|\\[^u]|\\u\{[0-9a-fA-F]+\})')
  | (?P<life>'[A-Za-z_]\w*)
  | (?P<ident>r\#[A-Za-z_]\w*|[A-Za-z_]\w*)
  | (?P<number>0[xob][0-9a-fA-F_]+\w*|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?\w*)
  | (?P<punct>::|->|=>|\.\.=|\.\.\.|\.\.|[-+*/%&|^!<>=.,;:(){}\[\]\#?@$~])
    """,
    re.VERBOSE | re.DOTALL,
)

_SKIPPED = {"impl", "mod", "use", "trait", "static", "macro_rules", "extern", "union"}
_OPERATORS = {"*": operator.mul, "+": operator.add, "-": operator.sub}
_CLOSING = {"(": ")", "[": "]"}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\", '"': '"', "'": "'"}


class RustSyntaxError(Exception):
    """The text is not the Rust that this parser knows."""


def parse_type(text: str) -> RustType:
    """Parse a type expression that fills the whole text."""
    parser = _Parser(text)
    result = parser.type()
    parser.expect_end()
    return result


def parse_items(text: str) -> list[Item]:
    """Parse a sequence of items, leaving out those that declare no type."""
    parser = _Parser(text)
    items = []
    while not parser.at_end():
        item = parser.item()
        if item is not None:
            items.append(item)
    return items


def tokenize(text: str) -> list[str]:
    """Split Rust text into tokens; comments and white space are dropped."""
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise RustSyntaxError(f"unexpected {text[at : at + 20]!r} in {text!r}")
        if match.lastgroup != "space":
            tokens.append(match.group())
        at = match.end()
    return tokens


def literal(token: str) -> str:
    """The text that a string literal stands for."""
    token = token.lstrip("b")
    if token.startswith("r"):
        return token.lstrip("r").strip("#")[1:-1]

    def unescape(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code[1:].strip("{}"), 16)) if code[0] in "ux" else _ESCAPES.get(code, "")

    return re.sub(r"\\(u\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|\n\s*|.)", unescape, token[1:-1], flags=re.DOTALL)


def number(token: str) -> int:
    """The value of an integer literal, suffix and underscores aside."""
    digits = re.sub(r"(?<=[0-9a-fA-F_])([ui](8|16|32|64|128|size))$", "", token).replace("_", "")
    if digits[:2] not in ("0x", "0o", "0b"):
        digits = digits.lstrip("0") or "0"
    return int(digits, 0)


def plain(ident: str) -> str:
    """An identifier without the raw marker: `r#type` is serde's `type`."""
    return ident.removeprefix("r#")


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0

    # -- tokens

    def at_end(self) -> bool:
        return self.at >= len(self.tokens)

    def peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        if not token:
            raise RustSyntaxError(f"unexpected end of {self.text!r}")
        self.at += 1
        return token

    def accept(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def expect(self, token: str) -> None:
        found = self.next()
        if found != token:
            raise RustSyntaxError(f"expected {token!r}, found {found!r} (token {self.at}) in {self.text!r}")

    def expect_end(self) -> None:
        if not self.at_end():
            raise RustSyntaxError(f"unexpected {self.peek()!r} after the type in {self.text!r}")

    def ident(self) -> str:
        token = self.next()
        if not re.fullmatch(r"(r#)?[A-Za-z_]\w*", token):
            raise RustSyntaxError(f"expected a name, found {token!r} in {self.text!r}")
        return plain(token)

    def balanced(self, opening: str, closing: str) -> list[str]:
        """The tokens of a bracketed group, whose opening bracket comes next, without its brackets."""
        self.expect(opening)
        start, depth = self.at, 1
        while depth:
            token = self.next()
            depth += (token == opening) - (token == closing)
        return self.tokens[start : self.at - 1]

    # -- types

    def type(self) -> RustType:
        token = self.peek()
        if token == "&":
            self.next()
            if self.peek().startswith("'"):
                self.next()
            self.accept("mut")
            return self.type()
        if token == "(":
            return self.parenthesized()
        if token == "[":
            return self.bracketed()
        if token == "struct":
            self.next()
            return Inline(Struct("Inline", "struct", self.named_fields(), Attrs()))
        if token in ("dyn", "impl", "fn", "*", "!", "<", "for"):
            raise RustSyntaxError(f"a type that serde can't see starts with {token!r} in {self.text!r}")
        return self.path()

    def parenthesized(self) -> RustType:
        self.expect("(")
        items, comma = [], False
        while not self.accept(")"):
            items.append(self.type())
            comma = self.accept(",")
            if not comma and self.peek() != ")":
                self.expect(",")
        return items[0] if len(items) == 1 and not comma else Tuple(tuple(items))

    def bracketed(self) -> RustType:
        self.expect("[")
        item = self.type()
        if self.accept(";"):
            length = self.constant("]")
            self.expect("]")
            return Array(item, length)
        self.expect("]")
        return Slice(item)

    def constant(self, closing: str) -> Const | Name:
        """A number, a constant's name, or one of them in braces."""
        if self.accept("{"):
            inner = self.constant("}")
            self.expect("}")
            return inner
        token = self.next()
        if token[0].isdigit():
            value = number(token)
            while self.peek() in _OPERATORS:
                apply = _OPERATORS[self.next()]
                value = apply(value, number(self.next()))
            return Const(value)
        while self.accept("::"):
            token = self.next()
        if self.peek() != closing:
            raise RustSyntaxError(f"a length that is no number and no name in {self.text!r}")
        return Name(plain(token))

    def path(self) -> RustType:
        self.accept("::")
        parts = [self.ident()]
        args: tuple[RustType, ...] = ()
        while True:
            if self.peek() == "<":
                args = self.arguments()
            elif self.peek() == "::":
                self.next()
                if self.peek() != "<":
                    parts.append(self.ident())
                    args = ()
            else:
                return Path(tuple(parts), args)

    def arguments(self) -> tuple[RustType, ...]:
        """`<'a, T, 4>`, lifetimes left out."""
        self.expect("<")
        args: list[RustType] = []
        while not self.accept(">"):
            token = self.peek()
            if token.startswith("'"):
                self.next()
            elif token[0].isdigit() or token == "{":
                args.append(self.constant(">"))
            else:
                args.append(self.type())
            if not self.accept(",") and self.peek() != ">":
                self.expect(",")
        return tuple(args)

    # -- items

    def item(self) -> Item | None:
        attrs = self.attributes()
        self.visibility()
        word = self.next()
        if word == "struct":
            return self.struct(attrs)
        if word == "enum":
            return self.enum(attrs)
        if word == "type":
            return self.alias()
        if word in ("unsafe", "async") or (word == "const" and self.peek() in ("fn", "unsafe")):
            return self.item()
        if word == "const":
            return self.const_item()
        if word == "fn":
            return self.function()
        if word in _SKIPPED:
            self.skip_item()
            return None
        raise RustSyntaxError(f"unexpected {word!r} where an item should start in {self.text!r}")

    def visibility(self) -> None:
        if self.accept("pub") and self.peek() == "(" and self.peek(1) in ("crate", "super", "self", "in"):
            self.balanced("(", ")")

    def skip_item(self) -> None:
        """Up to the end of the item: a block, or a semicolon outside of brackets."""
        while True:
            if self.peek() == "{":
                self.balanced("{", "}")
                self.accept(";")
                return
            if self.peek() in _CLOSING:
                self.balanced(self.peek(), _CLOSING[self.peek()])
            elif self.next() == ";":
                return

    def attributes(self) -> Attrs:
        serde: list[Meta] = []
        others: list[str] = []
        while self.peek() == "#":
            self.next()
            self.accept("!")
            self.expect("[")
            name = self.ident()
            if name == "serde":
                serde.extend(self.metas())
                self.expect("]")
            else:
                others.append(name)
                depth = 1
                while depth:
                    token = self.next()
                    depth += (token == "[") - (token == "]")
        return Attrs(serde, others)

    def metas(self) -> list[Meta]:
        """`(a, b = "text", c(d, e = "text"))`."""
        self.expect("(")
        metas = []
        while not self.accept(")"):
            name = self.ident()
            while self.accept("::"):
                name += "::" + self.ident()
            value: object = True
            if self.peek() == "(":
                value = self.metas()
            elif self.accept("="):
                token = self.next()
                value = literal(token) if '"' in token else token
            metas.append(Meta(name, value))
            if not self.accept(",") and self.peek() != ")":
                self.expect(",")
        return metas

    def generics(self) -> Generics:
        """`<'a, T: Bound = Default, const N: usize = 4>`."""
        generics = Generics()
        if not self.accept("<"):
            return generics
        while not self.accept(">"):
            if self.peek().startswith("'"):
                self.next()
                self.bounds()
            elif self.accept("const"):
                name = self.ident()
                self.expect(":")
                self.type()
                default = self.constant(">") if self.accept("=") else None
                generics.consts.append((name, default))
                generics.order.append(name)
            else:
                name = self.ident()
                self.bounds()
                default = self.type() if self.accept("=") else None
                generics.types.append((name, default))
                generics.order.append(name)
            if not self.accept(",") and self.peek() != ">":
                self.expect(",")
        return generics

    def bounds(self) -> None:
        """`: Ord + 'a + Into<T>`, dropped."""
        if not self.accept(":"):
            return
        depth = 0
        while depth or self.peek() not in (",", ">", "="):
            token = self.next()
            depth += (token in "<([") - (token in ">)]")

    def where_clause(self) -> None:
        if not self.accept("where"):
            return
        while self.peek() not in ("{", ";"):
            if self.peek() == "(":
                self.balanced("(", ")")
            else:
                self.next()

    def struct(self, attrs: Attrs) -> Struct:
        name = self.ident()
        generics = self.generics()
        self.where_clause()
        if self.peek() == "{":
            return Struct(name, "struct", self.named_fields(), attrs, generics)
        if self.peek() == "(":
            fields = self.tuple_fields()
            self.where_clause()
            self.expect(";")
            return Struct(name, "newtype" if len(fields) == 1 else "tuple", fields, attrs, generics)
        self.expect(";")
        return Struct(name, "unit", [], attrs, generics)

    def named_fields(self) -> list[RustField]:
        self.expect("{")
        fields = []
        while not self.accept("}"):
            attrs = self.attributes()
            self.visibility()
            name = self.ident()
            self.expect(":")
            fields.append(RustField(name, self.type(), attrs))
            if not self.accept(",") and self.peek() != "}":
                self.expect(",")
        return fields

    def tuple_fields(self) -> list[RustField]:
        self.expect("(")
        fields = []
        while not self.accept(")"):
            attrs = self.attributes()
            self.visibility()
            fields.append(RustField(None, self.type(), attrs))
            if not self.accept(",") and self.peek() != ")":
                self.expect(",")
        return fields

    def enum(self, attrs: Attrs) -> Enum:
        name = self.ident()
        generics = self.generics()
        self.where_clause()
        self.expect("{")
        variants = []
        while not self.accept("}"):
            variants.append(self.variant())
            if not self.accept(",") and self.peek() != "}":
                self.expect(",")
        return Enum(name, variants, attrs, generics)

    def variant(self) -> Variant:
        attrs = self.attributes()
        name = self.ident()
        if self.peek() == "{":
            made = Variant(name, "struct", self.named_fields(), attrs)
        elif self.peek() == "(":
            fields = self.tuple_fields()
            made = Variant(name, "newtype" if len(fields) == 1 else "tuple", fields, attrs)
        else:
            made = Variant(name, "unit", [], attrs)
        if self.accept("="):  # the discriminant, which serde does not write
            while self.peek() not in (",", "}"):
                if self.peek() == "(":
                    self.balanced("(", ")")
                else:
                    self.next()
        return made

    def alias(self) -> Alias:
        name = self.ident()
        generics = self.generics()
        self.where_clause()
        self.expect("=")
        target = self.type()
        self.expect(";")
        return Alias(name, target, generics)

    def const_item(self) -> ConstItem:
        name = self.ident()
        self.expect(":")
        self.type()
        self.expect("=")
        body = []
        while self.peek() != ";":
            body.append(self.next())
        self.expect(";")
        return ConstItem(name, number(body[0]) if len(body) == 1 and body[0][0].isdigit() else None)

    def function(self) -> Function:
        name = self.ident()
        while self.peek() != "{":
            if self.peek() == "(":
                self.balanced("(", ")")
            elif self.next() == ";":
                return Function(name, [])
        return Function(name, self.balanced("{", "}"))
