"""A corpus in datasets: the rows of every language and split, and the first of each language."""

import json
import sys
import tempfile
from pathlib import Path

import datasets

question = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
rows, first, columns = {}, {}, {}
for name in datasets.get_dataset_config_names(question["corpus"]):
    # Streamed: a copy of the whole corpus in a cache would be one too many.
    for split, stream in datasets.load_dataset(question["corpus"], name, streaming=True).items():
        tables = stream.with_format("arrow").iter(batch_size=10_000)
        rows[f"{name}/{split}"] = sum(table.num_rows for table in tables)
        if name not in first:
            row = next(iter(stream))
            first[name], columns[name] = row["id"], list(row)

with tempfile.TemporaryDirectory() as cache:
    whole = datasets.load_dataset(question["corpus"], question["whole"], cache_dir=cache)
    loaded = {split: table.num_rows for split, table in whole.items()}
    del whole  # its files are mapped from the folder that is about to go

answer = {"version": datasets.__version__, "rows": rows, "first": first, "columns": columns, "loaded": loaded}
Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
