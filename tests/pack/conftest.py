"""A tokenizer of bytes to pack with."""

import json

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers


@pytest.fixture
def vocab(make_artifact):
    """A tokenizer of bytes: three specials and 256 byte pieces."""
    specials = {"<unk>": 0, "<s>": 1, "</s>": 2}
    pieces = specials | {f"<0x{byte:02X}>": byte + 3 for byte in range(256)}
    tokenizer = Tokenizer(models.BPE(pieces, [], unk_token="<unk>", byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([])
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(list(specials))
    artifact = make_artifact("vocab")
    folder = artifact.path / "tokenizer"
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"bos_token": "<s>", "eos_token": {"content": "</s>", "special": True}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return artifact
