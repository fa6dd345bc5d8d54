# `make demo` and `make test` set up what they need, from the lock file, and can be run again at any time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
STORIES := tests/test_golden*.py tests/test_vectors.py tests/compiler/test_*propert*.py tests/compiler/test_recompile.py tests/compiler/test_fuzz.py

.PHONY: chaos check clean coverage demo golden lock setup test wheel

chaos: setup  ## the long chaos tests
	$(BIN)/pytest tests/test_chaos.py tests/kafka/test_kafka_chaos.py --chaos long -s

check: setup  ## what CI checks before the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:  ## removes what make made
	rm -rf $(VENV) build dist *.egg-info

coverage: setup  ## how much of the compiler golden stories and property tests alone run: 95 % at least
	$(BIN)/pytest -n auto --cov=compiler $(STORIES)

demo: setup  ## the main job, on real change events, in a sandbox
	$(BIN)/streamplan demo

golden: setup  ## rewrites the golden files; review the diff
	$(BIN)/pytest tests/test_golden*.py --update-golden

lock:  ## renews requirements.txt from pyproject.toml, for every Python from 3.11.0 on
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check uv
	build/lock/bin/uv pip compile --quiet --universal --python-version 3.11.0 --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links --extra compiler --extra kafka --extra s3 --extra sandbox --extra dev -o requirements.txt pyproject.toml

setup: $(READY)

test: setup  ## all tests
	$(BIN)/pytest -n auto

wheel: setup  ## builds the wheel and starts the command from an environment that holds nothing else
	.ci/wheel $(PYTHON)

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
