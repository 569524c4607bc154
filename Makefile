# Every command a contributor needs. `make help` lists them; what a target installs or builds is done once, and again
# only when what it depends on changes. Stamps lie inside what they stand for: remove .venv and it is made anew.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
LOWEST := .venv-lowest
UV = $(VENV)/bin/uv pip install --quiet --python
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# An active environment is not the one meant here, and compiled modules must be kept: without them every kernel
# compiles pandas and scikit-learn anew, which takes three times as long as importing them.
unexport VIRTUAL_ENV PYTHONPATH PYTHONDONTWRITEBYTECODE
# Steps and tests run side by side: OpenMP threads with nothing to do must sleep, or they keep the others from the cores
# (boosted trees beside busy processes: 14 s spinning, 1.1 s sleeping).
export OMP_WAIT_POLICY ?= PASSIVE

PACKAGING := pyproject.toml package.json hatch_build.py labextension/server-config/millstream.json
FRONT_SOURCES = $(shell find src labextension/style labextension/schema -type f) labextension/install.json tsconfig.json
QUIET = { grep -v YN0013 || true; }
SAY = @printf '\033[1m==> %s\033[0m\n'

##@ Use
.PHONY: demo lab
demo: $(VENV)/.demo  ## Install into .venv (Python only) and run the flights example: two months, compared, promoted
	@$(VENV)/bin/python examples/flights/demo.py

lab: $(VENV)/.panel  ## Build the panel and open JupyterLab on the flights example
	@$(VENV)/bin/python examples/flights/prepare_data.py
	@mkdir -p examples/flights/.millstream
	$(SAY) "JupyterLab on examples/flights: the panel is called Millstream (Ctrl-C stops the server)"
	@cd examples/flights && jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) flights.ipynb

##@ Test
.PHONY: test test-python test-lowest test-front test-browser corpus
test: lint test-python test-front test-browser  ## Run every check and test: Python, TypeScript, browser

test-python: $(VENV)/.dev  ## Run the Python tests (some of them: make test-python ARGS="tests/run -k cache")
	$(SAY) "Python tests"
	@pytest -n 2 $(ARGS)

test-lowest: $(LOWEST)/.made  ## Run the Python tests against the lowest versions that pyproject.toml admits
	$(SAY) "Python tests, lowest versions"
	@env MILLSTREAM_LOWEST=1 PATH="$(CURDIR)/$(LOWEST)/bin:$$PATH" $(LOWEST)/bin/pytest -n 2 $(ARGS)

test-front: node_modules/.made  ## Run the TypeScript unit tests
	$(SAY) "TypeScript tests"
	@jlpm test $(ARGS)

test-browser: $(VENV)/.panel ui-tests/node_modules/.made browser  ## Run the browser tests in a real JupyterLab
	$(SAY) "Browser tests"
	@$(VENV)/bin/python examples/flights/prepare_data.py
	@jlpm lint:ui-tests
	@cd ui-tests && jlpm test $(ARGS)

corpus: $(VENV)/.made  ## Verify real notebooks from PyPI at suggested and random borders; writes docs/corpus.md (hours)
	$(SAY) "Installing what the notebooks import into .venv-corpus"
	@test -d .venv-corpus || uv venv --quiet .venv-corpus
	@uv pip install --quiet --python .venv-corpus -e . -r benchmarks/corpus.txt pip
	@.venv-corpus/bin/python benchmarks/corpus.py --write

##@ Measure
.PHONY: bench bench-short
bench: $(VENV)/.dev  ## Run every benchmark, peers too, and write docs/benchmarks.md (half an hour, a quiet machine)
	$(SAY) "Benchmarks"
	@python benchmarks/all.py --write docs/benchmarks.md $(ARGS)

bench-short: $(VENV)/.dev  ## Run the small benchmarks; fails on a big regression of a ratio (two minutes)
	$(SAY) "Benchmarks, the small ones"
	@python benchmarks/all.py --short $(ARGS)

##@ Check
.PHONY: lint lint-python lint-front fix
lint: lint-python lint-front  ## Check types, style and layering of both sides

