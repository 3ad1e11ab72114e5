# make setup   install everything, system packages included
# make demo    draw three issues of an invented magazine and run the nightly job on them
# make test    every test but the long walks; make quick: the unmarked ones
# make faults  every test that docs/reliability.md names, the long walks through fault points too
# make pythons the fast tests that need no torch, on every Python this machine has
# make cases   deliveries as people have them, from ../shared/cases, through the product
# make check   formatting, lint, types: what .pre-commit-config.yaml names
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
COVERAGE := 94
export OMP_THREAD_LIMIT = 1
export NUMBA_THREADING_LAYER = workqueue
export PIP_DISABLE_PIP_VERSION_CHECK = 1

APT := tesseract-ocr tesseract-ocr-eng tesseract-ocr-deu tesseract-ocr-fra \
       tesseract-ocr-frk tesseract-ocr-script-frak fonts-oldstandard fonts-ebgaramond \
       fonts-ebgaramond-extra fonts-blankenburg fonts-gotico-antiqua \
       fonts-goudybookletter fonts-junicode fonts-linuxlibertine fonts-gfs-didot \
       fonts-fanwood fonts-century-catalogue wogerman wamerican wfrench
APT_TEST := postgresql chromium chromium-driver

.PHONY: setup system system-test demo test faults pythons quick check cases bench docs lock clean snapshots

setup: system $(STAMP)

system:
	@sh .ci/system-packages $(APT)

system-test:
	@sh .ci/system-packages $(APT) $(APT_TEST)

$(STAMP): requirements.lock setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@echo "compiling the kernels of the matting, once: one to three minutes"
	$(BIN)/python -m tasks.executors.kernels
	touch $@

demo: setup
	$(BIN)/bilderbogen demo --to demo

test: system-test $(STAMP)
	$(BIN)/python -m pytest -n 2 -m "not faults" --cov --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE)

faults: system-test $(STAMP)
	$(BIN)/python -m pytest -n 2 $$(sed -n 's/^| .* | `\(.*\)` |$$/tests\/\1/p' docs/reliability.md)

quick: setup
	$(BIN)/python -m pytest -m "not engine and not slow and not gpu"

check: $(STAMP)
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/pre-commit run --all-files

pythons:
	@sh .ci/pythons

cases: system $(STAMP)
	$(BIN)/python -m benchmarks.cases

bench: setup
	$(BIN)/python -m benchmarks.run

docs: setup
	$(BIN)/python -m pytest tests/test_docs.py

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --all-extras \
	    --custom-compile-command "make lock" --quiet setup.cfg --output-file requirements.lock

clean:
	rm -rf $(VENV) demo build *.egg-info
