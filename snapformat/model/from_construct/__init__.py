"""The kinds of construct's declarations, so that these and the vocabulary form one tree."""

from snapformat.model.from_construct.adapters import predicate_of
from snapformat.model.from_construct.costs import cost_of, fewest_bytes
from snapformat.model.from_construct.lowering import analyzed, foreign, kind_of_construct
from snapformat.model.from_construct.names import name_of
from snapformat.model.from_construct.parameters import check_parameters
from snapformat.model.from_construct.scopes import (
    ClassAdapter,
    Lowering,
    OwnConstruct,
    Scopes,
    in_scopes,
)
from snapformat.model.from_construct.traits import constructs_in

__all__ = [
    "ClassAdapter",
    "Lowering",
    "OwnConstruct",
    "Scopes",
    "analyzed",
    "check_parameters",
    "constructs_in",
    "cost_of",
    "fewest_bytes",
    "foreign",
    "in_scopes",
    "kind_of_construct",
    "name_of",
    "predicate_of",
]
