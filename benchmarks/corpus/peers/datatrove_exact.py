"""datatrove's exact deduplication.

Run by `benchmarks.corpus.peers` in an environment of its own: python datatrove_exact.py INPUT_FOLDER OUTPUT_FOLDER
"""

import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.exact_dedup import (
    ExactDedupConfig,
    ExactDedupFilter,
    ExactDedupSignature,
    ExactFindDedups,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter


def content(document):
    """What is compared."""
    return document.text


source, out = sys.argv[1:]
config = ExactDedupConfig(content_getter=content)
stages = [
    [JsonlReader(source), ExactDedupSignature(f"{out}/signatures", config)],
    [ExactFindDedups(f"{out}/signatures", f"{out}/remove", config)],
    [JsonlReader(source), ExactDedupFilter(f"{out}/remove", config), JsonlWriter(f"{out}/kept", compression=None)],
]
for number, pipeline in enumerate(stages):
    LocalPipelineExecutor(pipeline, workers=1, logging_dir=f"{out}/logs/{number}").run()
