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

help: ## 列出这些命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

install: $(RUN_STAMP) ## 把要用的包装进 .venv
dev: $(DEV_STAMP) ## 再加上测试和检查的工具

$(PY):
	$(PYTHON) -m venv $(VENV)

# Somebody waits for minutes on a slow line, and sees which package it is at.
$(RUN_STAMP): requirements.lock | $(PY)
	@echo "正在装要用的包，第一次要一两分钟……"
	@$(PY) -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEV_STAMP): requirements-dev.lock | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(RUN_STAMP)

$(BENCH_STAMP): requirements-bench.lock
	test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

run: $(RUN_STAMP) ## 启动机器人；没有配平台就是演练页面
	@exec $(PY) -m bot serve

test: $(DEV_STAMP) ## 用 SQLite 测试，不做久的
	$(PY) -m pytest -n 4 -m "not long and not static"

test-long: $(DEV_STAMP) ## 久的测试：断电、浏览器、各平台的全部对话、全部命令
	$(PY) -m pytest -m long

quick: $(DEV_STAMP) ## 只测一块，几秒：make quick AREA=checkins
	@test -n "$(AREA)" -a -n "$(wildcard tests/$(AREA) tests/talks/$(AREA))" || \
		{ echo "请写明哪一块：make quick AREA=checkins；可以是：$(notdir $(wildcard tests/talks/[a-z]*))" >&2; exit 2; }
	$(PY) -m pytest --area $(AREA) $(wildcard tests/$(AREA)) tests/whole/test_talks.py

test-postgresql: $(DEV_STAMP) ## 用 PostgreSQL 测数据库（久的：TEST_DATABASE=postgresql make test-long）
	TEST_DATABASE=postgresql $(PY) -m pytest -m 'both and not sqlite and (not long or postgresql)'

check: $(DEV_STAMP) ## 检查写法、类型、引用方向、不安全的调用、密码、文件的规矩
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	git ls-files -z 'bot/*.py' 'handlers/*.py' 'scheduling/*.py' 'storage/*.py' | xargs -0 -P 2 -n 250 $(PY) -m bandit -q -c pyproject.toml
	git ls-files -z | xargs -0 -P 2 -n 350 $(VENV)/bin/detect-secrets-hook --baseline .secrets.baseline
	$(PY) -m pytest -n 0 -m static tests/house

bench: $(DEV_STAMP) $(BENCH_STAMP) ## 速度和内存，同一次里的比值
	$(PY) -m tests.bench

faults: $(DEV_STAMP) ## 断电、断网、磁盘满、恢复演练；写 docs/reliability.md
	$(PY) -m tests.fuzz
	$(PY) -m tests.faults --kills 1000 --events 100000 --report docs/reliability.md

soak: $(DEV_STAMP) ## 一小时，每秒 20 条消息，每分钟杀一次
	$(PY) -m tests.faults.soak

sbom: $(DEV_STAMP) ## 写 sbom.json（requirements.lock 的 CycloneDX）
	$(VENV)/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.json

upgrade: ## 升级：备份、取新版、改数据库、核对；不成就退回
	@deploy/upgrade.sh

wheel: $(DEV_STAMP) ## 打包到 dist/
	$(PY) -m hatchling build -t wheel

fmt: $(DEV_STAMP) ## 让 ruff 整理文件
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: $(DEV_STAMP) ## 照 pyproject.toml 重做 lock 文件
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements-dev.lock
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group bench -o requirements-bench.lock
