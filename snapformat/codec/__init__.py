"""Single values to bytes and back, at the speed of code written by hand for each type."""

# ruff: isort: skip_file
from snapformat.exports import lazy_exports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from snapformat.codec.api import (
        decode as decode,
        decode_prefix as decode_prefix,
        decode_stream as decode_stream,
        decoder as decoder,
        encode as encode,
    )
    from snapformat.lazy.validating import validate as validate
else:
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            ".api": ("decode", "decode_prefix", "decode_stream", "decoder", "encode"),
            "snapformat.lazy.validating": ("validate",),
        },
    )
