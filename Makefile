# hoithi: "make" alone says what there is. Works on a bare Debian or Ubuntu with Python 3.11 or newer.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
STAMPS := .stamps
PO := $(shell find contest -name '*.po' 2>/dev/null)
MO := $(PO:.po=.mo)
ASSETS := $(shell find contest/assets -type f 2>/dev/null)
STATIC := contest/static/manifest.json
# What the pages need; "make setup" installs with it, in one go, what looks at them.
NODE_STAMP ?= $(STAMPS)/node
SAMPLE ?= 1
# Which tests, and how: make test T="tests/scoring -k ties" WORKERS=0
T ?=
WORKERS ?= auto
# The long form: so many minutes of spoiled clips, and mutants of the two modules that count points.
MINUTES ?= 10
QUICK_MUTANTS := scoring.numbers* scoring.interactions*
# What mypy knows of a file holds as long as its text: kept beside the clips (tests/clip_cache.py), so
# that a fresh checkout is not judged anew.
export MYPY_CACHE_DIR ?= $(or $(HOITHI_TEST_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/hoithi-tests)/mypy
# Not one of the tests and not beside them, for it counts seconds (tests/README.md, "Seconds").
LIGHTHOUSE = $(BIN)/python -m pytest -n 0 tests/e2e/audit_lighthouse.py

.PHONY: help
help:  ## show these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
	  printf '  make %-8s %s\n' "$$name" "$$text"; done

.PHONY: run
run: $(STAMPS)/runtime $(STATIC) $(MO)  ## set up and serve the sample contest (SAMPLE=0: an empty one)
	@exec $(BIN)/hoithi up $(if $(filter-out 0,$(SAMPLE)),--sample)

.PHONY: demo
demo: $(STAMPS)/runtime $(STATIC) $(MO)  ## drive a whole contest through all its phases at a simulated clock
	@exec $(BIN)/hoithi demo

.PHONY: setup installed
setup:  ## set up everything for running, testing and developing
	@$(MAKE) --jobs=2 NODE_STAMP=$(STAMPS)/node-dev installed
installed: $(STAMPS)/dev $(STAMPS)/node-dev $(STATIC) $(MO)

.PHONY: test
test: setup  ## set up, check the style and types, run the tests (tests/README.md)
	@$(BIN)/ruff check --quiet .
	@said=$$(mktemp); $(BIN)/mypy --no-error-summary >"$$said" 2>&1 & types=$$!; \
	trap 'kill $$types 2>/dev/null || true; rm -f "$$said"' EXIT; \
	failed=0; $(BIN)/python -m tests.twice -n $(WORKERS) --dist worksteal $(T) || failed=$$?; \
	wait $$types || { failed=$$?; cat "$$said"; }; exit $$failed

.PHONY: test-all
test-all: setup system-long  ## the long form: all seeds, all auditors, both databases, fuzzing, some mutants
	@$(MAKE) lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --long
	$(LIGHTHOUSE)
	$(BIN)/python -m tests.media_checks.fuzz --minutes $(MINUTES)
	$(MAKE) mutants M="$(or $(M),$(QUICK_MUTANTS))"

.PHONY: audit
audit: setup  ## look at every page: axe, pa11y, html-validate, Lighthouse; pictures in build/pages
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --long tests/e2e/test_every_page.py
	$(LIGHTHOUSE)

.PHONY: guide
guide: setup  ## make the guide's pictures anew, from the real screens
	$(BIN)/python -m pytest -n 0 tests/e2e/guide/make_pictures.py
	node scripts/build_assets.mjs

.PHONY: films
films: setup  ## make the guide's short films anew, from the real screens (some minutes)
	$(BIN)/python -m pytest -n 0 tests/e2e/guide/make_films.py
	node scripts/build_assets.mjs

.PHONY: audit-deps
audit-deps: $(STAMPS)/audit  ## which locked packages have a known hole? (needs the network, and says so)
	@python3 scripts/audit_deps.py $(STAMPS)/audit/bin/pip-audit

.PHONY: lint
lint: style  ## ruff and mypy
	$(BIN)/mypy --no-error-summary

.PHONY: style
style: $(STAMPS)/dev
	$(BIN)/ruff check --quiet .

.PHONY: mutants
mutants: $(STAMPS)/dev  ## change scoring/ in thousands of small ways: does a test notice? (M="scoring.jury*")
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; page=contest/assets/js; \
	mkdir -p "$$folder/tests" "$$folder/$$page"; cp -r $$page/verify "$$folder/$$page"; \
	cp -r scoring pyproject.toml "$$folder"; cp -r tests/scoring tests/seeds.py "$$folder/tests"; \
	program="$$PWD/$(BIN)/mutmut"; cd "$$folder"; \
	nice -n 10 "$$program" run --max-children 2 $(M); "$$program" results

.PHONY: lock
lock:  ## write the lock files anew (UPGRADE=1: with the newest versions)
	scripts/lock.sh
	npm $(if $(UPGRADE),update,install) --package-lock-only

.PHONY: image
image:  ## build the production image with buildah (as root; a few minutes)
	scripts/build_image.sh

.PHONY: release
release: $(STATIC) $(MO)  ## pack a release for scripts/install.sh: the committed tree with built assets
	scripts/release.sh

.PHONY: clean
clean:  ## remove what the set-up made; data/ stays
	rm -rf $(STAMPS) .venv node_modules contest/static $(MO)

.PHONY: system-run system-test system-long
system-run system-test system-long: system-%:
	@scripts/system.sh $*
# One after the other: each asks apt-get, which lets nobody in beside it.
system-test: system-run
system-long: system-test

# Order-only: looking for system packages takes a moment and never makes the rest out of date.
$(STAMPS)/runtime: requirements/runtime.lock requirements/build.lock pyproject.toml | system-run
	@mkdir -p $(STAMPS)
	$(BIN)/python -c '' 2>/dev/null || "$$(scripts/system.sh python)" -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps $(addprefix -r ,$(filter %.lock,$^))
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/dev: requirements/dev.lock $(STAMPS)/runtime | system-test
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

$(STAMPS)/audit: requirements/audit.lock | system-run
	@mkdir -p $(STAMPS)
	"$$(scripts/system.sh python)" -m venv --clear $@
	$@/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

$(STAMPS)/node: package-lock.json package.json .npmrc | system-run
	@mkdir -p $(STAMPS)
	npm ci --silent --omit=dev
	@touch $@

$(STAMPS)/node-dev: package-lock.json package.json .npmrc | system-run
	@mkdir -p $(STAMPS)
	npm ci --silent
	@touch $@ $(STAMPS)/node

$(STATIC): $(NODE_STAMP) scripts/build_assets.mjs $(ASSETS)
	node scripts/build_assets.mjs

%.mo: %.po $(STAMPS)/runtime
	$(BIN)/pybabel --quiet compile -i $< -o $@
