# Two commands for a newcomer: `make demo` and `make test`. Each sets up .venv by itself, from the locks and nothing else.
# Plain POSIX shell and GNU make 3.81, so that it also runs on macOS as delivered.

PYTHON ?= python3
ARGS ?=
JOBS ?= 2
BIN := .venv/bin
UV ?= uv
# An environment knows its own place: in a copied or moved checkout it is made anew.
PLACE := $(shell pwd | cksum | cut -d ' ' -f 1)
ENV := .venv/.made-$(PLACE)
RUNTIME := .venv/.runtime-$(PLACE)
DEV := .venv/.dev-$(PLACE)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1
unexport PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint types imports histories lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(RUNTIME) ## Run everything on this machine with a sample org; arguments in ARGS="--once --leads 20"
	@exec $(BIN)/countersign demo $(ARGS)

test: lint types imports ## Run every check and test
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: $(DEV) ## Check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV) ## Check types
	@$(BIN)/mypy

imports: $(DEV) ## Check who may import whom
	@$(BIN)/lint-imports

histories: $(DEV) ## Record the workflow histories that the tests replay
	@$(BIN)/python -m tests.replay.record

COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" "$(UV)" pip compile pyproject.toml --quiet --upgrade --universal \
	--python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --group build

lock: ## Renew the locks within the bounds of pyproject.toml (needs uv on the PATH)
	@command -v "$(UV)" >/dev/null || { echo "make lock needs uv on the PATH (python3 -m pip install uv), or UV=path/to/uv." >&2; exit 1; }
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra postgres -c requirements.lock -o requirements-postgres.lock
	$(COMPILE) --extra dev --extra postgres -c requirements.lock -o requirements-dev.lock

clean: ## Remove the environment and the tools' caches (data in .countersign/ stays)
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist build

# One environment serves both commands. The stamps are written last, so that an interrupted install is done again.
$(ENV):
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null || { \
		echo "Countersign needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$("$(PYTHON)" --version 2>/dev/null || echo not found). Name one: make demo PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) comes without its venv module; install it (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv
	@touch $@

INSTALL = $(BIN)/python -m pip install --quiet --require-hashes -r $(1) && \
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .

$(RUNTIME): requirements.lock pyproject.toml | $(ENV)
	@echo "Installing what the demo needs into .venv (this once, about a minute) ..."
	@$(call INSTALL,requirements.lock)
	@touch $@

# The tests' lock holds the demo's lock, version by version, so it settles both stamps.
$(DEV): requirements-dev.lock requirements.lock pyproject.toml | $(ENV)
	@echo "Installing what demo and tests need into .venv (this once, about two minutes) ..."
	@$(call INSTALL,requirements-dev.lock)
	@touch $(RUNTIME) $@
