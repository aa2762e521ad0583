"""Run beside transformers 4: reads texts, and writes what the tokenizers in some folders make of them, without
special tokens and with them.

Arguments: a JSON file with the texts, then the folders; `ids.json` is written into each.
"""

import json
import sys
from pathlib import Path

import transformers
from transformers import AutoTokenizer

if not transformers.__version__.startswith("4."):
    raise SystemExit(f"this is transformers {transformers.__version__}")
texts = json.loads(Path(sys.argv[1]).read_text())
for folder in map(Path, sys.argv[2:]):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    plain = [tokenizer(each, add_special_tokens=False).input_ids for each in texts]
    (folder / "ids.json").write_text(json.dumps([plain, [tokenizer(each).input_ids for each in texts]]))
