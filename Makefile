# Chapar: `make` alone prints what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Each stack of the tests starts a dozen processes: none of them is to compile all sources again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install install-service demo demo-machines run check test test-long test-postgresql chaos chaos-machines simulate bench bench-queue bench-machines bench-upload bench-engine bench-admin bench-chat bench-gate bench-ops bench-film load soak bench-soak capacity tour deb format clean

help: ## print these lines
	@echo "Chapar: a link in, media out. Targets:"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24

install: $(READY) ## make .venv with everything, in the versions of constraints.txt

install-service: $(VENV)/.ready-service ## the same for a service: no tools of development, deno for YouTube

demo: $(READY) ## see the whole product work: no account, no root, under 3 minutes
	$(BIN)/python -m tests.demo

demo-machines: $(READY) ## three machines and one PostgreSQL here; two machines and the database are lost
	$(BIN)/python -m tests.demo.machines

run: $(READY) ## start Chapar in the foreground, with the settings of .env
	$(BIN)/chapar up

check: $(READY) ## ruff, mypy and the house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_house_rules.py

# Three files at a time for each of two cores: those that start stacks wait, and the others calculate.
test: $(READY) ## unit, contract and process tests
	$(BIN)/python -m pytest -n 6 --dist loadfile --no-loadscope-reorder

test-long: $(READY) ## the cases that are too many for `make test`, and what takes long (about 30 minutes)
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m long

test-postgresql: $(READY) ## the store's tests on a PostgreSQL server of their own (2 minutes)
	CHAPAR_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 3 --dist loadfile tests/contract

# SEED: that of a run, to play its troubles again; CHAOS: other options.
chaos: $(READY) ## 1,000 troubles of every kind over 1,200 requests: each arrives once (25 minutes)
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(CHAOS)

chaos-machines: $(READY) ## 200 troubles of three machines and their database over 400 deliveries (10 minutes)
	$(BIN)/python -m tests.chaos_machines

# SEED: where to begin; STEPS: how many, two million when it is not said.
simulate: $(READY) ## interleave eight actors of the store at every statement, by seed: make simulate SEED=7
	$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(STEPS),--steps $(STEPS))

bench: $(READY) ## measure answer time, recycling, memory, idle CPU
	$(BIN)/python -m bench

bench-queue: $(VENV)/.ready-bench ## measure the lease table beside other queues
	$(BIN)/python -m bench.queue

# MACHINES: --brief, which shows in some minutes that all of it runs, or names of parts.
bench-machines: $(VENV)/.ready-bench ## measure the store on PostgreSQL: cycles, other queues, wake-ups, bloat, a move (20 minutes)
	$(BIN)/python -m bench.machines $(MACHINES)

bench-upload: $(VENV)/.ready-fast ## measure uploads beside the library's own, and delivery
	$(BIN)/python -m bench.upload

bench-admin: $(READY) ## measure a broadcast, the panel over a full store, a picture, the sponsor gate
	$(BIN)/python -m bench.admin

bench-film: $(READY) ## measure what a new film costs, beside an earlier commit
	$(BIN)/python -m bench.film

bench-engine: $(READY) ## measure a download's cost: proxy, child, cancel
	$(BIN)/python -m bench.engine

bench-chat: $(READY) ## measure cards, presses, inline mode and the bot's loop
	$(BIN)/python -m bench.chat

bench-gate: $(READY) ## of bench-admin what four sponsors add to a link
	$(BIN)/python -m bench.gate

# OPS: --brief, which shows in three minutes that all of it runs.
bench-ops: $(READY) ## measure backups, power cuts, a restore, a scrape, the idle stack, doctor, top, the units (20 minutes)
	$(BIN)/python -m bench.ops $(OPS)

# SCENARIO: a name of bench/load/scenarios, or a file.
load: $(READY) ## play a scenario of load over the whole product: make load SCENARIO=burst
	$(BIN)/python -m bench.load $(SCENARIO) $(LOAD)

# MINUTES: four hours when it is not said.
soak: $(READY) ## hours at ten times C2 with upkeep under way: nothing may grow
	$(BIN)/python -m bench.load.soak $(if $(MINUTES),--minutes $(MINUTES)) $(LOAD)

bench-soak: $(READY) ## the soak in 20 minutes
	$(BIN)/python -m bench.load.soak --minutes 20 $(LOAD)

# LOAD=--brief is done within half an hour, on a machine that does nothing else.
capacity: $(READY) ## play all scenarios and rates, hours long, and write docs/capacity.md
	$(BIN)/python -m bench.load.capacity $(LOAD)

tour: $(READY) ## walk from nothing to installed, alerted, backed up, destroyed, restored, upgraded
	docs/tour

deb: ## build dist/chapar_VERSION_ARCH.deb, on Debian, with an environment of its own
	packaging/build_deb

format: $(READY) ## let ruff lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what make and the tests made; state and settings stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A recipe cannot make the environment with every Python.
define FIT
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo "Chapar needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
@$(PYTHON) -c 'import ensurepip, venv' \
  || { echo "This Python cannot make environments; on Debian: apt-get install python3-venv"; exit 1; }
endef

# The build tools come first and are pinned too, hence no build isolation.
$(READY): setup.cfg pyproject.toml constraints.txt
	$(FIT)
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --constraint constraints.txt setuptools
	$(BIN)/python -m pip install --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@touch $@

# Root installs it and another user runs it, who must be able to read it and cannot compile it. An
# environment that has the tools of development is made anew; one that serves is changed in place.
$(VENV)/.ready-service: setup.cfg pyproject.toml constraints.txt
	$(FIT)
	test ! -e $(READY) || rm -rf $(VENV)
	umask 022 && $(PYTHON) -m venv $(VENV)
	umask 022 && $(BIN)/python -m pip install --constraint constraints.txt setuptools
	umask 022 && $(BIN)/python -m pip install --constraint constraints.txt --no-build-isolation --editable '.[fast,js]'
	umask 022 && $(BIN)/python -m compileall -q procs daemon
	chmod a+rx .
	chmod -R a+rX daemon procs systemd supervisord.conf .env.example sites.example.toml
	@touch $@

# The other queues come only where they are measured.
$(VENV)/.ready-bench: $(READY)
	$(BIN)/python -m pip install --constraint constraints.txt --no-build-isolation --editable '.[bench]'
	@touch $@

# Uploads are measured with the cipher that an operator who wants speed has.
$(VENV)/.ready-fast: $(READY)
	$(BIN)/python -m pip install --constraint constraints.txt --no-build-isolation --editable '.[fast]'
	@touch $@
