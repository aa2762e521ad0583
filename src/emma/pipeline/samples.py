"""The training samples of a run as a torch Dataset, in the order that the mix planned."""

import torch
from torch.utils.data import Dataset

from emma.pipeline.corpus import find_input
from emma.pipeline.home import Run
from emma.tokens.samples import DocumentPart, Samples
from emma.train.batch import make_batch


class SampleDataset(Dataset[dict[str, torch.Tensor]]):
    """The samples that the trainer draws, one by one; give it to a DataLoader that does not shuffle."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, number: int) -> dict[str, torch.Tensor]:
        """Tensors (tokens,): `input_ids`; `labels`, the token after each, or -100; `position_ids`, which restart where
        a document begins; `padding`, true where there is no text. Raises IndexError past the end."""
        batch = make_batch(self.samples, [number])
        columns = {
            "input_ids": batch.inputs,
            "labels": batch.targets,
            "position_ids": batch.positions,
            "padding": batch.padding,
        }
        return {name: torch.from_numpy(values[0].copy()) for name, values in columns.items()}

    def documents(self, number: int) -> list[DocumentPart]:
        """The documents that a sample is made of, in the order in which they stand there."""
        return self.samples.documents(number)


def open_samples(run: Run) -> SampleDataset:
    """All samples of a run's mix. Raises RecipeError when the run has no mix yet."""
    mix = run.artifact("mix")
    return SampleDataset(Samples(find_input(run.home, mix, "pack"), mix))
