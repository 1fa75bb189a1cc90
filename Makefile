.PHONY: help setup run studies-quick build release test asan ubsan format format-check check golden bench \
  bench-kernel bench-trials bench-orchestration clean

help: ## Print this list.
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{printf "  make %-20s %s\n", $$1, $$2}'

setup: ## Install the system packages that are missing (apt).
	@scripts/install-packages.sh

run: setup ## Build, train the main sweep on this machine's cores, draw its diagram, check its claims.
	@scripts/run.sh

studies-quick: setup ## Show every study's phenomenon with few seeds, in about 20 minutes on 2 cores.
	@scripts/studies-quick.sh

build: setup ## Build the release programs into .build/release.
	@scripts/build-release.sh

release: build ## The same as build.

test: setup ## Build and run all tests.
	@scripts/install-packages.sh tests
	@scripts/test.sh

asan: setup ## Run the tests of kernel and protocol under the address sanitizer.
	@scripts/sanitize.sh address

ubsan: setup ## Run the tests of kernel and protocol under the undefined-behaviour sanitizer.
	@scripts/sanitize.sh undefined

format: ## Format all sources.
	swift format --in-place --recursive Package.swift Sources Tests

format-check: ## Check format and style rules.
	swift format lint --strict --recursive Package.swift Sources Tests

check: format-check test ## Everything that a change must pass.

golden: setup ## Rewrite the golden files; look at git diff afterwards.
	@UPDATE_GOLDEN=1 scripts/test.sh || true

bench: bench-kernel bench-trials bench-orchestration ## Run all benchmarks.

bench-kernel: setup ## Measure the kernel's training steps beside PyTorch and JAX on one core.
	@scripts/bench-kernel.sh

bench-trials: setup ## Measure what a trial costs besides its steps.
	@scripts/bench-trials.sh

bench-orchestration: setup ## Measure planning, resuming and dispatching, here and over SSH.
	@scripts/install-packages.sh tests
	@scripts/bench-orchestration.sh

clean: ## Remove everything that was built or computed here.
	rm -rf .build .build-* results
