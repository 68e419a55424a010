# `make demo` and `make test` work on a fresh Debian or Ubuntu that has git, make and python3.
.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz lint clean
KIND ?= all
SECONDS ?= 60

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: C compilers and QEMU with apt-get, Python packages in .venv
	@./setup

demo: ## Compile the digits example, run it on a simulated Cortex-M4, show what it recognised
	@./setup demo
	@.venv/bin/python examples/digits/demo.py

test: setup ## Run the checks and all tests
	@./check

fuzz: setup ## Compile random models and damaged files for SECONDS=60 (of KIND=all), print what fails and how to see it again
	@PYTHONPATH=. .venv/bin/python -m tests.fuzz $(KIND) --seconds $(SECONDS)

lint: setup ## Run the checks only: ruff and mypy
	@./check lint

clean: ## Remove what setup and tests made in this folder
	rm -rf .venv build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
