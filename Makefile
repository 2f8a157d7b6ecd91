# Aislewatch. `make demo` shows it at work, `make test` proves it; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

export PKG_CONFIG_PATH := $(CURDIR)/.runtime/openvino:$(PKG_CONFIG_PATH)

# Data for `make eval` lies outside the repository; see docs/accuracy.md.
EVAL_DATA ?= ../shared/data
RELEASE := .build/release/aislewatch
# Where `make scenes` renders to.
SCENES_OUT ?= scenes-out

.PHONY: help setup setup-tests build demo test eval bench bench-models bench-memory soak scenes model export parity samples lint clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install the Debian packages and the pinned OpenVINO runtime
	@scripts/install-packages.sh scripts/packages-build.txt
	@scripts/fetch-runtime.sh

setup-tests: setup
	@scripts/install-packages.sh scripts/packages-test.txt
	@scripts/setup-test-python.sh

build: setup ## Build in release
	@echo "==> Building in release (the first time takes some ten minutes on two cores)"
	@swift build -c release --product aislewatch

demo: build ## Watch every clip in samples/ and compare with its label
	@scripts/demo.sh $(RELEASE)

test: setup-tests ## Run the whole test suite; SUITE=MediaTests runs one target, FILTER=… the tests of that name
	@SUITE="$(SUITE)" FILTER="$(FILTER)" scripts/test.sh

eval: build ## Measure on the data sets in EVAL_DATA
	@scripts/eval.sh $(RELEASE) "$(EVAL_DATA)"

bench: build ## Measure speed and memory, also with 1 to 64 cameras (some five hours)
	@EVAL_DATA="$(EVAL_DATA)" scripts/bench.sh $(RELEASE)

scenes: build ## Render the labelled study (some hours on two cores) and measure it
	@scripts/scenes.sh $(RELEASE) "$(SCENES_OUT)"

bench-models: build ## Compare the network with OpenCV's trackers, GrabCut and u2netp on the data sets
	@scripts/bench-models.sh $(RELEASE) "$(EVAL_DATA)"

bench-memory: build ## Follow an object through 10,000 frames and watch the memory
	@python3 scripts/bench_track_memory.py $(RELEASE) .

soak: setup-tests ## The long proofs: 200 kills, every crash prefix with every loss, 50 ends at work, an hour of odd streams
	@scripts/soak.sh

model: ## Train and export the compact network from nothing (hours)
	@tools/model/make_model.sh

export: ## Export a published network: MODEL=edgetam [CHECKPOINT=edgetam.pt]
	@tools/export/make_export.sh "$(MODEL)" $(if $(CHECKPOINT),--checkpoint "$(CHECKPOINT)")

parity: setup-tests ## Compare with the Python reference of EdgeTAM and SAM 2.1 tiny, frame by frame (an hour; MODELS=edgetam for one)
	@tools/export/parity.sh $(MODELS)

lint: ## Check the formatting
	@swift format lint -r --strict Package.swift Sources Tests

clean: ## Remove what was built (the runtime stays)
	rm -rf .build .build-* demo-out eval-out
