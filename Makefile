# Every target works from a fresh clone: it installs what it needs first.
.PHONY: help setup run demo test check bench lock clean
help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10
setup: ## install Python packages and front-end files, leave .venv/bin/maillage
	@python3 tools/setup.py
PORT ?= 8000
run: setup ## the program in the browser, with the demo territory when nothing is loaded yet
	@.venv/bin/maillage run --demo-if-empty --port $(PORT)
demo: setup ## make the demo territory in MAILLAGE_HOME
	@.venv/bin/maillage demo
test: ## everything that can be checked on this machine, and what could not
	@python3 tools/setup.py --dev
	@.venv/bin/python tools/checks.py test
check: ## what CI runs: format, lint, types, floors, migrations, tests on both databases
	@python3 tools/setup.py --dev
	@.venv/bin/python tools/checks.py all
bench: ## whole-process timings beside the peers, written to docs/benchmarks.md
	@python3 tools/setup.py --dev
	@.venv/bin/python -m bench
lock: ## renew requirements/*.txt (hashes, no host name)
	@python3 tools/setup.py --lock
clean: ## remove what setup made (never MAILLAGE_HOME)
	rm -rf .venv src/maillage/site/static/vendor frontend/node_modules
