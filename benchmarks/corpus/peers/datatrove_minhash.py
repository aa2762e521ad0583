"""datatrove's MinHash deduplication, its four stages with their default settings.

Run by `benchmarks.corpus.peers` in an environment of its own: python datatrove_minhash.py INPUT_FOLDER OUTPUT_FOLDER
"""

import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

source, out = sys.argv[1:]
config = MinhashConfig()
stages = [
    ([JsonlReader(source), MinhashDedupSignature(f"{out}/signatures", config=config)], 1),
    ([MinhashDedupBuckets(f"{out}/signatures", f"{out}/buckets", config=config)], config.num_buckets),
    ([MinhashDedupCluster(f"{out}/buckets", f"{out}/remove", config=config)], 1),
    ([JsonlReader(source), MinhashDedupFilter(f"{out}/remove"), JsonlWriter(f"{out}/kept", compression=None)], 1),
]
for number, (pipeline, tasks) in enumerate(stages):
    LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=f"{out}/logs/{number}").run()
