# Wangge: `make run` sets everything up and serves, `make test` proves it. `make help` lists all.
#
# Any setting can be given on the command line: make run PORT=9000 DATA_DIR=/var/lib/wangge
# The environment is .venv. A mark in it says which locked packages it holds, so that the second
# time nothing is asked of anybody. It needs python3 (3.11 to 3.14) with pip, or uv.

VENV := .venv
IN := $(VENV)/bin/python
PYTEST := $(IN) -m pytest
# Further arguments of pytest: make test ARGS="-k stations"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test test-full check bench schema format lock
.SUFFIXES:
.DELETE_ON_ERROR:

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; \
	do printf '%-18s %s\n' "$$name" "$$text"; done

# Python keeps what it compiled, even where it is told not to: or every start compiles it again.
run: $(VENV)/.run ## Set up and serve on 127.0.0.1:8000; Ctrl-C leaves nothing behind
	@PYTHONDONTWRITEBYTECODE= exec $(IN) -m api run

test: $(VENV)/.test ## Set up and run the tests against real servers of their own
	@$(PYTEST) -n auto -m "not slow" $(ARGS)

test-full: $(VENV)/.test ## The same with the long tests
	@$(PYTEST) -n auto $(ARGS)

check: $(VENV)/.test ## Format, lint, types, import contracts; schema, migrations, locks in sync
	@$(IN) -m ruff format --check .
	@$(IN) -m ruff check .
	@$(IN) -m mypy
	@$(IN) -c "from importlinter.cli import lint_imports_command as go; go()" --no-logo
	@$(IN) -m api schema --check
	@$(IN) -m api rights --check
	@$(PYTEST) -q --no-header -k "locks or migrations" tests/test_make.py tests/test_db.py

bench: $(VENV)/.test ## Measure against peers in one run: a table and JSON
	@$(IN) -m api bench

schema: $(VENV)/.run ## Write schema.graphql and docs/rights.md anew
	@$(IN) -m api schema
	@$(IN) -m api rights

format: $(VENV)/.test ## Format the code and mend what can be mended by itself
	@$(IN) -m ruff format .
	@$(IN) -m ruff check --fix .

# Versions, hashes, and no address of any index.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header $(LOCK_ARGS)
LOCK_ARGS ?=

lock: $(VENV)/.uv ## Pin the newest allowed versions: make lock LOCK_ARGS=--upgrade
	@uv=$$($(FIND_UV)); test -n "$$uv" || { echo "make lock needs uv." >&2; exit 1; }; \
	$(MAKE) --no-print-directory UV="$$uv" \
		requirements.lock.new requirements-test.lock.new requirements-uv.lock.new
	@for lock in requirements requirements-test requirements-uv; \
	do mv $$lock.lock.new $$lock.lock; done
	@touch $(VENV)/.uv

# What is pinned already stays, unless it must change or --upgrade is given.
.PHONY: requirements.lock.new requirements-test.lock.new requirements-uv.lock.new
requirements.lock.new:
	@cp requirements.lock $@; $(COMPILE) pyproject.toml --output-file $@ >/dev/null
requirements-test.lock.new: requirements.lock.new
	@cp requirements-test.lock $@
	@$(COMPILE) pyproject.toml --group test --constraint requirements.lock.new \
		--output-file $@ >/dev/null
requirements-uv.lock.new:
	@touch requirements-uv.lock; cp requirements-uv.lock $@
	@$(COMPILE) --group uv --output-file $@ >/dev/null

# ---- the environment ----

# Prints a Python that will do: python3 itself, or else the newest one beside it.
FIND_PYTHON = for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	path=$$(command -v $$name) || continue; \
	if "$$path" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
		>/dev/null 2>&1; then echo "$$path"; break; fi; done
# Prints a uv that works: the machine's, or the one in the environment; else nothing.
FIND_UV = for path in "$$(command -v uv)" $(VENV)/bin/uv; do \
	if "$$path" --version >/dev/null 2>&1; then echo "$$path"; break; fi; done
# pip of the environment if it has one, else the machine's, told where to install.
PIP = if $(IN) -c 'import pip' 2>/dev/null; then pip="$(IN) -m pip"; \
	else pip="$$($(FIND_PYTHON)) -m pip --python $(IN)"; fi; $$pip --disable-pip-version-check
# Installs the locked packages of a file, by uv or without it; what is there already stays.
INSTALL = uv=$$($(FIND_UV)); echo "Installing the packages of $(1)" >&2; \
	if test -n "$$uv" && "$$uv" pip install --python $(IN) --no-deps --require-hashes -r $(1); \
	then :; else $(PIP) install --progress-bar on --no-deps --require-hashes -r $(1); fi

$(IN):
	@python=$$($(FIND_PYTHON)); test -n "$$python" || { \
		echo "Wangge needs Python 3.11, 3.12, 3.13 or 3.14; python3 here is" \
			"$$(python3 --version 2>&1 || echo missing). Install one of them, and run again." >&2; \
		exit 1; }; \
	echo "Making $(VENV) with $$("$$python" --version)" >&2; \
	rm -rf $(VENV); "$$python" -m venv --without-pip $(VENV)

# uv is some ten times faster than pip, and worth its one download; without it pip does as well.
$(VENV)/.uv: requirements-uv.lock $(IN)
	@uv=$$($(FIND_UV)); test -n "$$uv" || { echo "Fetching uv" >&2; \
		$(PIP) install --quiet --no-deps --require-hashes -r requirements-uv.lock \
		|| echo "uv can't be had; pip will do." >&2; }
	@touch $@

$(VENV)/.run: requirements.lock $(VENV)/.uv
	@$(call INSTALL,requirements.lock)
	@touch $@

# The packages for tests hold those for running, at the same versions.
$(VENV)/.test: requirements-test.lock requirements.lock $(VENV)/.uv
	@$(call INSTALL,requirements-test.lock)
	@touch $(VENV)/.uv $(VENV)/.run $@
