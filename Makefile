# Everything from nothing but Python >= 3.11: the first target that needs it makes .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: run test check bench selftest clean

run: $(VENV)/ready  ## judge the embedded mock: make run ARGS='--profile smoke'
	$(BIN)/wxconform run $(ARGS)

test: $(VENV)/ready  ## prove the suite: its own tests, then the kill matrix
	$(BIN)/pytest -n 2 $(ARGS)
	$(BIN)/wxconform selftest

check: $(VENV)/ready  ## lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/ready  ## figures, as ratios to the RSA floor
	$(BIN)/python -m benchmarks

selftest: $(VENV)/ready  ## the kill matrix alone
	$(BIN)/wxconform selftest $(ARGS)

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

clean:
	rm -rf $(VENV) conformance-report build dist
