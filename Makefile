# Galvani. Two commands do everything on a fresh machine with Go, a C compiler,
# make and git: `make clusternet` and `make test`. `make help` lists the rest.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
CONCURRENT  := ./env/... ./network/... ./trajectory/... ./neuron/... ./synapse/... ./monitor/... ./internal/sim/...
ARGS        ?=

# Homebrew on Apple silicon keeps its libraries where no compiler looks by itself.
ifneq ($(wildcard /opt/homebrew/include/hdf5.h),)
export CGO_CFLAGS  += -I/opt/homebrew/include
export CGO_LDFLAGS += -L/opt/homebrew/lib
endif

.PHONY: clusternet
clusternet: hdf5 ## sweep R_ee of the clustered network: results and pictures in results/clusternet
	$(GO) run ./examples/clusternet $(ARGS)

.PHONY: test
test: hdf5 ## run all tests
	$(GO) test ./...

.PHONY: race
race: hdf5 ## run the tests of the concurrent packages under the race detector
	$(GO) test -race -short $(CONCURRENT)

.PHONY: bench
bench: hdf5 ## measure kernels, networks and sweeps (ARGS='-case NAME', '-json')
	$(GO) run ./bench $(ARGS)

.PHONY: lint
lint: hdf5 ## check formatting, go vet (with and without cgo, amd64 and arm64), staticcheck
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofmt would change:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	CGO_ENABLED=0 $(GO) vet ./...
	CGO_ENABLED=0 GOARCH=arm64 $(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

.PHONY: generate
generate: ## write the generated assembly anew
	$(GO) generate ./...

.PHONY: generated
generated: generate ## fail if the generated code in the repository is not current
	git diff --exit-code -- '*_amd64.s' '*_amd64.go'

.PHONY: check
check: lint generated test purego race ## everything that continuous integration checks

.PHONY: purego
purego: ## run the tests of the kernels and of what is computed with them without assembly
	$(GO) test -tags purego ./internal/kernel/... ./internal/rng/... ./internal/sim/... ./equation/... ./neuron/... ./synapse/... ./monitor/... ./network/...

.PHONY: hdf5
hdf5: # libhdf5 is all that is not Go: installed if missing
	@.ci/libhdf5

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14
