# The two commands of the README are `make repro` and `make test`; `make help` lists the rest.

PYTHON ?= python3
REV ?= main
BIN := .venv/bin
# What was set up stays until another is asked for.
EXTRA ?= $(if $(wildcard $(BIN)/.ready-gpu),gpu,cpu)
READY := $(BIN)/.ready-$(EXTRA)
LOCK := $(if $(filter gpu,$(EXTRA)),requirements-gpu.lock,requirements.lock)
UV_VERSION := $(shell sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements.lock)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export UV_PYTHON_DOWNLOADS := never
export TF_CPP_MIN_LOG_LEVEL ?= 2

.PHONY: help setup repro report test test-fast test-nightly compare bench lint cards deps lock public-corpus scores-corpus

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(READY) ## make .venv with the locked packages (EXTRA=gpu for CUDA)

$(READY): $(LOCK) pyproject.toml
	$(PYTHON) -m venv .venv
	rm -f $(BIN)/.ready-*
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode $(LOCK)
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

repro: setup ## build everything that is stale, from audio to metrics
	dvc repro

report: setup ## write reports/index.html, a page of all results with sounds
	dvc repro report/dvc.yaml

# A file's tests share what they build, so one worker runs them; the longest files come first.
PYTEST := pytest --numprocesses logical --dist loadfile --no-loadscope-reorder

test: setup ## the whole test suite
	$(PYTEST)

test-fast: setup ## the tests without the slow ones, under three minutes
	$(PYTEST) -m "not slow"

test-nightly: setup ## kill every stage, not one per mechanism
	$(PYTEST) -m nightly

compare: setup ## what differs from REV=main in the results, with intervals, as Markdown
	takht compare $(REV)

bench: setup ## preprocessing's CPU time, memory and disk beside the original's, in a minute
	python benchmarks/preprocess.py --minutes 1 --recordings 2

lint: setup ## style, types, and no address of a package index in a lock
	ruff check
	ruff format --check
	mypy
	! grep -n '://' requirements*.lock

cards: setup ## write docs/model-card.md and docs/data-card.md
	python tools/docs/cards.py

deps: setup ## write every stage's code dependencies into dvc.yaml, as its imports have them
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
