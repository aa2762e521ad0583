"""A model as a GGUF file, by llama.cpp's own converter."""

import json
import runpy
import sys
from pathlib import Path

question = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
converter = Path(question["converter"])
sys.path[:0] = [str(converter), str(converter / "gguf-py")]

if question["pre_tokenizer"]:
    from conversion.base import TextModel

    # New pieces change the hash by which the converter knows how a tokenizer cuts text, and not the cut.
    TextModel.get_vocab_base_pre = lambda *_: question["pre_tokenizer"]

sys.argv[1:], answer = [question["model"], "--outtype", question["type"], "--outfile", question["out"]], sys.argv[2]
runpy.run_path(str(converter / "convert_hf_to_gguf.py"), run_name="__main__")
Path(answer).write_text(json.dumps({"bytes": Path(question["out"]).stat().st_size}), encoding="utf-8")
