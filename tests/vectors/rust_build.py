"""From Rust's text to Python types, by rule and through the public API alone.

A `World` holds the declarations of types.json. Asked for a type expression it answers with a shape, whose
annotation is what the library is given; structs and enums on the way become classes, made with
`types.new_class` and `@schema` as a user's would be, in a module of their own so that the names of forward
references are found. A Rust type with type parameters becomes one generic class; const parameters, which
Python's generics lack, make one class for each value.
"""

from __future__ import annotations

import json
import sys
import types
import typing
from pathlib import Path as FilePath
from typing import Any

import snapformat
from snapformat import bincode as bc
from vectors import rust_std, shapes
from vectors.compounds import EnumShape, Fields, FieldShape, StructShape, VariantShape
from vectors.hand_written import COMPARATOR, HAND_WRITTEN, HandWritten, weak
from vectors.members import Member, default_of, field_members, variant_members
from vectors.rust_syntax import (
    Alias,
    Array,
    Const,
    ConstItem,
    Enum,
    Inline,
    Item,
    Name,
    Path,
    RustType,
    Slice,
    Struct,
    Tuple,
)
from vectors.rust_types import parse_items, parse_type
from vectors.shapes import NotExpressible, Parameter, Shape

#: Container attributes that hand the conversion to Rust code.
_CODE = ("from", "try_from", "into", "remote")

#: Container attributes that are handed on as they are, to be accepted or refused by the library.
_HANDED_ON = ("deny_unknown_fields", "untagged", "tag", "content")

Env = dict[str, Shape | int]


