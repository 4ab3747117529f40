PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: serve test check fix tables bench bench-cel bench-reload bench-history bench-id-tags crash lock

serve: $(VENV)/installed
	$(BIN)/voltrule serve

test: $(VENV)/installed-dev
	$(BIN)/pytest -n auto

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell README.md CHANGELOG.md docs engine protocol policies tests benchmarks config.yaml
	$(BIN)/voltrule check policies
	$(BIN)/voltrule test policies
	$(BIN)/pytest -n auto

fix: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The tables of the expressions' parser, after a change of its grammar.
tables: $(VENV)/installed-dev
	$(BIN)/python -c "from engine.cel.syntax.lark_tables import save; save()"

# How long a check of 1,000 rules takes, and what a reload of them does to answers.
bench-reload: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.check
	$(BIN)/python -m benchmarks.reload

bench-cel: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.cel
	$(BIN)/python -m benchmarks.decide

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks

# Takes some gigabytes of disk for a while; `--database postgresql` on a server.
bench-history: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.history

bench-id-tags: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.id_tags

# Kills a server under load and looks for what it had answered; the tests do it a few times only.
crash: $(VENV)/installed-dev
	$(BIN)/python -m tests.crash --database sqlite --kills 50
	$(BIN)/python -m tests.crash --database postgresql --kills 50

# Pins every dependency with its hashes; needs `uv` on the path.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
		pyproject.toml --group build -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
		pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@
