# The two commands of a fresh machine: `make demo` and `make test`. Needs make and Python 3.11 or newer, nothing else.
# Windows without make: the README has the same in plain pip.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PROCESSES ?= 2
LOCK := $(BIN)/python -m uv pip compile pyproject.toml --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint format types floors lock sample benchmark clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):[^#]*## /  make \1: /'

demo: $(VENV)/run.stamp ## simulate twelve job centres, audit them, print the path of the report
	@$(BIN)/procmine demo

test: $(VENV)/dev.stamp ## the fast tests
	$(BIN)/python -m pytest -n $(PROCESSES) -m "not slow and not spark"

test-all: $(VENV)/dev.stamp ## every test, slow ones too
	$(BIN)/python -m pytest -n $(PROCESSES)

lint: $(VENV)/dev.stamp ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/dev.stamp ## ruff: mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/dev.stamp ## mypy, strict
	$(BIN)/mypy

floors: $(VENV)/dev.stamp ## who may import whom
	$(BIN)/lint-imports

# One lock for every system and Python from 3.11 on, with a hash for each file and no address. It keeps what is locked;
# to raise a library, change its pin in pyproject.toml first. For the rest: make lock LOCKFLAGS=--upgrade
lock: $(VENV)/dev.stamp ## write requirements.txt, -dev.txt and -spark.txt from pyproject.toml
	$(LOCK) $(LOCKFLAGS) --extra build -o requirements.txt
	$(LOCK) $(LOCKFLAGS) --extra dev -o requirements-dev.txt
	$(LOCK) $(LOCKFLAGS) --extra spark -o requirements-spark.txt

sample: $(VENV)/run.stamp ## build reports/sample again
	$(BIN)/procmine demo --seed 1 --out reports/sample

benchmark: $(VENV)/dev.stamp ## procmine beside pm4py and pandas; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks.run --out benchmarks/RESULTS.md

clean: ## take away what make and the tools made
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is newer than its lock while nothing changed, so the second run installs nothing. procmine itself goes in
# with the build backend of the lock and without its dependencies: nothing arrives that has no hash.
$(VENV)/run.stamp: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "procmine needs Python 3.11 or newer; this is %s. Say which: make demo PYTHON=python3.12" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.txt locks; the first time this takes some minutes." >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
