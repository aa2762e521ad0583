"""The backend of Hugging Face folders, on a processor or an accelerator: scoring here, generation beside it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.choices import prepare_rows
from emma.evaluate.backends.generate import generate_texts, prepare_generation
from emma.evaluate.backends.model import LanguageModel
from emma.evaluate.backends.scoring import ChoiceScorer
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.engine.requests import Answer, GenerateRequest, Request, ScoreRequest
from emma.store.address import Fingerprints


class HuggingFace:
    """A model of a Hugging Face folder. Raises RecipeError for a folder that holds no model EMMA can score."""

    def __init__(self, folder: Path, section: EvaluateConfig, fingerprints: Fingerprints | None = None) -> None:
        self.model = LanguageModel(folder, section)
        self.scorer = ChoiceScorer(self.model)
        self.key = self.model.key(fingerprints)

    def prepare(self, requests: Sequence[Request]) -> list[Prepared]:
        """Tokenise the requests, all at once. RecipeError where the model has no room for an answer."""
        scores = iter(prepare_rows(self.model, [each for each in requests if isinstance(each, ScoreRequest)]))
        texts = iter(prepare_generation(self.model, [each for each in requests if isinstance(each, GenerateRequest)]))
        return [next(scores if isinstance(each, ScoreRequest) else texts) for each in requests]

    def answer(self, prepared: Sequence[Prepared]) -> list[Answer]:
        """Answer some of them, in their order."""
        scored = [each for each in prepared if isinstance(each.request, ScoreRequest)]
        written = [each for each in prepared if isinstance(each.request, GenerateRequest)]
        scores: Iterator[Answer] = iter(self.scorer.answer(scored))
        texts: Iterator[Answer] = iter(generate_texts(self.model, written))
        return [next(scores if isinstance(each.request, ScoreRequest) else texts) for each in prepared]
