"""datatrove's three quality filters, with thresholds that every document passes, so that each is measured by all.

Run by `benchmarks.corpus.peers` in an environment of its own: python datatrove_filters.py INPUT_FOLDER OUTPUT_FOLDER
"""

import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

ANY = 2.0  # a share that none exceeds
source, out = sys.argv[1:]
repetition = GopherRepetitionFilter(
    dup_line_frac=ANY,
    dup_para_frac=ANY,
    dup_line_char_frac=ANY,
    dup_para_char_frac=ANY,
    top_n_grams=((2, ANY), (3, ANY), (4, ANY)),
    dup_n_grams=tuple((size, ANY) for size in range(5, 11)),
)
quality = GopherQualityFilter(
    min_doc_words=1,
    max_doc_words=10**9,
    min_avg_word_length=0,
    max_avg_word_length=10**9,
    max_symbol_word_ratio=10**9,
    max_bullet_lines_ratio=ANY,
    max_ellipsis_lines_ratio=ANY,
    max_non_alpha_words_ratio=-1.0,
    min_stop_words=0,
)
fineweb = FineWebQualityFilter(
    line_punct_thr=-1.0, short_line_thr=ANY, char_duplicates_ratio=10**9, new_line_ratio=10**9
)
LocalPipelineExecutor(
    [JsonlReader(source), repetition, quality, fineweb, JsonlWriter(f"{out}/kept", compression=None)],
    logging_dir=f"{out}/logs",
).run()
