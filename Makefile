.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
RUN_READY := .venv/.run-ready
DEV_READY := .venv/.dev-ready

help: ## Show this list
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(RUN_READY): requirements/run.txt pyproject.toml
	@echo "setting up .venv (first time only)"
	@$(PYTHON) -c 'import sys; sys.exit("Tandem needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_READY): requirements/dev.txt $(RUN_READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(DEV_READY) ## Set up everything in .venv, tests and tools included

lock: $(DEV_READY) ## Resolve the pins again from pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --upgrade pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --extra dev -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt

demo: $(RUN_READY) ## Play a recorded case on the real engine
	@$(BIN)/tandem demo

up: $(RUN_READY) ## Start the embedded stack
	@$(BIN)/tandem up

lint: $(DEV_READY) ## The four gates that need no server: format, lint, types, layers; and stale schemas
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m events.schema check
	$(BIN)/python -m web.document check

test: lint ## Gates and tests, in about a quarter of an hour
	$(BIN)/pytest -m "not check"

check: lint ## All that `test` does, and real input, faults and scale
	$(BIN)/pytest

bench: $(DEV_READY) ## Measure speed and memory beside bare baselines; prints, asserts nothing
	$(BIN)/python -m tests.bench

screenshots: $(DEV_READY) ## Write the pictures of the README, from the demo's data
	$(BIN)/python -m tests.browser.screenshots

schemas: $(DEV_READY) ## Generate the JSON Schemas, AsyncAPI and OpenAPI documents from the models
	$(BIN)/python -m events.schema write
	$(BIN)/python -m web.document write

clean: ## Remove what was set up and the embedded stack's data
	rm -rf .venv .tandem

.PHONY: help setup lock demo up lint test check bench screenshots schemas clean
