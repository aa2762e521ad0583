#!/usr/bin/env bash
# The proof on a GPU, without a network: benchmarks/gpu/run.sh [--dry] [--seconds N] [STEP …]
#
# What the machine lacks is carried there: `python -m benchmarks.gpu.prepare` makes the folders .gpu/1, .gpu/2 … of at
# most 64 MB with the code. Carry them in as many calls: `run.sh speed_7b` needs the first alone, `run.sh keep` only
# takes one in, and `run.sh proof scoring` needs all of them. Results go to $OUT if that is set.
# PYTHON names another interpreter, KEPT another place for what was carried.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
export CARRIED=${KEPT:-/tmp/emma-gpu/carried} PYTHONUNBUFFERED=1
export PYTHONPATH="$PWD/src:$PWD${PYTHONPATH:+:$PYTHONPATH}"
if [[ -d .gpu ]]; then
    # The next call may bring another folder and take this one away.
    mkdir -p "$CARRIED"
    cp -r .gpu/. "$CARRIED"
fi
if ! "$python" -c 'import babel, gguf, iso639, langcodes, orjson, pydantic, zstandard' 2>/dev/null && compgen -G "$CARRIED/1/*.whl" >/dev/null; then
    site=$(mktemp -d)
    trap 'rm -rf "$site"' EXIT
    "$python" -m pip install -q --no-index --no-deps --no-compile --target "$site" "$CARRIED"/1/*.whl
    export PYTHONPATH="$site:$PYTHONPATH"
fi
[[ ${1:-} == keep ]] || "$python" -m benchmarks.gpu "$@"
