"""Single values to bytes and back, at the speed of code written by hand for each type."""

from snapformat.codec.api import decode, decode_prefix, decode_stream, encode

__all__ = ["decode", "decode_prefix", "decode_stream", "encode"]
