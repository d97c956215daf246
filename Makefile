# The two commands of the README are `make repro` and `make test`; `make help` lists the rest.

PYTHON ?= python3
REV ?= main
BIN := .venv/bin
# The last chosen setup stays until EXTRA names another.
EXTRA ?= $(if $(wildcard $(BIN)/.ready-gpu),gpu,cpu)
READY := $(BIN)/.ready-$(EXTRA)
LOCK := $(if $(filter gpu,$(EXTRA)),requirements-gpu.lock,requirements.lock)
# tools/repair_dvc.py changes these; a changed repair needs them as they were released.
REPAIRED := dvc configobj
UV_VERSION := $(shell sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements.lock)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export UV_PYTHON_DOWNLOADS := never
export PIP_USER := 0
# pip and uv may read where packages come from, and nothing else: they install into .venv only.
ORIGIN := UV_INDEX% UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_CACHE_DIR UV_HTTP_% \
  UV_NATIVE_TLS UV_SYSTEM_CERTS UV_INSECURE_HOST UV_KEYRING_PROVIDER UV_LINK_MODE UV_PYTHON_DOWNLOADS
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON \
  PIP_REQUIRE_VIRTUALENV PIP_CONSTRAINT PIP_NO_DEPS $(filter-out $(ORIGIN),$(filter UV_%,$(.VARIABLES)))
# Empty if .venv belongs to another folder or lost its Python: it is then made again.
HERE := $(shell test -x $(BIN)/python && grep -sqxF -e "$$(pwd)/src" -e "$$(pwd -P)/src" \
  .venv/lib/python3.*/site-packages/*takht.pth && echo yes)

.PHONY: help setup repro report experiments compare plots test test-fast test-nightly bench lint cards deps lock public-corpus scores-corpus

ifneq ($(HERE),yes)
.PHONY: $(READY)
endif

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(READY) ## make .venv with the locked packages (EXTRA=gpu for CUDA)

$(READY): $(LOCK) pyproject.toml tools/repair_dvc.py Makefile
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	  echo "error: $(PYTHON): Python 3.11 to 3.13 is needed; run make $(MAKECMDGOALS) PYTHON=python3.12"; \
	  exit 1; }
	"$$($(PYTHON) -c 'import sys; print(sys._base_executable)')" -m venv $(if $(HERE),,--clear) .venv
	rm -f $(BIN)/.ready-*
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip sync --python $(BIN)/python --quiet --require-hashes --compile-bytecode $(REPAIRED:%=--reinstall-package %) $(LOCK)
	$(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python tools/repair_dvc.py
	touch $@

repro: setup ## build everything that is stale, from audio to metrics
	dvc repro

report: setup ## write reports/index.html, a page of all results with sounds
	dvc repro report/dvc.yaml

# Without what is the same in all of them, and without the hashes of data and code.
experiments: ## the experiments of this commit beside each other: scores and changed parameters
	@dvc exp show --only-changed --drop '.*/'

compare: setup ## what differs from REV=main in the results, with intervals, as Markdown
	takht compare $(REV)

plots: setup ## dvc_plots/index.html: the plots that differ from REV=main, no network needed
	python tools/plots.py '$(REV)'

# A file's tests share what they build, so one worker runs them; the longest files come first.
PYTEST := pytest --numprocesses logical --dist loadfile --no-loadscope-reorder

test: setup ## the whole test suite
	tests/install_programs.sh
	$(PYTEST)

test-fast: setup ## the tests without the slow ones, under three minutes
	$(PYTEST) -m "not slow"

test-nightly: setup ## kill every stage, not one per mechanism
	$(PYTEST) -m nightly

bench: setup ## preprocessing's CPU time, memory and disk beside the original's, in a minute
	python benchmarks/preprocess.py --minutes 1 --recordings 2

lint: setup ## style, types, and no package index address in a lock file
	ruff check
	ruff format --check
	mypy
	! grep -n '://' requirements*.lock

cards: setup ## write docs/model-card.md and docs/data-card.md
	python tools/docs/cards.py

deps: setup ## write the code dependencies of every stage into dvc.yaml, from its imports
	python tools/deps.py

lock: ## resolve the dependencies again
	for extra in cpu gpu; do \
	  $(BIN)/uv pip compile pyproject.toml --quiet --extra $$extra --extra dev --universal \
	    --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header \
	    --output-file $$([ $$extra = cpu ] && echo requirements.lock || echo requirements-gpu.lock); \
	done

public-corpus: setup ## fetch 88 recordings with named composers into data/public (Debian 12)
	python corpora/fetch_public.py data/public

scores-corpus: ## render 87 pieces by ten composers into data/scores (needs fluidsynth)
	$(PYTHON) -m venv .takht/scores-venv
	.takht/scores-venv/bin/pip install --quiet --disable-pip-version-check music21==10.5.1
	PYTHONPATH=src .takht/scores-venv/bin/python corpora/make_scores.py data/scores
