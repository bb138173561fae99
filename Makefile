# Two commands for a stranger: `make demo` scores the examples, `make test` passes the tests.
PYTHON ?= python3
BIN := .venv/bin
# What an installation is built from.
BUILT := pyproject.toml hatch_build.py $(wildcard detector/native/*.[ch])

.PHONY: demo test lint train clean

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/demo: .venv/bin/python $(BUILT)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/test: .venv/bin/python $(BUILT)
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ .venv/demo

demo: .venv/demo
	$(BIN)/detector score examples || test $$? -eq 1

test: .venv/test lint
	$(BIN)/python -m pytest

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: .venv/test
	$(BIN)/detector train

clean:
	rm -rf .venv build dist detector/native/kernel.so .mypy_cache .ruff_cache .pytest_cache
