"""Converting a value whose old type is not named: it is inferred from the value and the new type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapformat.errors import SchemaError
from snapformat.migrate.containers import elements
from snapformat.migrate.wording import type_text
from snapformat.model import kinds
from snapformat.model.checks import describe_value
from snapformat.model.declaration import declaration_of
from snapformat.model.kinds import Kind
from snapformat.model.values import PairMap, PairSet, Some

if TYPE_CHECKING:
    from snapformat.migrate.conversion import Conversion
    from snapformat.migrate.plan import Plan


def convert_inferred(value: Any, new: Kind, plan: Plan, to: Conversion) -> Any:
    """Convert a value by its class and the new kind.

    Raises:
        SchemaError: The old type can't be inferred.
    """
    if isinstance(new, kinds.Option):
        if value is None:
            return None
        inner = value.value if isinstance(value, Some) else value
        found = convert_inferred(inner, new.item, plan, to)
        return Some(found) if new.wrapped else found
    if isinstance(new, kinds.Blob):
        new = new.item
    declared = declaration_of(value.__class__)
    if declared is not None and not declared.parameters:
        cls = declared.cls if declared.enum is None else declared.enum.cls
        pair = plan.compile(plan.kind_of(cls), new, "to.convert")
        return plan.converted(pair, value, to)
    match new:
        case kinds.Seq() | kinds.Array() if isinstance(value, list | tuple):
            item = new.item
            return elements(value, lambda each, to: convert_inferred(each, item, plan, to), to)
        case kinds.Tuple() if isinstance(value, list | tuple) and len(value) == len(new.items):
            pairs = zip(value, new.items, strict=True)
            return tuple([convert_inferred(each, kind, plan, to) for each, kind in pairs])
        case kinds.Map() if hasattr(value, "items"):
            return PairMap(
                (convert_inferred(key, new.key, plan, to), convert_inferred(each, new.value, plan, to))
                for key, each in value.items()
            )
        case kinds.Set():
            return PairSet(convert_inferred(each, new.item, plan, to) for each in value)
        case kinds.Struct() | kinds.Enum():
            raise SchemaError(
                f"to.convert can't tell the old type of {describe_value(value)}, which is to be a"
                f" {type_text(new)}: name it with old="
            )
    return value
