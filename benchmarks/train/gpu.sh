#!/usr/bin/env bash
# Training speed on one GPU, without a network: benchmarks/train/gpu.sh [main|ablations|more|all] [--set name=value …]
# PYTHON names another interpreter. WHEELS names a folder of wheels to use, such as torchao's for the line `fp8`.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
export PYTHONPATH="$PWD/src:$PWD${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1
if [[ -n ${WHEELS:-} ]]; then
    site=$(mktemp -d)
    trap 'rm -rf "$site"' EXIT
    "$python" -m pip install -q --no-index --no-deps --no-compile --target "$site" "$WHEELS"/*.whl
    export PYTHONPATH="$site:$PYTHONPATH"
fi
"$python" -m benchmarks.train.gpu "$@"
