# Two commands on a fresh machine (Debian, python3 3.11+, make): `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.ready-bench

.PHONY: help demo test lint vectors snapshots docs bench bench-check bench-versions clean

help:
	@echo "make demo       verify, show and change a real microVM snapshot"
	@echo "make test       everything that CI runs: lint, types, tests"
	@echo "make vectors    only the golden cases of the Rust module  (SNAPFORMAT_VECTORS=DIR)"
	@echo "make snapshots  only the real snapshot files              (SNAPFORMAT_SNAPSHOTS=DIR)"
	@echo "make bench      compare with other libraries, write the table and the chart in docs/"
	@echo "make bench-check  the same, and fail where a floor does not hold"
	@echo "make bench-versions BASE=DIR  compare with another checkout: S and M, read and write"
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
	$(BIN)/python -m pytest -n auto --dist worksteal tests

vectors: $(READY)
	$(BIN)/python -m pytest tests/vectors

snapshots: $(READY)
	$(BIN)/python -m pytest tests/snapshots

# borsh-construct asks for an older construct than it needs, and for type stubs of it: hence --no-deps.
$(BENCH_READY): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,bench]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps 'borsh-construct>=0.1,<0.2'
	@touch $@

bench: $(BENCH_READY)
	$(BIN)/python -m benchmarks --docs docs

bench-check: $(BENCH_READY)
	$(BIN)/python -m benchmarks --check

bench-versions: $(READY)
	$(BIN)/python -m benchmarks.versions $(BASE)

docs: $(READY)
	$(BIN)/snapformat docs -o docs/format --format markdown --sample examples/microvm.vmstate
	$(BIN)/python -m snapformat.cli._reference > docs/cli.md

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
