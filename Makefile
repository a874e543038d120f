# The commands of the project. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: help install dev run test check bench faults lock fmt

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: $(RUN_STAMP) ## make .venv with the pinned packages
dev: $(DEV_STAMP) ## the same with the tools for tests and checks

$(PY):
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.lock | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEV_STAMP): requirements-dev.lock | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(RUN_STAMP)

run: $(RUN_STAMP) ## start the bot; without a platform configured: the practice page
	@exec $(PY) -m bot serve

test: $(DEV_STAMP) ## the whole suite on SQLite
	$(PY) -m pytest

check: $(DEV_STAMP) ## lint, types, import directions, lock file
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

bench: $(DEV_STAMP) ## speed and memory, as ratios inside one run
	$(PY) -m tests.bench

faults: $(DEV_STAMP) ## long kill -9 runs
	$(PY) -m tests.faults

fmt: $(DEV_STAMP) ## let ruff put the files in order
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: $(DEV_STAMP) ## renew both lock files from pyproject.toml
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements-dev.lock
