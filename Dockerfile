# The demo in a container:   docker build -t emma . && docker run --rm emma
# Your own recipe:           docker run --rm -v "$PWD:/work" -w /work emma emma run recipe.toml
#
# constraints.txt pins the torch that is tested. To choose its build (CPU, one of CUDA's), say how pip finds it:
#   docker build --build-arg PIP_OPTIONS="…" -t emma .
FROM python:3.12-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends make git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home emma
USER emma
WORKDIR /home/emma/emma
ENV PATH=/home/emma/emma/.venv/bin:$PATH LANG=C.UTF-8

# Dependencies first: they change less often than the code.
COPY --chown=emma constraints.txt pyproject.toml README.md LICENSE Makefile ./
COPY --chown=emma recipes recipes
COPY --chown=emma src/emma/__init__.py src/emma/__init__.py
ARG PIP_OPTIONS=""
RUN python -m venv .venv \
    && pip install --no-cache-dir $PIP_OPTIONS --constraint constraints.txt torch \
    && make .venv/.demo
COPY --chown=emma . .

CMD ["make", "demo"]
