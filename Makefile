# Two commands for a fresh machine (Debian, Python 3.11+, make): `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.ready-bench

.PHONY: help demo test test-python fuzz lint types vectors snapshots bitcode oracle solders differential construct-suite fleet \
  docs site bench bench-check \
  bench-versions clean

help:
	@echo "make demo       verify, show and edit a real microVM snapshot"
	@echo "make test       lint, types, tests"
	@echo "make types      mypy and pyright: examples, right and wrong lines, public names"
	@echo "make test-python  run the tests of values and files without the machine in C"
	@echo "make fuzz       the machine under sanitizers, for minutes; needs gcc  (FUZZ_SECONDS=300 SEED=1)"
	@echo "make vectors    run only the recorded cases of the Rust module  (SNAPFORMAT_VECTORS=DIR)"
	@echo "make snapshots  run only the real snapshot files              (SNAPFORMAT_SNAPSHOTS=DIR)"
	@echo "make bitcode    run only the tests of the bitcode encoding    (SNAPFORMAT_BITCODE=DIR)"
	@echo "make oracle     10^5 random types and values, and the time of a file, against the crates; needs cargo  (SEED=1 CASES=100000)"
	@echo "make solders    19 types of Solana, random and damaged, and their time, against solders of PyPI  (SEED=1)"
	@echo "make differential  all ways to read and write, on 10^6 random inputs  (FROM=0 COUNT=120)"
	@echo "make construct-suite  the declarations of construct's own tests, against both  (CONSTRUCT_TESTS=DIR)"
	@echo "make fleet      55,000 files on disk and in an S3 server, killed and gone on with; measured  (FLEET='--local 500')"
	@echo "make bench      compare with other libraries, write the table and the chart to docs/"
	@echo "make bench-check  the same, and fail where a floor does not hold"
	@echo "make bench-versions BASE=DIR  compare with another checkout: S and M, read and write"
	@echo "make site       the manual as a site, with the API reference: build/site/html"
	@echo "make docs       regenerate the generated pages of docs/: formats and command line"

# Installing compiles the machine where a compiler and Python's headers are.
MACHINE := $(wildcard snapformat/_machine/*.[ch] snapformat/_machine/*.py)
$(READY): pyproject.toml hatch_build.py $(MACHINE)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@
	@$(BIN)/python -m snapformat._machine

demo: $(READY)
	@$(BIN)/python examples/edit_snapshot.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# mypy and pyright on the examples, on a file of right and wrong lines, and on the public names.
TYPES := $(VENV)/.ready-types
$(TYPES): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,types]'
	@touch $@

types: $(TYPES)
	$(BIN)/python -m tests.declare.checkers

test: lint
	@$(BIN)/python -m snapformat._machine
	$(BIN)/python -m pytest -n auto --dist worksteal tests

# The tests of values and files with generated Python alone, as where no compiler is. (Those of other folders ask for the
# same code by way of them, or have nothing to do with it.)
VALUES := bincode codec differential field kinds layout presets properties snapshot snapshots solana streams values vectors
test-python: $(READY)
	SNAPFORMAT_MACHINE=0 $(BIN)/python -m pytest -n auto --dist worksteal $(VALUES:%=tests/%)

# The machine with the sanitizers of gcc, on inputs that reach new places of it.
FUZZ_SECONDS ?= 300
fuzz: $(READY)
	$(BIN)/python -m tests.machine.fuzzing --seconds $(FUZZ_SECONDS) --seed $(SEED)

vectors: $(READY)
	$(BIN)/python -m pytest tests/vectors

snapshots: $(READY)
	$(BIN)/python -m pytest tests/snapshots

bitcode: $(READY)
	$(BIN)/python -m pytest tests/bitcode

SEED ?= 1
CASES ?= 100000
oracle: $(READY)
	cargo build --quiet --release --locked --manifest-path tests/oracle/bitcode/Cargo.toml
	cargo build --quiet --release --locked --manifest-path tests/oracle/presets/Cargo.toml
	$(BIN)/python -m tests.bitcode.oracle --count $(CASES) --seed $(SEED)
	$(BIN)/python -m tests.presets.oracle --count $(CASES) --seed $(SEED)
	cargo build --quiet --release --locked --manifest-path benchmarks/rust/Cargo.toml
	$(BIN)/python -m benchmarks.against_rust benchmarks/rust/target/release/snapshot-speed

# Against another implementation of Solana's types, from PyPI.
solders: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'solders>=0.26,<1'
	PYTHONPATH=tests $(BIN)/python -m tests.solana.rows --count 2000 --seed $(SEED)
	$(BIN)/python -m benchmarks.against_solders

# Batches of some 8,500 inputs, by number. The state file lets an interrupted run go on.
FROM ?= 0
COUNT ?= 120
differential: $(READY)
	$(BIN)/python -m tests.differential --from $(FROM) --count $(COUNT) --state .differential-$(FROM)-$(COUNT).json

# The folder of construct's sdist: pip download construct==2.10.70 --no-binary :all: --no-deps
CONSTRUCT_TESTS ?=
construct-suite: $(READY)
	$(BIN)/python -m tests.constructs.suite "$(CONSTRUCT_TESTS)"

FLEET ?=
fleet: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,fleet-server]'
	$(BIN)/python -P -m tests.fleet $(FLEET)

# borsh-construct requires an older construct than it needs, and type stubs for it: hence --no-deps.
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
	$(BIN)/snapformat docs -o docs/format --format markdown --sample examples/microvm.vmstate \
	  --sample examples/microvm-1.16.vmstate
	$(BIN)/python -m snapformat.cli._reference > docs/cli.md

# Warnings, and links that lead nowhere, are errors.
site: $(READY)
	$(BIN)/python docs/site build/site

clean:
	rm -rf $(VENV) snapformat/_machine/*.so build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
