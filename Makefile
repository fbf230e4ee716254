# Every verb of the project; `make` alone lists them. Nothing here needs root, except an install by `make system`.
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
UV := .venv/bin/uv
CODE := config orders messaging disputes evidence desk tests
CATALOGS := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
# What WeasyPrint calls to set text; without the last one it is 15 times slower.
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
# Four more than there are cores: some tests wait, for a server or for what they have killed.
PYTEST := $(VENV_PYTHON) -m pytest -n $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 4)") --dist worksteal
FOR_SQLITE := -m "not postgresql and not benchmark"
FOR_POSTGRESQL := -m "postgresql or not (slow or browser or benchmark)" --database-only \
	--ignore=tests/start/test_demo.py --ignore=tests/evidence/readers
ON_POSTGRESQL := $(VENV_PYTHON) -m tests.servers postgresql --
# What failed in the crowd is tried once more with the machine to itself; the first answer stays to be read (ADR 0015).
SAY_ALONE := echo "== What failed, once more, alone =="
ALONE := $(VENV_PYTHON) -m pytest --maxfail=1 --last-failed --last-failed-no-failures=none
# Whoever forbids bytecode pays for it here: each of the many short programs of a run would read its sources anew.
unexport PYTHONDONTWRITEBYTECODE
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header $(UPGRADE)

.PHONY: help setup setup-dev demo test unit faults check lock bench-bundle bench-timers bench-import bench-web bench-check system FORCE
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
		|| grep -h '## ' $(MAKEFILE_LIST)

setup: .venv/.fonts $(CATALOGS) ## prepare .venv/ with the locked dependencies; the second time it is instant

setup-dev: .venv/.dev .venv/.fonts $(CATALOGS) ## the same, with what the tests and checks need

demo: setup ## run all of Prazo on this machine with sample data; PORT=8001 chooses another port
	@$(VENV_PYTHON) manage.py demo --end-with-parent

test: setup-dev ## the whole suite on SQLite, then on a PostgreSQL that it starts itself what another database could answer otherwise
	@echo "== On SQLite =="
	$(PYTEST) $(FOR_SQLITE) || { $(SAY_ALONE); $(ALONE) $(FOR_SQLITE); }
	@echo "== On PostgreSQL =="
	$(ON_POSTGRESQL) $(PYTEST) $(FOR_POSTGRESQL) || { $(SAY_ALONE); $(ON_POSTGRESQL) $(ALONE) $(FOR_POSTGRESQL); }

unit: setup-dev ## the quick suite, without pages and servers, on SQLite: for every save
	$(VENV_PYTHON) -m pytest -q -n auto --dist worksteal --unit --ignore=tests/desk

faults: setup-dev ## pull every plug for SECONDS=1800 in the order of SEED=1, on one host and on two
	FAULT_SECONDS=$(or $(SECONDS),1800) FAULT_SEED=$(or $(SEED),1) $(VENV_PYTHON) -m pytest -s -p no:xdist -o faulthandler_timeout=0 tests/faults

check: setup-dev ## style, types, migrations, Django's own checks, also with production settings
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) -m compileall -q $(CODE)
	$(VENV_PYTHON) manage.py makemigrations --check --dry-run
	$(VENV_PYTHON) manage.py check --fail-level WARNING
	@echo "manage.py check --deploy"
	@SITE_URL=https://prazo.example SECRET_KEY="$$($(VENV_PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))')" \
		$(VENV_PYTHON) manage.py check --deploy --fail-level WARNING