lint-python: $(VENV)/.dev  ## ruff, mypy --strict, import-linter
	$(SAY) "Python: ruff, mypy, import-linter"
	@ruff check .
	@ruff format --check .
	@mypy
	@lint-imports

lint-front: node_modules/.made  ## tsc, ESLint, Stylelint, Prettier; the types are those of the server's API
	$(SAY) "TypeScript: tsc, ESLint, Stylelint, Prettier, the API's types"
	@jlpm lint
	@jlpm api:check

fix: $(VENV)/.dev node_modules/.made  ## Let the formatters put right what they can, and the help in the documents
	@ruff check --fix . ; ruff format .
	@python scripts/write_help.py
	@jlpm fix

##@ Build
.PHONY: front wheel watch browser clean
front: labextension/dist/package.json  ## Build the panel (labextension/dist)

wheel: front $(VENV)/.lab  ## Build the wheel with the panel inside, and check what it holds
	$(SAY) "Building the wheel"
	@rm -rf dist
	@uv build --quiet --wheel --out-dir dist
	@python scripts/check_wheel.py dist/*.whl

watch: $(VENV)/.panel  ## Rebuild the panel whenever a source changes (reload the browser to see it)
	@jlpm watch

browser: ui-tests/node_modules/.made  ## Find or install the browser of the browser tests
	@bash scripts/browser.sh

clean:  ## Remove all that was installed or built, and the example's data and runs
	rm -rf $(VENV) $(LOWEST) .venv-corpus node_modules ui-tests/node_modules lib dist labextension/dist tsconfig.tsbuildinfo
	rm -rf examples/flights/data examples/flights/pipelines examples/flights/.millstream

.PHONY: help
help:  ## List these commands
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@ / {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- what is installed and built -------------------------------------------------------------------------------------

$(VENV)/.made:
	$(SAY) "Making an environment in $(VENV)"
	@PYTHON="$(PYTHON)" bash scripts/environment.sh $(VENV)
	@touch $@

$(VENV)/.demo: $(VENV)/.made $(PACKAGING)
	$(SAY) "Installing Millstream and what the example needs"
	@$(UV) $(VENV) -e '.[demo]'
	@touch $@

$(VENV)/.lab: $(VENV)/.made $(PACKAGING)
	$(SAY) "Installing Millstream, JupyterLab and what builds the panel"
	@$(UV) $(VENV) -e '.[demo,dev]'
	@touch $@ $(VENV)/.demo

$(VENV)/.dev: $(VENV)/.made $(PACKAGING)
	$(SAY) "Installing Millstream with what its tests need"
	@$(UV) $(VENV) -e '.[demo,dev,test]'
	@touch $@ $(VENV)/.demo $(VENV)/.lab

$(LOWEST)/.made: $(VENV)/.made $(PACKAGING)
	$(SAY) "Installing the lowest versions that pyproject.toml admits into $(LOWEST)"
	@$(VENV)/bin/uv venv --quiet --clear --python $(VENV)/bin/python $(LOWEST)
	@$(UV) $(LOWEST) --resolution lowest-direct -e '.[demo,test]'
	@touch $@

node_modules/.made: package.json yarn.lock .yarnrc.yml | $(VENV)/.lab
	@command -v node >/dev/null || { echo "The panel needs Node.js 20 or later: https://nodejs.org" >&2; exit 1; }
	$(SAY) "Installing the front end's packages"
	@jlpm install --immutable | $(QUIET)
	@touch $@

ui-tests/node_modules/.made: ui-tests/package.json ui-tests/yarn.lock | $(VENV)/.lab
	$(SAY) "Installing the browser tests' packages"
	@cd ui-tests && jlpm install --immutable | $(QUIET)
	@touch $@

labextension/dist/package.json: node_modules/.made $(FRONT_SOURCES)
	$(SAY) "Building the panel"
	@jlpm build:prod
	@touch $@

$(VENV)/.panel: labextension/dist/package.json $(VENV)/.lab
	$(SAY) "Linking the panel into $(VENV)"
	@jupyter-builder develop --overwrite .
	@touch $@
