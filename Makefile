# make help lists what there is.

# The first of these that is new enough makes .venv; afterwards .venv/bin/python does the work.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11

help: ## lists the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

setup: ## makes .venv with the command sparehub, and finds or makes Pulumi
	@for python in $(PYTHON); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && exec "$$python" -m engine.setup; \
	done; \
	echo "set-up: no Python 3.11 or newer on PATH: install one (https://www.python.org/downloads) and try again" >&2; exit 1

demo: setup ## fails the hub over and back, on a local Azure
	@.venv/bin/python -m engine.demo.network

demo-machines: setup ## moves machines and network there, back, and away from a lost region
	@.venv/bin/python -m engine.demo.machines

test: setup ## checks format, style and types, and runs the tests
	@.venv/bin/python -m engine.gate

long: setup ## runs more lives on the real engine, and large regions under mocks
	@.venv/bin/python -m pytest -n auto --dist loadscope -m long

faults: setup ## kills and misleads failovers on a local Azure, for docs/reliability.md
	@SPAREHUB_FAULTS=all .venv/bin/python -m pytest -n auto -m "not clients and not browser" tests/failover/test_crash_points.py \
	  tests/failover/machines/test_dying_with_machines.py tests/cli/trial/test_removal.py \
	  tests/failover/steps/keys/test_authorization_keys.py tests/engine/test_failover*.py

clients: setup ## runs other versions of Microsoft's clients against the local Azure
	@.venv/bin/python -m pytest -m clients tests/simulator/http

browser: setup ## checks the report in Chromium; needs chromium and chromedriver
	@.venv/bin/python -m pytest -m browser tests/report

coverage: setup ## measures the branches of sparehub/topology that its unit tests take
	@.venv/bin/python -m pytest -n auto -q tests/topology tests/components tests/oracle --cov --cov-report=
	@.venv/bin/python -m coverage report --skip-covered --include 'sparehub/topology/*'

storage: setup ## fills the disk at every point of a failover, and makes it read-only
	@SPAREHUB_FAULTS=all .venv/bin/python -m pytest -n auto tests/failover/test_full_disk.py

roles: setup ## records which rights the commands need, and writes the role definitions
	@.venv/bin/python -m engine.roles
	@.venv/bin/python -m engine.roles.page

roles-check: setup ## runs the commands with nothing but their roles
	@.venv/bin/python -m engine.roles --check

mutants: setup ## breaks 40 lines of code, one at a time, and lists those that no test notices
	@.venv/bin/python -m engine.mutants

workflows: setup ## checks the GitHub workflows with zizmor and actionlint; needs Go
	@.venv/bin/zizmor --offline --quiet .github
	@go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.7

dist: setup ## builds the wheel and the sdist into dist/
	@.venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@.venv/bin/python -c 'from setuptools import build_meta; build_meta.build_sdist("dist")' >/dev/null

bench: setup ## measures previews of large regions, for docs/benchmarks.md
	@.venv/bin/python -m benchmarks

lock: ## pins in requirements.lock what requirements.in asks for; needs uv
	uv pip compile --generate-hashes --universal --python-version 3.11 \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  --quiet --output-file requirements.lock requirements.in

clean: ## removes what set-up and runs left in the checkout, and .sparehub with its state
	rm -rf .venv .sparehub build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage* *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup demo demo-machines test long faults clients browser coverage storage mutants roles roles-check workflows dist bench lock clean
