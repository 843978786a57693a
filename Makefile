# Everything that a run writes is under var/, bin/ or the temp directory.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PROGRAMS := storefront audit-engine mailer stripe-sandbox demo-target
MODULES  := pkg $(addprefix services/,$(PROGRAMS)) deploy/e2e
VERSION  ?= $(shell git describe --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X doorstep.example/pkg/service.Version=$(VERSION)
COMPOSE  := docker compose
# Pure Go: static binaries, and no C compiler needed to build. Tests want the race
# detector, which needs one; without it they run all the same.
NO_CGO   := CGO_ENABLED=0
RACE     := $(shell command -v $${CC:-cc} >/dev/null 2>&1 && echo -race)

.PHONY: help demo test check build lint tidy bench mutants up down readme clean

help: ## show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

build: ## build the programs into bin/
	@mkdir -p bin
	@for p in $(PROGRAMS); do $(NO_CGO) go build -C services/$$p -trimpath -ldflags '$(LDFLAGS)' -o ../../bin/$$p . ; done

demo: build ## play a sale on loopback; TARGET=https://… audits a real site, ONCE=1 ends after it
	@$(NO_CGO) go build -C deploy/e2e -o ../../bin/demo ./demo
	@exec bin/demo

test: ## run all tests
	@mkdir -p var
	@{ failed=0; go test $(RACE) -json -timeout 15m $$(go list work | grep -v /deploy/e2e) || failed=1; \
	   go test $(RACE) -json -timeout 15m -p 1 ./deploy/e2e/... || failed=1; exit $$failed; } | go run ./deploy/e2e/testreport

check: tidy lint build test ## what CI runs

lint: ## vet, golangci-lint, formatting
	@go vet work
	@golangci-lint run $$(go list -f '{{.Dir}}/...' -m)
	@golangci-lint fmt --diff

tidy: ## go.mod and go.sum hold what is imported, and each service builds on its own
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy -diff); done

bench: build ## print measured figures, each beside a baseline of the same run
	@go run ./deploy/e2e/bench

mutants: ## plant known bugs in a copy; the fault suite must catch each
	@deploy/e2e/mutants/run.sh

readme: build ## write the configuration tables into README.md
	@go run ./deploy/e2e/readme

up: ## start the three services with Docker
	$(COMPOSE) up --build --detach

down: ## stop them; volumes stay
	$(COMPOSE) down

clean: ## remove what was built and written
	rm -rf bin var
