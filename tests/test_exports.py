"""Names that are imported when they are used: what type checkers see is what there is."""

import ast
import importlib
import importlib.util
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import semver

import snapformat

LAZY = [
    "snapformat",
    "snapformat.bincode",
    "snapformat.docs",
    "snapformat.fleet",
    "snapformat_schemas.firecracker",
]


def declared_to_checkers(module):
    """Name -> module it is imported from, by the stub, as Python parses it."""
    found = {}
    for statement in ast.parse(Path(module.__file__).with_suffix(".pyi").read_text()).body:
        if ast.unparse(statement) == "__version__: str":
            continue
        assert isinstance(statement, ast.ImportFrom)
        for alias in statement.names:
            assert alias.asname == alias.name, "only `X as X` is exported"
            found[alias.name] = statement.module
    return found


@pytest.mark.parametrize("name", LAZY)
def test_each_name_is_the_one_that_type_checkers_see(name):
    package = importlib.import_module(name)
    seen = declared_to_checkers(package)
    assert set(package.__all__) == set(seen)
    for attribute, home in seen.items():
        assert getattr(package, attribute) is getattr(importlib.import_module(home), attribute)
    assert set(package.__all__) <= set(dir(package))
    assert "lazy_exports" not in dir(package)


@pytest.mark.parametrize("name", LAZY)
def test_all_names_are_there_for_a_star_import(name):
    space = {}
    exec(f"from {name} import *", space)
    assert set(importlib.import_module(name).__all__) <= set(space)


@pytest.mark.parametrize("name", LAZY)
def test_an_unknown_name_is_an_attribute_error_that_names_it(name):
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nonsense'"):
        importlib.import_module(name).nonsense  # noqa: B018 - asking is the test


@pytest.mark.parametrize("name", LAZY)
def test_no_name_is_taken_by_a_module_once_that_is_imported(name):
    package = importlib.import_module(name)
    for attribute in declared_to_checkers(package):
        assert importlib.util.find_spec(f"{name}.{attribute}") is None


def in_a_process(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_importing_the_library_imports_nothing_else():
    code = (
        "import sys, snapformat; print(*(m for m in sys.modules if m.startswith('snapformat')), *sys.modules)"
    )
    loaded = in_a_process(code)
    assert {m for m in loaded if m.startswith("snapformat")} == {"snapformat", "snapformat.exports"}
    assert not {"construct", "semver", "dataclasses", "typing", "numpy", "rich"} & set(loaded)


def test_modules_are_attributes_of_the_library():
    code = "import snapformat; print(snapformat.errors.__name__, snapformat.schema.__name__)"
    assert in_a_process(code) == ["snapformat.errors", "schema"]


def test_the_version_is_that_of_the_package():
    assert in_a_process("import snapformat; print(snapformat.__version__)") == [version("snapformat")]


def test_the_version_is_semantic():
    assert str(semver.Version.parse(snapformat.__version__)) == snapformat.__version__
