"""bincode for Python: the serde data model as annotations, and its encodings as constructs.

The names here are those of Rust's types. `Encoding().construct(list[u16])` gives the construct of a type;
`snapformat.encode` and `snapformat.decode` use it in one call.
"""

from snapformat.exports import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, __spec__)
