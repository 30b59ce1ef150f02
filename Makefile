# make run    set up and open the desk (no display: runs the engine in the foreground)
# make test   set up and run the whole suite offscreen, in as many processes as there are cores (one: ARGS="-n 0 ...")
# make check  ruff, mypy, import-linter
# make bench  the benchmarks, as a table
# make soak   long kill and load runs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test check bench soak setup clean

run: setup
	@$(BIN)/tracedesk

test: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile $(ARGS)

check: setup
	$(BIN)/ruff check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench $(ARGS)

soak: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -m soak --timeout 3600 $(ARGS)

setup: $(STAMP)

$(STAMP): pyproject.toml packaging/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh packaging/setup.sh
	@touch $(STAMP)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
