# Every target sets up what it needs; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test check fix e2e chaos bench totp lock messages screenshots clean-demo
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
DEMO := var/demo
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
CODE := accounts audit bench config core customers dashboard incidents notifications outbox tests

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed. Name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/app.done: requirements/app.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/app.txt
	@touch $@

.venv/dev.done: requirements/dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@ .venv/app.done

%.mo: %.po | .venv/app.done
	@$(BIN)/python manage.py compile_catalogues

setup: .venv/dev.done $(CATALOGUES) ## create .venv and install the locked packages
	@:

demo: .venv/app.done ## play an invented company into var/demo and start everything
	@DATA_DIR=$(DEMO) $(BIN)/python manage.py seed_demo
	@DATA_DIR=$(DEMO) $(BIN)/python manage.py up --mailbox

clean-demo: ## throw the demo away
	rm -rf $(DEMO)

run: .venv/app.done ## start an empty system in var/; the first start prints a one-time link
	@$(BIN)/python manage.py up

totp: .venv/app.done ## a current one-time code in the demo: make totp EMAIL=…
	@DATA_DIR=$${DATA_DIR:-$(DEMO)} $(BIN)/python manage.py totp $(EMAIL)

test: setup ## the whole suite, on SQLite and, where one can be reached, on PostgreSQL
	@$(BIN)/python -m tests.run

check: setup ## what CI runs: format, lint, types, contracts, migrations, tests, chaos, browser journeys
	$(BIN)/ruff format --check --quiet $(CODE)
	$(BIN)/ruff check --quiet $(CODE)
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	REQUIRE_SERVICES=1 $(BIN)/python -m tests.run
	$(BIN)/pytest -m chaos tests/chaos
	$(BIN)/pytest -m e2e tests/e2e

fix: setup ## format and sort
	$(BIN)/ruff check --fix --quiet $(CODE)
	$(BIN)/ruff format --quiet $(CODE)

e2e: setup ## browser journeys in Chromium
	$(BIN)/pytest -m e2e tests/e2e

chaos: setup ## break parts while work is under way
	$(BIN)/pytest -m chaos tests/chaos

bench: setup ## measurements into bench/results/
	$(BIN)/python -m bench

screenshots: setup ## pictures of the main pages into docs/screenshots/
	$(BIN)/python -m tests.e2e.screenshots

messages: setup ## collect new texts into the catalogues (needs gettext)
	$(BIN)/python manage.py makemessages --locale ru --locale uz --locale uz_Cyrl --extension html,txt,py --no-location --no-wrap --ignore .venv --ignore var

lock: setup ## compile the locks again, with hashes and without addresses
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/app.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group dev -o requirements/dev.txt
