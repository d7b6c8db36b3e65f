# What can be done here. `make run` and `make test` set up what is missing by themselves, on a bare
# Debian 12 with git, make, python3 and python3-venv.
.DEFAULT_GOAL := help
.PHONY: help run test demo test-unit check fix cover types schema docs bench fuzz campaign load \
	lock hooks check-python check-web setup-server setup-test
BIN := .venv/bin
# A demonstration is more than twenty processes: let Python keep what it has compiled, whatever the
# environment says.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes \
	--only-binary=:all:
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup-server ## serve the platform with a demonstration tender
	$(BIN)/kaibiao serve --demonstration --load

demo: setup-server ## play one whole tender and exit; PROCEDURE=NAME a short one; OCDS=FILE, AS_CNY=1
	$(BIN)/kaibiao demo $(if $(PROCEDURE),--procedure "$(PROCEDURE)") $(if $(OCDS),--ocds "$(OCDS)") $(if $(AS_CNY),--as-cny)

test: setup-test check ## everything: checks, then all tests; REQUIRE_ALL=1 leaves nothing out
	scripts/debian-packages
	$(BIN)/python -m pytest -n auto --dist loadgroup

test-unit: setup-test ## the pure tests only, in seconds
	$(BIN)/python -m pytest -q tests/unit tests/tidy

check: setup-test ## format, lint, types, import contracts, migrations, front end
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-python check-web

check-python:
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	git ls-files -z | xargs -0 $(BIN)/python scripts/check_files.py
	$(BIN)/squawk --config .squawk.toml */storage/migrations/*.sql
	$(BIN)/lint-imports
	$(BIN)/mypy

check-web:
ifneq ($(wildcard web/package.json),)
	$(BIN)/python hatch_build.py npm run check
	$(BIN)/python hatch_build.py npm test
endif

fix: setup-test ## format and mend what can be mended automatically
	$(BIN)/ruff check --quiet --fix-only
	$(BIN)/ruff format --quiet

cover: setup-test ## all tests with branch coverage; the pure modules must be complete
	$(BIN)/python -m pytest -n auto --dist loadgroup --cov --cov-report=
	$(BIN)/coverage report
	$(BIN)/coverage report --fail-under=100 \
		--include="tendering/domain/*,evaluation_rooms/protocol.py,insurance_gateway/guarantee.py,insurance_gateway/matters.py"

types: setup-test ## write web/src/generated from the bodies and messages
	$(BIN)/python scripts/generate_types.py

schema: setup-test ## write docs/schema.sql from the migrations
	$(BIN)/python -m scripts.dump_schema

docs: setup-test ## build the documentation into site/
	$(PIP) -r requirements/docs.txt
	$(BIN)/mkdocs build --strict --quiet

bench: setup-test ## run benchmarks/NAME.py with NAME=...; without, list the questions they answer
	$(BIN)/python -m benchmarks $(NAME)

fuzz: setup-test ## every parser, SECONDS=30 each; property tests; 10,000 requests to the API
	$(PIP) -r requirements/fuzz.txt
	$(BIN)/python -m tests.fuzz.run --seconds $(or $(SECONDS),30)
	HYPOTHESIS_PROFILE=nightly SCHEMATHESIS_EXAMPLES=$(or $(EXAMPLES),10000) \
		$(BIN)/python -m pytest -n auto --timeout=1200 -rP tests/property tests/contract

campaign: setup-test ## break the running platform again and again; play every procedure
	$(BIN)/python -m benchmarks campaign
	PROCEDURES=all $(BIN)/python -m pytest -q tests/journeys/test_procedures.py

load: setup-test ## many bidders in the last minute, many members in many rooms
	$(BIN)/python -m benchmarks load

lock: setup-test ## resolve the dependencies anew: requirements/*.txt
	$(PIP) -r requirements/uv.txt
	$(UV_COMPILE) pyproject.toml --extra server --group build -o requirements/server.txt
	$(UV_COMPILE) pyproject.toml --extra server --group build --group test \
		-c requirements/server.txt -o requirements/test.txt
	$(UV_COMPILE) --group docs -o requirements/docs.txt
	$(UV_COMPILE) --group fuzz -o requirements/fuzz.txt
	$(UV_COMPILE) --group open-data -o requirements/open-data.txt
	$(UV_COMPILE) --group tool --no-annotate -o requirements/uv.txt

hooks: setup-test ## check what is quick to check before each commit
	$(PIP) -r requirements/uv.txt
	$(BIN)/pre-commit install

setup-server:
	@scripts/setup server

setup-test:
	@scripts/setup test
