#!/usr/bin/env bash
# The proof on a GPU, without a network: benchmarks/gpu/run.sh [--dry] [--seconds N] [STEP …]
# What the machine lacks is carried there: `python -m benchmarks.gpu.prepare` makes the folders .gpu/1, .gpu/2 … of at
# most 64 MB with the code. PYTHON names another interpreter, CARRIED another place of the folders.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
carried=${CARRIED:-.gpu}
export PYTHONPATH="$PWD/src:$PWD${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1
if compgen -G "$carried/1/*.whl" >/dev/null; then
    site=$(mktemp -d)
    trap 'rm -rf "$site"' EXIT
    "$python" -m pip install -q --no-index --no-deps --no-compile --target "$site" "$carried"/1/*.whl
    export PYTHONPATH="$site:$PYTHONPATH"
fi
"$python" -m benchmarks.gpu "$@"
