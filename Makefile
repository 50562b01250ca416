# Everything a person or a machine needs: `make demo`, `make test`, `make build`, `make install PREFIX=…`.

SWIFT ?= swift
PREFIX ?= /usr/local
DIST ?= dist
BUILD := .build/release
JOBS ?= $(shell nproc)
# The check finds imports of what no dependency reaches; scripts/rooms.py those of what others depend on.
CHECKS := --explicit-target-dependency-import-check error
# One build for the release and for the tests, which see what is internal.
SWIFT_FLAGS := -c release -Xswiftc -enable-testing $(CHECKS) -j $(JOBS)
# Tests that compare with packages of Python find them there.
TEST_PYTHON = UNETC_TENSORBOARD_PYTHON="$${UNETC_TENSORBOARD_PYTHON:-$$(scripts/setup-python.sh)}" \
	UNETC_ONNX_PYTHON="$${UNETC_ONNX_PYTHON:-$$(scripts/setup-python.sh)}"
# The demo's net and training: about a minute on two cores.
DEMO_WIDTH ?= 12
DEMO_SIZE ?= 64
DEMO_EPOCHS ?= 20
DEMO_BATCH ?= 8
DEMO_LR ?= 1e-3
DEMO_INIT ?= he
FUZZ_INPUTS ?= 100000
FUZZ_SEED ?= 1
FUZZ_SECONDS ?= 10

.PHONY: all setup setup-browser setup-cross build check test test-long test-sanitize test-valgrind fuzz bench numerics zoo format lint demo install dist dist-check clean setup-mpi

all: build

# Debian packages that are missing; nothing when all are there.
setup:
	@scripts/setup.sh

# Chromium, for the tests of pages; they are skipped where it cannot be installed.
setup-browser:
	@scripts/setup-browser.sh

# A compiler and an emulator of aarch64, for the tests of bundles; they are skipped where these cannot be installed.
setup-cross:
	@scripts/setup-cross.sh

# Open MPI and the small library through which trainers use it, for several machines and the tests of that.
setup-mpi:
	@scripts/setup-mpi.sh Sources/RanksABI/unetc_mpi.c Sources/RanksABI/include

build: setup
	@scripts/drop-stale-archive.sh $(BUILD)
	$(SWIFT) build $(SWIFT_FLAGS) --product unetc
	$(SWIFT) build $(SWIFT_FLAGS) --product UnetcTrainer
	@SWIFT=$(SWIFT) scripts/link-trainer.sh $(BUILD)
	@SWIFT=$(SWIFT) scripts/link-unetc.sh $(BUILD)

# While working: what has changed since the last commit (or BASE=main) is built, formatted and tested.
check:
	@SWIFT=$(SWIFT) JOBS=$(JOBS) scripts/check.sh

test: setup lint setup-browser setup-cross
	@$(MAKE) -s setup-mpi || echo "Open MPI is not there: the tests of several processes are skipped"
	@scripts/drop-stale-archive.sh $(BUILD)
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests
	@SWIFT=$(SWIFT) scripts/link-trainer.sh $(BUILD)
	@SWIFT=$(SWIFT) scripts/link-unetc.sh $(BUILD)
	UNETC_TRAINER=$(abspath $(BUILD))/unetc-trainer.o $(TEST_PYTHON) $(SWIFT) test $(SWIFT_FLAGS) --skip-build

# The slow ones as well: random graphs by the hundred, kill and resume, accuracy on real pictures.
test-long: build setup-browser setup-cross
	@$(MAKE) -s setup-mpi || echo "Open MPI is not there: the tests of several processes are skipped"
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests
	@SWIFT=$(SWIFT) scripts/link-unetc.sh $(BUILD)
	UNETC_LONG_TESTS=1 UNETC_TRAINER=$(abspath $(BUILD))/unetc-trainer.o $(TEST_PYTHON) $(SWIFT) test $(SWIFT_FLAGS) --skip-build

