# Everything here needs Go alone; 'make clients' adds programs on Debian.
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEADCODE    := golang.org/x/tools/cmd/deadcode@v0.52.0
GOLANGCI    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
OUT         := siptrust-out
ARGS        :=
TESTFLAGS   :=

.PHONY: run build test test-short lint vet format staticcheck deadcode limits golangci cross bench soak fuzz clients

# The paper's matrix and the rest of the catalogue against the reference client.
run:
	go run ./cmd/siptrust run --out $(OUT) $(ARGS)

build:
	go build -o bin/ ./cmd/siptrust

# Every test. The package that takes longest comes first.
test:
	go test -timeout 20m $(TESTFLAGS) ./suites/... ./...

# What one waits for while writing: every room on real sockets, without real
# clients, foreign verifiers and what only repeats.
test-short:
	go test -short -timeout 10m $(TESTFLAGS) ./suites/... ./...

lint: vet format staticcheck deadcode limits

vet:
	go vet ./...

format:
	@unformatted=$$(go run $(GOFUMPT) -l .) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "not formatted with gofumpt:"; echo "$$unformatted"; exit 1; fi

# With the checks of staticcheck.conf.
staticcheck:
	go run $(STATICCHECK) ./...

# What the command does not reach is dead, even if tests use it. Packages that
# only tests import are not looked at.
deadcode:
	@dead=$$(go run $(DEADCODE) ./cmd/siptrust) || exit 1; \
	if [ -n "$$dead" ]; then echo "only tests use, or nothing uses:"; echo "$$dead"; exit 1; fi

# No file above 450 lines, no function above 70.
limits:
	go run ./internal/limits

# What .golangci.yml asks for. Its first run builds golangci-lint: two minutes.
golangci:
	go run $(GOLANGCI) run ./...

# That the module compiles, tests too, on the systems it was not written on.
cross:
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...

# What forging costs, then the catalogue and the paper's matrix beside a bare loop
# on crypto/tls. The last line is the matrix's cost per case, runner to bare loop.
bench:
	@go test ./pkiforge -run '^$$' -bench 'ForgeMatrix/ecdsa' -benchtime 3s
	@go test ./suites -run '^$$' -bench 'Catalogue' -benchtime 10s
	@go test ./suites -run '^$$' -bench 'Matrix' -benchtime 10s | tee /dev/stderr | \
	awk '/^BenchmarkMatrix/ { for (i = 2; i <= NF; i++) if ($$i == "ratio") r = $$(i-1) } \
	END { if (r == "") exit 1; printf "ratio: %.2f\n", r }'

# The paper's suite 200 times in a row and the catalogue 20 times, beside a busy
# machine: not one result differs.
soak:
	SIPTRUST_SOAK=200 SIPTRUST_SOAK_WHOLE=20 go test ./suites -run '^TestSoak' -count 1 -timeout 60m -v

# Every fuzz target for two minutes.
fuzz:
	@set -e; for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    go test $$package -run '^$$' -fuzz "^$$target\$$" -fuzztime 2m; \
	  done; \
	done

clients:
	@sh .ci/clients