class World:
    """All types that the declarations of one types.json can name."""

    _count = 0

    def __init__(self, declarations: dict[str, str]) -> None:
        World._count += 1
        self.module = types.ModuleType(f"rust_types_{World._count}")
        self.names: dict[str, Any] = vars(self.module)
        self.names.update(bc=bc, typing=typing, comparator=COMPARATOR, weak=weak)
        sys.modules[self.module.__name__] = self.module
        self.items: dict[str, Item] = {}
        for text in declarations.values():
            self.items.update((item.name, item) for item in parse_items(text))
        self._by_text: dict[str, Shape] = {}
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._building: set[str] = set()
        #: Classes by name; of enums with data also the variants, as `(enum, index)`.
        self._classes: dict[Any, Any] = {}

    @classmethod
    def load(cls, folder: FilePath) -> World:
        """The world of a folder of vectors."""
        return cls(json.loads((folder / "types.json").read_text(encoding="utf-8")))

    def shape(self, text: str) -> Shape:
        """The shape of a type expression.

        Raises:
            NotExpressible: A name in it is not known, or it needs Rust code.
            SchemaError: The library refuses a declaration.
        """
        if text not in self._by_text:
            self._by_text[text] = self.resolve(parse_type(text), {})
        return self._by_text[text]

    def annotation(self, text: str) -> Any:
        """The annotation of a type expression, for the library."""
        return self.evaluate(self.shape(text).source)

    def evaluate(self, source: str) -> Any:
        return eval(source, self.names)

    # -- type expressions

    def resolve(self, rust: RustType, env: Env) -> Shape:
        """The shape of a parsed type; `env` says what parameters and `Self` stand for."""
        match rust:
            case Tuple(()):
                return shapes.Unit()
            case Tuple(items):
                if len(items) > rust_std.MAX_TUPLE:
                    raise NotExpressible(f"serde implements no tuple of {len(items)}")
                return shapes.Tuple([self.resolve(item, env) for item in items])
            case Array(item, length):
                return shapes.Array(self.resolve(item, env), self._number(length, env))
            case Slice(item):
                return shapes.Seq(self.resolve(item, env))
            case Inline(item):
                item.name = f"Inline_{id(item):x}"
                self.items[item.name] = item
                return self._declared(item, [])
            case Path():
                return self._path(rust, env)
        raise NotExpressible(f"{rust} is no type")

    def _number(self, length: Const | Name, env: Env) -> int:
        if isinstance(length, Const):
            return length.value
        known = env.get(length.name)
        if isinstance(known, int):
            return known
        item = self.items.get(length.name)
        if isinstance(item, ConstItem) and item.value is not None:
            return item.value
        raise NotExpressible(f"the constant {length.name} is not known")

    def _path(self, path: Path, env: Env) -> Shape:
        if len(path.parts) == 1 and isinstance(known := env.get(path.name), Shape):
            return known
        item = self.items.get(path.name)
        ours = len(path.parts) == 1 or path.parts[0] in ("crate", "self", "super")
        count = rust_std.seen_arguments(path.name)
        if isinstance(item, Struct | Enum | Alias) and (ours or count is None):
            return self._declared(item, [self._argument(arg, env) for arg in path.args])
        if count is None:
            raise NotExpressible(f"{'::'.join(path.parts)} is no type known here")
        return rust_std.standard(path.name, [self._argument(arg, env) for arg in path.args[:count]])

    def _argument(self, arg: Any, env: Env) -> Shape | int:
        if isinstance(arg, Const | Name):
            return self._number(arg, env)
        if isinstance(arg, Path) and len(arg.parts) == 1 and not arg.args:
            # A lone name may be a const parameter or a constant.
            known = env.get(arg.name)
            if isinstance(known, int):
                return known
            item = self.items.get(arg.name)
            if isinstance(item, ConstItem):
                return self._number(Name(arg.name), env)
        return self.resolve(arg, env)

    # -- declared types

    def _declared(self, item: Struct | Enum | Alias, args: list[Shape | int]) -> Shape:
        env = self._environment(item, args)
        if isinstance(item, Alias):
            return self.resolve(item.type, env)
        given = [env[name] for name in item.generics.order]
        key = (item.name, *(arg.source if isinstance(arg, Shape) else str(arg) for arg in given))
        if key not in self._shapes:
            name = self._build(item, env)
            arguments = [env[parameter] for parameter, _ in item.generics.types]
            source = name
            if arguments:
                source += f"[{', '.join(arg.source for arg in arguments if isinstance(arg, Shape))}]"
            env["Self"] = shape = self._named_shape(item, name, source, env)
            self._shapes[key] = shape
            code = [attr for attr in _CODE if attr in item.attrs]
            if code:
                if item.name not in HAND_WRITTEN:
                    raise NotExpressible(f"{item.name} needs Rust code ({', '.join(code)}), write it by hand")
                if "remote" not in code:
                    self._shapes[key] = self._converted(item.name, shape)
        return self._shapes[key]

    def _environment(self, item: Struct | Enum | Alias, args: list[Shape | int]) -> Env:
        defaults = dict([*item.generics.types, *item.generics.consts])
        env: Env = {}
        for at, name in enumerate(item.generics.order):
            if at < len(args):
                env[name] = args[at]
            elif isinstance(default := defaults[name], Const | Name):
                env[name] = self._number(default, env)
            elif default is not None:
                env[name] = self.resolve(default, env)
            else:
                raise NotExpressible(f"{item.name} wants an argument for {name}")
        if len(args) > len(item.generics.order):
            raise NotExpressible(f"{item.name} takes {len(item.generics.order)} arguments, not {len(args)}")
        return env

    def _named_shape(self, item: Struct | Enum, name: str, source: str, env: Env) -> Shape:
        """The shape of a declared type as serde derives it, with its parameters replaced."""
        serde_name = item.attrs.writing("rename") or item.name
        if isinstance(item, Enum):
            default = next((at for at, v in enumerate(item.variants) if "default" in v.attrs.others), None)
            return EnumShape(source, serde_name, lambda: self._variant_shapes(item, name, env), default)
        return StructShape(
            source,
            serde_name,
            lambda: self._fields(field_members(item), item.style, self._classes[name], env),
            transparent="transparent" in item.attrs,
        )

    def _fields(self, members: list[Member], style: str, cls: type, env: Env) -> Fields:
        items = [FieldShape(m.name, m.attr, self._member_shape(m, env)) for m in members if not m.skip]
        return Fields("unit" if style == "newtype" and not items else style, cls, items)

    def _variant_shapes(self, item: Enum, name: str, env: Env) -> list[VariantShape]:
        found = []
        for index, (serde_name, attr, variant, members) in enumerate(variant_members(item)):
            if (name, index) in self._classes:
                fields = self._fields(members, variant.style, self._classes[name, index], env)
                found.append(VariantShape(serde_name, index, fields))
            else:
                found.append(VariantShape(serde_name, index, constant=self._classes[name][attr]))
        return found

    def _member_shape(self, member: Member, env: Env) -> Shape:
        if member.with_module is None:
            return self.resolve(member.type, env)
        if member.with_module == "serde_bytes":
            return self._as_bytes(self.resolve(member.type, env))
        name = member.with_module.rpartition("::")[2]
        if name not in HAND_WRITTEN:
            raise NotExpressible(f"the code of with = {member.with_module!r} is not written by hand")
        return self._converted(name, None)

    def _as_bytes(self, shape: Shape) -> Shape:
        """`with = "serde_bytes"`: sequences of u8 as bytes, inside of an Option too."""
        match shape:
            case shapes.Option(item=item):
                return shapes.Option(self._as_bytes(item))
            case shapes.Array(item=shapes.Int(tag="u8"), count=count):
                return shapes.Bytes(count=count)
            case shapes.Seq(item=shapes.Int(tag="u8")) | shapes.Bytes():
                return shapes.Bytes()
        raise NotExpressible(f"serde_bytes does not take {shape.source}")

    def _converted(self, name: str, own: Shape | None) -> Shape:
        """The shape of a hand-written conversion; its annotation is put into the module under a name."""
        key = ("conversion", name)
        if key in self._shapes:
            return self._shapes[key]
        given: HandWritten = HAND_WRITTEN[name]
        stored_class: type | None = None
        if given.stored is not None:
            stored = self.shape(given.stored)
        else:
            stored = own or self.shape(name)
            assert isinstance(stored, StructShape)
            stored_class = stored.fields.cls
        via = bc.Via(
            self.evaluate(stored.source),
            decode=given.decode,
            encode=lambda value: given.encode(value, stored_class),
        )
        self.names[f"via_{name}"] = typing.Annotated[given.python, via]
        self._shapes[key] = shapes.Converted(
            stored,
            f"via_{name}",
            given.python,
            given.make,
            lambda value: given.encode(value, stored_class),
        )
        return self._shapes[key]

    # -- classes

    def _build(self, item: Struct | Enum, env: Env) -> str:
        """Make the class of a declaration, once for each choice of const arguments; the name of it."""
        consts = [f"_{env[parameter]}" for parameter, _ in item.generics.consts]
        name = item.name + "".join(consts)
        if name in self._classes or name in self._building:
            return name
        self._building.add(name)
        inside: Env = {parameter: env[parameter] for parameter, _ in item.generics.consts}
        for parameter, _ in item.generics.types:
            self.names.setdefault(parameter, typing.TypeVar(parameter))
            inside[parameter] = Parameter(parameter)
        parameters = ", ".join(parameter for parameter, _ in item.generics.types)
        inside["Self"] = Parameter(f"{name}[{parameters}]" if parameters else name)
        try:
            if isinstance(item, Struct):
                self._struct_class(item, name, inside, parameters)
            else:
                self._enum_class(item, name, inside, parameters)
        except Exception:
            # What was made of it on the way must not outlive it: asked again, it fails again.
            self._shapes = {key: shape for key, shape in self._shapes.items() if key[0] != item.name}
            self._classes = {key: cls for key, cls in self._classes.items() if name not in (key, key[0])}
            self.names.pop(name, None)
            raise
        finally:
            self._building.discard(name)
        return name

    def _bases(self, parameters: str, *bases: Any) -> tuple[Any, ...]:
        return (*bases, self.evaluate(f"typing.Generic[{parameters}]")) if parameters else bases

    def _register(self, name: str, cls: type) -> None:
        self._classes[name] = cls
        self.names[name] = cls

    def _class(self, name: str, bases: tuple[Any, ...], body: dict[str, Any]) -> type:
        body = {"__module__": self.module.__name__, **body}

        def fill(namespace: dict[str, Any]) -> None:
            # One by one: the namespace of an enum notes its members as they are assigned.
            for key in body:
                namespace[key] = body[key]

        return types.new_class(name, bases, exec_body=fill)

    def _body(self, members: list[Member], env: Env, text: str) -> dict[str, Any]:
        """The body of a class with annotated fields.

        Annotations are written out where every name in them exists, and stay text where one is still to
        come, as with `from __future__ import annotations`.
        """
        body: dict[str, Any] = {"__doc__": text}
        annotations: dict[str, Any] = {}
        for member in members:
            shape = self._member_shape(member, env)
            try:
                annotations[member.attr] = self.evaluate(shape.source)
            except NameError:
                annotations[member.attr] = shape.source
            options = dict(member.options)
            if member.skip:
                options.update(skip=True, default_factory=self._factory(member, shape))
            body[member.attr] = snapformat.doc(f"{member.name} of the Rust declaration", **options)
        return {**body, "__annotations__": annotations}

    def _factory(self, member: Member, shape: Shape) -> Any:
        made = default_of(member, self.items)
        if made is not None:
            return lambda: made.value
        shape.default()  # a default that is not known fails here, at the declaration
        return shape.default

    def _struct_class(self, item: Struct, name: str, env: Env, parameters: str) -> None:
        attrs = item.attrs
        options: dict[str, Any] = {meta: attrs.get(meta) for meta in _HANDED_ON if meta in attrs}
        if attrs.writing("rename_all"):
            options["rename_all"] = attrs.writing("rename_all")
        if attrs.writing("rename") or name != item.name:
            options["name"] = attrs.writing("rename") or item.name
        if item.style != "struct":
            options["kind"] = item.style
        if "transparent" in attrs:
            options["transparent"] = True
        body = self._body(field_members(item), env, f"`struct {item.name}` of Rust.")
        made = self._class(name, self._bases(parameters), body)
        self._register(name, snapformat.schema(**options)(made) if options else snapformat.schema(made))

    def _enum_class(self, item: Enum, name: str, env: Env, parameters: str) -> None:
        attrs = item.attrs
        options: dict[str, Any] = {meta: attrs.get(meta) for meta in _HANDED_ON if meta in attrs}
        if attrs.writing("rename") or name != item.name:
            options["name"] = attrs.writing("rename") or item.name
        text = {"__doc__": f"`enum {item.name}` of Rust."}
        if parameters or any(variant.style != "unit" for variant in item.variants):
            bases = self._bases(parameters, snapformat.DataEnum)
            self._register(name, snapformat.schema(**options)(self._class(name, bases, text)))
            self._variant_classes(item, name, env, parameters)
            return
        if attrs.writing("rename_all"):
            options["rename_all"] = attrs.writing("rename_all")
        body: dict[str, Any] = dict(text)
        for serde_name, attr, variant, _ in variant_members(item):
            rename = variant.attrs.writing("rename") or (serde_name if attr != variant.name else None)
            marks = _variant_marks(variant.attrs)
            body[attr] = snapformat.variant(f"{variant.name} of the Rust declaration", rename=rename, **marks)
        made = self._class(name, (snapformat.UnitEnum,), body)
        self._register(name, snapformat.schema(**options)(made))

    def _variant_classes(self, item: Enum, name: str, env: Env, parameters: str) -> None:
        base = self.evaluate(f"{name}[{parameters}]" if parameters else name)
        for index, (serde_name, _, variant, members) in enumerate(variant_members(item)):
            body = self._body(members, env, f"`{item.name}::{variant.name}` of Rust.")
            rule = variant.attrs.writing("rename_all") or item.attrs.writing("rename_all_fields")
            options = _variant_marks(variant.attrs)
            if rule and variant.style == "struct":
                options["rename_all"] = rule
            made = self._class(f"{name}_{variant.name}", self._bases(parameters, base), body)
            cls = snapformat.schema(name=serde_name, kind=variant.style, **options)(made)
            self._classes[name, index] = cls


def _variant_marks(attrs: Any) -> dict[str, Any]:
    """The attributes of a variant that the library is to accept or to refuse."""
    known = ("other", "skip", "skip_serializing", "skip_deserializing", "untagged")
    return {name: True for name in known if name in attrs}
