# The commands of the house. `make` alone lists them; everything else is set up on the way.

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
READY := $(VENV)/.ready

MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard services/*/pyproject.toml shared/*/pyproject.toml deploy/local/pyproject.toml))
SOURCES := services shared deploy tests lint

# One lock for every platform from Python 3.11 on, without index addresses or paths of this machine.
# Versions that the existing lock names are kept as long as they fit.
COMPILE_ANY := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	$(foreach member,$(MEMBERS),--no-emit-package groundswell-$(notdir $(member)))
COMPILE := $(COMPILE_ANY) pyproject.toml --group dev
# The part of it that goes into the services' image: what they need to run, and nothing for development.
SHIPPED := deploy/docker/requirements.lock
COMPILE_SHIPPED := $(COMPILE_ANY) --no-annotate $(wildcard services/*/pyproject.toml) --constraint

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run down clean doctor test bench chaos chaos-check fmt lock \
	check check-format check-lint check-types check-house check-lock

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## Run the ship-naming contest to its certified tally [VOTES=2000] [WAIT=0]
	@exec $(BIN)/groundswell demo $(if $(VOTES),--votes $(VOTES)) $(if $(filter 0,$(WAIT)),--no-wait,--wait)

down: $(READY) ## Stop the engines and services of this machine
	@exec $(BIN)/groundswell down

clean: $(READY) ## Stop them and wipe their data
	@exec $(BIN)/groundswell clean

doctor: $(READY) ## Check this machine and name the remedy for each finding
	@exec $(BIN)/groundswell doctor

# Tests wait more than they compute. Each worker has engines of its own and takes whole files, in order.
test: $(READY) ## Run all tests on real engines [ARGS="tests/unit -k ballot"] [WORKERS=2]
	@exec $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

bench: $(READY) ## Measure the vote path on this machine, 30 minutes [ARGS="--only archiving --fresh"]
	@exec $(BIN)/python -m tests.load $(ARGS)

chaos: $(READY) ## Vote while everything dies, then check it all [SEEDS="1 2 3"] [SECONDS=45] [RATE=40]
	@exec $(BIN)/python -m tests.chaos $(if $(SEEDS),--seeds $(SEEDS)) \
		$(if $(SECONDS),--seconds $(SECONDS)) $(if $(RATE),--rate $(RATE))

chaos-check: $(READY) ## Switch each safeguard off; the check of chaos must see it [ONLY="repeat-rule"]
	@exec $(BIN)/python -m tests.chaos.check $(if $(ONLY),--only $(ONLY))

check: check-format check-lint check-types check-house check-lock ## Check format, lint, types, house plan and lock

check-format: $(READY)
	@echo "check: format (ruff format)"
	@$(BIN)/ruff format --quiet --diff . || { echo "The format differs: run 'make fmt'"; exit 1; }

check-lint: $(READY)
	@echo "check: lint (ruff)"
	@$(BIN)/ruff check --quiet .

check-types: $(READY)
	@echo "check: types (mypy, strict)"
	@$(BIN)/mypy --no-error-summary $(SOURCES)

check-house: $(READY)
	@echo "check: house plan (import-linter)"
	@report="$$($(BIN)/lint-imports --no-logo 2>&1)" || { echo "$$report"; exit 1; }

check-lock: $(READY)
	@echo "check: requirements.lock, and the image's part of it, are up to date (uv)"
	@cp requirements.lock $(VENV)/fresh.lock
	@cp $(SHIPPED) $(VENV)/shipped.lock
	@$(COMPILE) --output-file $(VENV)/fresh.lock >/dev/null
	@$(COMPILE_SHIPPED) requirements.lock --output-file $(VENV)/shipped.lock >/dev/null
	@diff requirements.lock $(VENV)/fresh.lock >/dev/null && diff $(SHIPPED) $(VENV)/shipped.lock >/dev/null \
		|| { echo "The locks are not what the pyproject.toml files ask for: run 'make lock'"; exit 1; }

fmt: $(READY) ## Format the code and fix what can be fixed
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

lock: $(UV) ## Write the locks anew from the pyproject.toml files [UPGRADE=1]
	@echo "lock: resolving"
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --output-file requirements.lock >/dev/null
	@$(COMPILE_SHIPPED) requirements.lock --output-file $(SHIPPED) >/dev/null

setup: $(READY) ## Set up .venv (the other commands do it by themselves) [PYTHON=python3.12]

$(READY): requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS)) | $(UV)
	@echo "setup: dependencies as pinned in requirements.lock"
	@$(UV) pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	@echo "setup: Groundswell's own packages, editable"
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation \
		$(addprefix --editable ,$(MEMBERS))
	@touch $@

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "setup: '$(PYTHON)' is not Python 3.11 or newer; name one that is: make PYTHON=python3.12"; exit 1; }
	@echo "setup: virtual environment in $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "setup: uv as pinned in requirements.lock"
	@awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock
