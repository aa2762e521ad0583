"""datasketch's MinHash and LSH: 112 permutations, 14 bands of 8, 5-grams of words found by a regular expression.

Run by `benchmarks.corpus.peers` in an environment of its own: python datasketch_minhash.py INPUT_FOLDER OUTPUT_FOLDER
"""

import re
import sys
from pathlib import Path

import orjson
from datasketch import MinHash, MinHashLSH

WORDS, SHINGLE = re.compile(r"\w+"), 5
source, out = map(Path, sys.argv[1:])
index = MinHashLSH(num_perm=112, params=(14, 8))
kept = 0
with (out / "kept.jsonl").open("wb") as writer:
    for path in sorted(source.glob("*.jsonl")):
        for line in path.open("rb"):
            words = WORDS.findall(orjson.loads(line)["text"].lower())
            grams = [" ".join(words[at : at + SHINGLE]).encode() for at in range(max(1, len(words) - SHINGLE + 1))]
            signature = MinHash(num_perm=112)
            signature.update_batch(grams)
            if not index.query(signature):
                index.insert(kept, signature)
                writer.write(line)
                kept += 1
print(kept, "kept")