lock: .venv/.uv ## write requirements/*.txt anew from *.in; UPGRADE=--upgrade takes newer releases
	$(COMPILE) requirements/base.in -o requirements/base.txt
	$(COMPILE) requirements/dev.in -o requirements/dev.txt
	@# A lock that says the same keeps its date: a newer one has .venv/ made anew.
	@cp requirements/uv.txt .venv/uv.txt
	echo uv | $(COMPILE) --no-annotate - -o .venv/uv.txt
	@cmp -s .venv/uv.txt requirements/uv.txt || cp .venv/uv.txt requirements/uv.txt
	@! grep -n '://' requirements/*.txt || { echo "requirements/ names a registry: remove it" >&2; exit 1; }

bench-bundle: setup-dev ## how fast evidence bundles are made, against other ways; ARGS="--sizes S --runs 1" for a quick look
	@$(VENV_PYTHON) -m benchmarks.bundle $(ARGS)

bench-timers: setup-dev benchmarks/.venv/.done ## what ten million dates cost, and who fires them how fast; ARGS=--quick shows that it runs
	@$(VENV_PYTHON) -m benchmarks timers $(ARGS)

bench-import: setup-dev benchmarks/.venv/.done ## how fast an order file is taken in; REPLAY_FILE=FILE also replays one
	@$(VENV_PYTHON) -m benchmarks import $(ARGS)

bench-check: setup-dev ## that the benchmarks run, on tiny sizes
	$(VENV_PYTHON) -m pytest -q -p no:xdist -m benchmark tests/benchmarks

bench-web: setup-dev ## how fast the pages are at a million orders, against the stock Django admin; ARGS=--quick shows that it runs
	@$(VENV_PYTHON) -m benchmarks web $(ARGS)

system: ## what the machine itself must have: Pango for evidence bundles; for the tests Chromium, readers of PDF and iproute2
	@needed=""; \
	for name in pango-1.0 pangoft2-1.0 harfbuzz-subset; do \
		$(PYTHON) -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library(sys.argv[1]))' $$name || needed="$(PANGO)"; \
	done; \
	chromium=""; \
	for name in "$$CHROMIUM" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do \
		if command -v "$$name" >/dev/null 2>&1; then chromium="$$name"; fi; \
	done; \
	if [ -z "$$chromium" ]; then needed="$$needed chromium-headless-shell"; fi; \
	command -v pdftotext >/dev/null 2>&1 && command -v pdfsig >/dev/null 2>&1 || needed="$$needed poppler-utils"; \
	command -v qpdf >/dev/null 2>&1 || needed="$$needed qpdf"; \
	command -v ip >/dev/null 2>&1 || [ "$$(uname)" != Linux ] || needed="$$needed iproute2"; \
	if [ -z "$$needed" ]; then echo "Pango, Chromium, poppler, qpdf and iproute2 are here."; exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && . /etc/os-release && [ "$$ID" = debian ]; then \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$needed; \
	else \
		echo "Missing on this machine. Debian: sudo apt-get install $$needed. Elsewhere: install Pango, poppler's and qpdf's programs, and Chromium or Chrome (or set CHROMIUM to its path)." >&2; exit 1; \
	fi

# --- set-up: each stamp is newer than what it was made from -------------------------------------------------------

.venv/.uv: requirements/uv.txt $(if $(shell $(VENV_PYTHON) -V 2>/dev/null),,FORCE)
	@$(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Prazo needs Python 3.11 or newer with venv: sudo apt-get install python3 python3-venv, or name another one: make setup PYTHON=/path/to/python3" >&2; \
		exit 1; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv --clear .venv
	@$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# An environment that has the tests' tools keeps them.
.venv/.base: .venv/.uv requirements/base.txt
	@echo "Installing the locked dependencies, about half a minute ..."
	@$(UV) pip sync --quiet --python $(VENV_PYTHON) --require-hashes \
		requirements/$(if $(wildcard .venv/.dev),dev,base).txt
	@touch $@

.venv/.dev: .venv/.uv requirements/base.txt requirements/dev.txt
	@echo "Installing the locked dependencies, with those of the tests, about a minute ..."
	@$(UV) pip sync --quiet --python $(VENV_PYTHON) --require-hashes requirements/dev.txt
	@touch .venv/.base $@

# The peers of the benchmarks, in an environment of their own: Prazo never sees them.
benchmarks/.venv/.done: benchmarks/requirements.txt | .venv/.uv
	@echo "Installing the peers of the benchmarks ..."
	@$(PYTHON) -m venv --clear benchmarks/.venv
	@$(UV) pip sync --quiet --python benchmarks/.venv/bin/python --require-hashes benchmarks/requirements.txt
	@touch $@

# The weights in which evidence bundles are set, cut out of their variable fonts once: it saves each bundle half its time.
.venv/.fonts: evidence/fonts.py evidence/font_cutting.py | .venv/.base
	@$(VENV_PYTHON) -m evidence.font_cutting
	@touch $@

# By Babel: a new machine has no msgfmt.
%.mo: %.po | .venv/.base
	@$(VENV_PYTHON) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@ \
		--locale $(word 2,$(subst /, ,$<))
