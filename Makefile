# The commands of the project. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
# The peers of the benchmark have a place of their own: what they bring along must not change what we run on.
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.installed

.PHONY: help install dev run test test-long quick test-postgresql check bench faults soak lock sbom wheel upgrade fmt

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

$(BENCH_STAMP): requirements-bench.lock
	test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

run: $(RUN_STAMP) ## start the bot; without a platform configured: the practice page
	@exec $(PY) -m bot serve

test: $(DEV_STAMP) ## the suite on SQLite, without what takes long
	$(PY) -m pytest -m "not long"

test-long: $(DEV_STAMP) ## the rest of it: kills, browsers, all talks on all platforms, walks over all commands
	$(PY) -m pytest -m long

quick: $(DEV_STAMP) ## one area in seconds: make quick AREA=checkins
	@test -n "$(AREA)" -a -n "$(wildcard tests/$(AREA) tests/talks/$(AREA))" || \
		{ echo "say which: make quick AREA=checkins; or $(notdir $(wildcard tests/talks/[a-z]*))" >&2; exit 2; }
	$(PY) -m pytest --area $(AREA) $(wildcard tests/$(AREA)) tests/whole/test_talks.py

test-postgresql: $(DEV_STAMP) ## what speaks to the database, on PostgreSQL (the rest: TEST_DATABASE=postgresql make test-long)
	TEST_DATABASE=postgresql $(PY) -m pytest -m 'both and not sqlite and (not long or postgresql)'

check: $(DEV_STAMP) ## lint, types, import directions, unsafe calls, secrets
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	git ls-files -z 'bot/*.py' 'handlers/*.py' 'scheduling/*.py' 'storage/*.py' | xargs -0 -P 2 -n 250 $(PY) -m bandit -q -c pyproject.toml
	git ls-files -z | xargs -0 -P 2 -n 350 $(VENV)/bin/detect-secrets-hook --baseline .secrets.baseline

bench: $(DEV_STAMP) $(BENCH_STAMP) ## speed and memory, as ratios inside one run
	$(PY) -m tests.bench

faults: $(DEV_STAMP) ## kills, outages, power cuts, full disks, a restore drill; writes docs/reliability.md
	$(PY) -m tests.fuzz
	$(PY) -m tests.faults --minutes 15 --report docs/reliability.md

soak: $(DEV_STAMP) ## an hour at 20 messages a second with a kill a minute
	$(PY) -m tests.faults.soak

sbom: $(DEV_STAMP) ## write sbom.json, a CycloneDX of requirements.lock
	$(VENV)/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.json

upgrade: ## back up, fetch the newest, migrate, verify; what fails is undone
	@deploy/upgrade.sh

wheel: $(DEV_STAMP) ## build the package into dist/
	$(PY) -m hatchling build -t wheel

fmt: $(DEV_STAMP) ## let ruff put the files in order
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: $(DEV_STAMP) ## renew the lock files from pyproject.toml
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements-dev.lock
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group bench -o requirements-bench.lock
