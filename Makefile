# lilliput: set-up, tests and runs. `make` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-newer lint format hooks benchmark docs reports reproduce screenshots lock licences sbom reliability clean

# The first interpreter found that is new enough; name another with `make test PYTHON=python3.13`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
LOCK = $(BIN)/uv pip compile pyproject.toml - --universal --python-version 3.11.0 --constraint constraints.txt \
	--generate-hashes --no-annotate --no-header --quiet

# A second interpreter for the newer Mesa, which Python 3.11 cannot install.
NEWER ?= $(shell for p in python3.13 python3.12 $(HOME)/.pyenv/versions/3.13*/bin/python3 $(HOME)/.pyenv/versions/3.12*/bin/python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $$p && break; done)
NEWER_VENV := .venv-newer
NEWER_DEV := $(NEWER_VENV)/.installed-dev

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUN) ## simulate history 1,000 times: tables in results/historical
	$(BIN)/lilliput demo

test: $(DEV) ## run the quick tests
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile

test-all: $(DEV) ## run all tests: browsers, killed processes and clusters too
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-newer: ## run the tests that touch Mesa on a newer Python and Mesa
	@test -n "$(NEWER)" || echo "no Python newer than 3.11 was found: the newer Mesa is not tested here"
	@test -z "$(NEWER)" || $(MAKE) --no-print-directory $(NEWER_DEV)
	@test -z "$(NEWER)" || $(NEWER_VENV)/bin/python -m pytest -p no:cacheprovider tests/simulation/test_model.py tests/simulation/test_mesa.py tests/simulation/test_contracts.py

lint: $(DEV) ## check style, types, imports, what is declared, CITATION.cff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.citation-file-format CITATION.cff

format: $(DEV) ## put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

hooks: $(DEV) ## check every commit before it is made (pre-commit)
	$(BIN)/pre-commit install

benchmark: $(RUN) ## measure the speed of the ensemble and of the Mesa model
	$(BIN)/lilliput benchmark

reports: $(RUN) ## render the published reports into docs/calibration
	$(BIN)/python -c "from calibration.reports.markdown import render_published; render_published()"

docs: $(DEV) ## build the documentation: build/docs/index.html
	rm -rf build/docs
	$(BIN)/sphinx-build --quiet --builder html --fail-on-warning --keep-going --fresh-env --conf-dir docs . build/docs
	@echo "Open build/docs/index.html"

reproduce: $(DEV) ## make reports and pictures anew; long ones: NAMES="ranks ..."
	$(BIN)/python -m docs.reproduce $(NAMES)

screenshots: $(DEV) ## take the pictures of the page (needs Chromium)
	$(BIN)/python docs/screenshots.py

lock: $(DEV) ## find versions and hashes anew, within constraints.txt
	echo 'setuptools>=77' | $(LOCK) --extra fast --extra page --output-file requirements/run.txt >/dev/null
	echo 'setuptools>=77' | $(LOCK) --all-extras --output-file requirements/dev.txt >/dev/null

licences: $(DEV) ## list the licence of every package that is installed
	$(BIN)/pip-licenses --order=license --with-urls --format=markdown

sbom: $(DEV) ## list what is installed as CycloneDX: build/lilliput.cdx.json
	mkdir -p build
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file build/lilliput.cdx.json $(BIN)/python

reliability: $(DEV) ## attack batches, fits, disks and readers, for an hour or two
	$(BIN)/python -m tests.reliability $(NAMES)

clean: ## remove the environment, results and caches
	rm -rf $(VENV) $(NEWER_VENV) results build dist *.egg-info .coverage htmlcov .hypothesis
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find simulation scenarios calibration tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps below are younger than what they were made from, so nothing is installed twice. Sources are used in place.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "lilliput needs Python 3.11 or newer with venv; none was found" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN): pyproject.toml requirements/run.txt | $(BIN)/python
	@echo "Installing into $(VENV): a minute or two, nothing is shown meanwhile"
	$(PIP) install --quiet --require-hashes --no-deps --requirement requirements/run.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): pyproject.toml requirements/dev.txt | $(BIN)/python
	@echo "Installing into $(VENV): some minutes, nothing is shown meanwhile"
	$(PIP) install --quiet --require-hashes --no-deps --requirement requirements/dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(RUN)

$(NEWER_DEV): pyproject.toml requirements/dev.txt
	$(NEWER) -m venv $(NEWER_VENV)
	$(NEWER_VENV)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --requirement requirements/dev.txt
	$(NEWER_VENV)/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
