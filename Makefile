# make demo   renders the bundled template with a replaced text and picture
# make test   the suite, but for what takes long
# Both make a virtual environment in .venv first, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
GENERATORS := .venv-clients
NODE_MODULES := clients/typescript/node_modules
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install -c constraints.txt
# Three processes that test, each with servers of its own, since much of a test is waiting. A file's tests stay together
# and share what it sets up.
PARALLEL ?= -n 3 --dist loadfile --no-loadscope-reorder
# The first-party plugins: installed as a stranger's would be, not from the working tree.
PLUGINS := $(wildcard plugins/*)
# What is installed beside Velocity for the tests: these, and the client in Python.
PACKAGES := $(PLUGINS) clients/python
PLUGIN_FILES := $(shell find $(PACKAGES) -name '*.py' -o -name pyproject.toml)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-long lint format type openapi map package bench ratios browser clients clients-check docs serve lock clean

OPENAPI_LINT := @redocly/cli@1.34.5

help:
	@echo 'make demo     render the bundled template to out/demo.mp4'
	@echo 'make test     run the tests (ARGS="-k word" for some of them)'
	@echo 'make test-long  the tests that take long, a quarter of an hour'
	@echo 'make lint     ruff and import-linter'
	@echo 'make format   let ruff lay out the code'
	@echo 'make type     mypy'
	@echo 'make openapi  write out/openapi.json and lint it (by Redocly, of npm)'
	@echo 'make map      draw docs/architecture.svg from the imports'
	@echo 'make bench    the benchmarks; writes docs/benchmarks.md and out/benchmarks.json'
	@echo 'make ratios   a short look at speed, beside what was stored (benchmarks/ratios.json)'
	@echo 'make package  build the distributions, and install and run them in a clean environment'
	@echo 'make browser  the console and /docs in Chromium (of the system)'
	@echo 'make clients  generate clients/ anew from the OpenAPI document (needs npm)'
	@echo 'make clients-check  whether they are as they would be generated, and the tests of TypeScript (needs npm)'
	@echo 'make docs     the documentation as a site in out/site, with pictures drawn by the product'
	@echo 'make serve    the REST service on 127.0.0.1:8080, data in out/data'
	@echo 'make lock     resolve constraints.txt anew'
	@echo 'make clean    remove what these made'

demo: $(VENV)/.installed
	@mkdir -p out
	@$(BIN)/velocity render examples/demo.zip -o out/demo.mp4 --no-cache \
	    --set 'Headline=Made by Velocity' --set 'Photo=examples/replacement.jpg'

test: $(VENV)/.tested
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

test-long: $(VENV)/.tested
	@$(BIN)/python -m pytest -m long $(PARALLEL) $(ARGS)

lint: $(VENV)/.tested
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

format: $(VENV)/.tested
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

type: $(VENV)/.tested
	@$(BIN)/mypy

openapi: $(VENV)/.installed
	@$(BIN)/python tools/write_openapi.py out/openapi.json
	@npx --yes $(OPENAPI_LINT) lint out/openapi.json --config redocly.yaml

map: $(VENV)/.tested
	@$(BIN)/python tools/draw_map.py

bench: $(BENCH)/.installed
	@mkdir -p out
	@$(BENCH)/bin/python -m pytest benchmarks --benchmark-only --benchmark-json out/benchmarks.json --report docs \
	    --benchmark-columns min,median,rounds --timeout 0 $(ARGS)

ratios: $(VENV)/.tested
	@$(BIN)/python -m benchmarks.ratios $(ARGS)

package: $(VENV)/.tested
	@$(BIN)/python -m pytest tests/packaging -m packaging $(ARGS)

browser: $(VENV)/.tested
	@$(PIP) '.[browser]' && $(PIP) --no-deps -e .
	@$(BIN)/python -m pytest -m browser $(ARGS)

clients: $(VENV)/.tested $(GENERATORS)/.installed $(NODE_MODULES)/.installed
	@$(BIN)/python tools/make_clients.py

clients-check: $(VENV)/.tested $(GENERATORS)/.installed $(NODE_MODULES)/.installed
	@$(BIN)/python tools/make_clients.py --check
	@$(BIN)/python -m pytest -m clients $(ARGS)

docs: $(VENV)/.tested
	@$(PIP) '.[docs]' && $(PIP) --no-deps -e .
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo 'Open out/site/index.html'

serve: $(VENV)/.installed
	@$(BIN)/velocity serve --data out/data

lock: pyproject.toml
	rm -rf out/lock && $(PYTHON) -m venv out/lock
	out/lock/bin/python -m pip install --quiet '.[dev,postgres,s3,browser,docs]' $(PACKAGES:%=./%)
	out/lock/bin/python -m pip freeze | grep -v '^velocity-' > constraints.txt
	rm -rf out/lock

clean:
	rm -rf $(VENV) $(BENCH) $(GENERATORS) $(NODE_MODULES) clients/typescript/dist clients/typescript/build out build .tox .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find . -name __pycache__ -prune -exec rm -rf {} +

# --- the virtual environment, each part once ---

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo 'Velocity needs Python 3.11 or later; PYTHON=... names another one' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	    || { echo 'Python cannot make virtual environments: apt-get install -y python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing Velocity into $(VENV) (once, a minute or so)'
	@$(PIP) -e .
	@echo 'Compiling the kernels (once)'
	@$(BIN)/velocity warmup
	@touch $@

$(VENV)/.tested: $(VENV)/.installed $(PLUGIN_FILES)
	@echo 'Installing what the tests need'
	@$(PIP) -e '.[dev]'
	@$(PIP) --force-reinstall --no-deps $(PACKAGES:%=./%) && $(PIP) $(PACKAGES:%=./%)
	@touch $@

$(GENERATORS)/.installed: clients/requirements.txt
	@echo 'Installing what generates the clients into $(GENERATORS)'
	@$(PYTHON) -m venv $(GENERATORS)
	@$(GENERATORS)/bin/python -m pip --disable-pip-version-check -qq install -r clients/requirements.txt
	@touch $@

$(NODE_MODULES)/.installed: clients/typescript/package-lock.json
	@command -v npm >/dev/null || { echo 'The client in TypeScript needs npm: apt-get install -y npm' >&2; exit 1; }
	@npm ci --ignore-scripts --silent --prefix clients/typescript
	@touch $@

$(BENCH)/.installed: pyproject.toml benchmarks/requirements.txt
	@echo 'Installing Velocity and its peers into $(BENCH)'
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip --disable-pip-version-check -qq install -e . -r benchmarks/requirements.txt
	@touch $@
