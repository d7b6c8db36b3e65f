# What can be done here. `make run` and `make test` set up what is missing by themselves, on a bare
# Debian 12 with git, make, python3 and python3-venv.
.DEFAULT_GOAL := help
.PHONY: help run test demo test-unit check fix cover types schema docs bench fuzz campaign load \
	lock setup-server setup-test
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes \
	--only-binary=:all:
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup-server ## serve the platform with a demonstration tender
	$(BIN)/kaibiao serve --demonstration --load

demo: setup-server ## play one whole tender and exit; OCDS=FILE is a release to play, AS_CNY=1
	$(BIN)/kaibiao demo $(if $(OCDS),--ocds "$(OCDS)") $(if $(AS_CNY),--as-cny)

test: setup-test check ## everything: checks, then all tests; REQUIRE_ALL=1 leaves nothing out
	scripts/debian-packages
	$(BIN)/python -m pytest

test-unit: setup-test ## the pure tests only, in seconds
	$(BIN)/python -m pytest -q tests/unit tests/tidy

check: setup-test ## format, lint, types, import contracts, front end
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports
ifneq ($(wildcard web/package.json),)
	$(BIN)/python hatch_build.py npm run check
	$(BIN)/python hatch_build.py npm test
endif

fix: setup-test ## format and mend what can be mended automatically
	$(BIN)/ruff check --quiet --fix-only
	$(BIN)/ruff format --quiet

cover: setup-test ## all tests with branch coverage; the pure modules must be complete
	$(BIN)/python -m pytest --cov --cov-report=
	$(BIN)/coverage report
	$(BIN)/coverage report --fail-under=100 \
		--include="tendering/domain/*,evaluation_rooms/protocol.py,insurance_gateway/guarantee.py"

types: setup-test ## write web/src/generated from the bodies and messages
	$(BIN)/python scripts/generate_types.py

schema: setup-test ## write docs/schema.sql from the migrations
	$(BIN)/python -m scripts.dump_schema

docs: setup-test ## build the documentation into site/
	$(PIP) -r requirements/docs.txt
	$(BIN)/mkdocs build --strict --quiet

bench: setup-test ## run benchmarks/NAME.py with NAME=...; without, list the questions they answer
	$(BIN)/python -m benchmarks $(NAME)

fuzz: setup-test ## property tests and requests to the API, many more and each time others
	HYPOTHESIS_PROFILE=nightly SCHEMATHESIS_EXAMPLES=10000 \
		$(BIN)/python -m pytest --timeout=1200 tests/property tests/contract

campaign: setup-test ## break the running platform again and again, and check what it promised
	$(BIN)/python -m benchmarks campaign

load: setup-test ## many bidders in the last minute, many members in many rooms
	$(BIN)/python -m benchmarks load

lock: setup-test ## resolve the dependencies anew: requirements/*.txt
	$(PIP) -r requirements/uv.txt
	$(UV_COMPILE) pyproject.toml --extra server --group build -o requirements/server.txt
	$(UV_COMPILE) pyproject.toml --extra server --group build --group test \
		-c requirements/server.txt -o requirements/test.txt
	$(UV_COMPILE) --group docs -o requirements/docs.txt
	$(UV_COMPILE) --group tool --no-annotate -o requirements/uv.txt

setup-server:
	@scripts/setup server

setup-test:
	@scripts/setup test
