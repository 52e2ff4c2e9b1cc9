# Everything starts here: `make demo` to try it out, `make test` to check it. Needs git, make, Python.

UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
PORT ?= 8000
ONLY ?=
FILE ?=
JSON ?=
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo smoke test lint types test-api test-bot test-browser bench bench-understanding evaluate train clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# uv from PyPI into .tools/ where the machine has none.
.tools/bin/uv:
	@echo "  … Installing uv into .tools/" >&2
	@python3 -m venv .tools 2>/dev/null && .tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv==$(UV_VERSION)' \
	  || { mkdir -p .tools/bin && python3 -m pip install --quiet --disable-pip-version-check --target .tools/lib 'uv==$(UV_VERSION)' && ln -sf ../lib/bin/uv .tools/bin/uv; } \
	  || { echo "Could not install uv. Install it yourself (pip install uv) and run make again."; exit 1; }

setup: $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv) ## Build both Python environments
	@echo "  … Environment of the api (Python 3.13)" >&2
	@$(UV) sync --quiet --frozen
	@echo "  … Environment of the bot (Python 3.10, about 2 GB with TensorFlow)" >&2
	@$(UV) sync --quiet --frozen --directory bot

demo: setup ## Start everything with invented people; Ctrl-C stops it
	@$(UV) run --frozen --no-sync wegwijs demo --port $(PORT)

smoke: setup ## Start everything, ask in five languages, walk to a person and back
	@$(UV) run --frozen --no-sync wegwijs smoke

test: lint types test-api test-bot ## All tests that need Python only

lint: setup
	@$(UV) run --frozen --no-sync ruff check .
	@$(UV) run --frozen --no-sync ruff format --check .
	@$(UV) run --frozen --no-sync wegwijs openapi --check

types: setup
	@$(UV) run --frozen --no-sync mypy
	@cd bot && MYPYPATH=.. .venv/bin/python -m mypy --strict --allow-subclassing-any --no-warn-return-any \
	  --explicit-package-bases --ignore-missing-imports --follow-imports=silent components actions start.py

test-api: setup train
	@$(UV) run --frozen --no-sync pytest $(PYTEST_ARGS)

test-bot: setup train
	@model=$$($(UV) run --frozen --no-sync wegwijs train) && \
	  cd bot && WEGWIJS_MODEL=$$model .venv/bin/python -m pytest ../tests/bot

bench-understanding: setup ## Our pipeline beside Rasa's own and a plain classifier (20 minutes)
	@$(UV) run --frozen --no-sync python -m bench.understanding

train: setup ## Train the model if its data changed
	@$(UV) run --frozen --no-sync wegwijs train >/dev/null

test-browser: setup train ## The pages in Chromium (needs it: apt-get install chromium)
	@$(UV) sync --quiet --frozen --group browser
	@$(UV) run --frozen --no-sync pytest tests/browser

evaluate: setup ## How well messages are understood (FILE=lines.tsv for your own, JSON=1 for a program)
	@$(UV) run --frozen --no-sync wegwijs evaluate $(if $(FILE),--file '$(FILE)') $(if $(JSON),--json)

bench: setup train ## Measure what the design promises into bench/results.json (ONLY=key for one)
	@$(UV) run --frozen --no-sync python -m bench $(if $(ONLY),--only $(ONLY))

clean: ## Remove environments, models and data of the demo
	rm -rf .venv bot/.venv .tools var bot/models bot/.rasa
