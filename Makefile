# Latent Studio: `make run` and `make test` are all a fresh clone needs. The first of them sets .venv up.
#
#   PYTHON       the Python 3.11+ that .venv is made from                    make run PYTHON=python3.12
#   ARGS         passed on to the program or to pytest                       make test ARGS="tests/core -x"
#   TORCH_INDEX  another package index to take torch from, such as the one   make run TORCH_INDEX=https://…
#                that PyTorch's "Get started" page names for CPU-only builds;
#                read when .venv is set up (`rm -r .venv` to choose again)

PYTHON ?= python3
ARGS ?=
TORCH_INDEX ?=

BIN := .venv/bin
INSTALLED := .venv/installed
BENCHMARKS := $(sort $(wildcard benchmarks/*.py))

# Real data sets beside the checkout are used where there are any and nothing else was said.
ifndef LATENT_STUDIO_DATA
ifneq ($(wildcard ../shared/data/.),)
test bench: export LATENT_STUDIO_DATA := $(abspath ../shared/data)
endif
endif

.DEFAULT_GOAL := help
.PHONY: help run test check bench docs doctor

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 16

run: $(INSTALLED)  ## open the window (without a display: do the main job off-screen and save pictures)
	@$(BIN)/python main.py $(ARGS)

test: $(INSTALLED)  ## run the tests
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(ARGS)

check: $(INSTALLED)  ## ruff, mypy --strict, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy latent_studio main.py tests docs/made.py $(BENCHMARKS)
	$(BIN)/lint-imports

bench: $(INSTALLED)  ## run every benchmark, which takes long; `.venv/bin/python benchmarks/X.py` runs one
	@echo "The benchmarks take long, and want a machine that does nothing else: $(BENCHMARKS)"
	@set -e; for script in $(BENCHMARKS); do echo "== $$script"; $(BIN)/python $$script; done

docs: $(INSTALLED)  ## write the pages and tables that are made from the code
	@$(BIN)/python docs/made.py

# What pip cannot bring: one sentence with the remedy, or as root on Debian and Ubuntu the remedy itself.
doctor:
	@test -x $(BIN)/python || command -v $(PYTHON) >/dev/null || \
		{ echo "There is no $(PYTHON) here: install Python 3.11 or newer, or name one: make run PYTHON=…" >&2; exit 1; }
	@python=$(BIN)/python; test -x $$python || python=$(PYTHON); $$python -I latent_studio/app/doctor.py --install

$(INSTALLED): pyproject.toml constraints.txt | doctor
	@echo "Setting up .venv (several minutes the first time: torch and Qt are large)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt \
		$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable '.[test,check]'
	@touch $@
