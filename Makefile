# Two commands on a fresh machine (Debian, python3 3.11+, make): `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test lint vectors snapshots docs clean

help:
	@echo "make demo       verify, show and change a real microVM snapshot"
	@echo "make test       everything that CI runs: lint, types, tests"
	@echo "make vectors    only the golden cases of the Rust module  (SNAPFORMAT_VECTORS=DIR)"
	@echo "make snapshots  only the real snapshot files              (SNAPFORMAT_SNAPSHOTS=DIR)"
	@echo "make docs       write anew what of docs/ is generated: the formats and the command line"

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(READY)
	@$(BIN)/python examples/edit_snapshot.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -n auto tests

vectors: $(READY)
	$(BIN)/python -m pytest tests/vectors

snapshots: $(READY)
	$(BIN)/python -m pytest tests/snapshots

docs: $(READY)
	$(BIN)/snapformat docs -o docs/format --format markdown --sample examples/microvm.vmstate
	$(BIN)/python -m snapformat.cli._reference > docs/cli.md

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
