"""Single values to bytes and back, at the speed of code written by hand for each type."""

from snapformat.codec.api import decode, decode_prefix, decode_stream, decoder, encode
from snapformat.codec.lazy import validate

__all__ = ["decode", "decode_prefix", "decode_stream", "decoder", "encode", "validate"]