# The emitted kernels under the address and undefined-behaviour sanitizers, the thread pool under the thread sanitizer, the
# trainer's commands as well.
test-sanitize: build
	SWIFT=$(SWIFT) scripts/test-sanitize.sh $(BUILD)/unetc

# The trainer's commands under valgrind.
test-valgrind: build
	scripts/test-valgrind.sh $(BUILD)/unetc

# Broken inputs for what reads files of unknown origin: crashes, hangs and broken promises are written to findings/.
fuzz:
	$(SWIFT) build $(SWIFT_FLAGS) --product unetc-fuzz
	$(BUILD)/unetc-fuzz language --inputs $(FUZZ_INPUTS) --seed $(FUZZ_SEED)
	$(BUILD)/unetc-fuzz tensors --inputs $(FUZZ_INPUTS) --seed $(FUZZ_SEED)
	$(BUILD)/unetc-fuzz onnx --inputs $(FUZZ_INPUTS) --seed $(FUZZ_SEED)
	$(BUILD)/unetc-fuzz dump --inputs $(FUZZ_INPUTS) --seed $(FUZZ_SEED)
	$(BUILD)/unetc-fuzz pictures --inputs $(FUZZ_INPUTS) --seed $(FUZZ_SEED) --time-limit $(FUZZ_SECONDS)

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

# Formatting, what Package.swift says of imports, circles among the folders of a target, the drawing of the rooms.
lint:
	@scripts/rooms.py --test
	@SWIFT=$(SWIFT) scripts/rooms.py
	@SWIFT=$(SWIFT) scripts/draw-rooms.py --check
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

# unetc beside PyTorch, ONNX Runtime and OpenVINO: writes docs/BENCHMARKS.md. PEERS_PYTHON names a Python that has them.
bench: build
	scripts/bench.sh

# Errors of the convolutions against sums in Double: writes docs/NUMERICS.md.
numerics: build
	python3 scripts/numerics.py

# Sizes, times and short trainings of the files in graphs/: writes docs/ZOO.md. ZOO_FLAGS="--minutes 10" and the like.
zoo: build
	python3 scripts/zoo.py $(ZOO_FLAGS)

# From nothing to a trained net on pictures that the trainer draws itself.
demo: build
	$(BUILD)/unetc compile graphs/unet.graph -D width=$(DEMO_WIDTH) -D size=$(DEMO_SIZE) --output generated/demo --overwrite
	rm -rf runs/demo
	generated/demo/trainer train --epochs $(DEMO_EPOCHS) --batch $(DEMO_BATCH) --lr $(DEMO_LR) --init $(DEMO_INIT) \
		--out runs/demo
	@generated/demo/trainer evaluate --run runs/demo
	@echo "The curves are in runs/demo/curves.png, pictures with truth and prediction in runs/demo/samples.png."
	@echo "A page on which the net looks at pictures, for any browser:"
	@echo "  $(BUILD)/unetc bundle graphs/unet.graph -D width=$(DEMO_WIDTH) -D size=$(DEMO_SIZE) --weights runs/demo/best.safetensors --output bundles/demo --web"

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/unetc $(DESTDIR)$(PREFIX)/share/unetc/graphs
	install -m 755 $(BUILD)/unetc $(DESTDIR)$(PREFIX)/bin/unetc
	install -m 644 $(BUILD)/unetc-trainer.o $(DESTDIR)$(PREFIX)/lib/unetc/unetc-trainer.o
	install -m 644 $(BUILD)/unetc-build.txt $(DESTDIR)$(PREFIX)/lib/unetc/unetc-build.txt
	install -m 644 graphs/*.graph $(DESTDIR)$(PREFIX)/share/unetc/graphs

# For machines without Swift: DIST/unetc-VERSION-linux-MACHINE.tar.gz.
dist: build
	@scripts/dist.sh $(BUILD) $(DIST)

# What dist has packed, on bare systems: folders in DIST_ROOTS, or one that debootstrap makes.
dist-check: dist
	scripts/dist-check.sh $$(ls -t $(DIST)/unetc-*.tar.gz | head -n 1) $(DIST_ROOTS)

clean:
	rm -rf .build generated/demo runs/demo
