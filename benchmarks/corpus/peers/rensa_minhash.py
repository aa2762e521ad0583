"""rensa's MinHash and LSH: 112 permutations, 14 bands, 5-grams of words found by a regular expression.

Run by `benchmarks.corpus.peers` in an environment of its own: python rensa_minhash.py INPUT_FOLDER OUTPUT_FOLDER
"""

import re
import sys
from pathlib import Path

import orjson
from rensa import RMinHash, RMinHashLSH

WORDS, SHINGLE = re.compile(r"\w+"), 5
source, out = map(Path, sys.argv[1:])
index = RMinHashLSH(threshold=0.7, num_perm=112, num_bands=14)
hashes, kept = [], 0
with (out / "kept.jsonl").open("wb") as writer:
    for path in sorted(source.glob("*.jsonl")):
        for line in path.open("rb"):
            words = WORDS.findall(orjson.loads(line)["text"].lower())
            grams = [" ".join(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))]
            signature = RMinHash(num_perm=112, seed=1)
            signature.update(grams)
            near = any(index.is_similar(hashes[each], signature) for each in index.query(signature))
            if not near:
                index.insert(len(hashes), signature)
                hashes.append(signature)
                writer.write(line)
                kept += 1
print(kept, "kept")
