"""`emma release --verify`: each client opens a release, one after the other."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from emma.errors import RecipeError
from emma.inspect.clients.adapters import verify_peft
from emma.inspect.clients.checks import Client, ClientCheck, Opened, SkippedError
from emma.inspect.clients.harness import verify_lm_eval
from emma.inspect.clients.hf_datasets import verify_datasets
from emma.inspect.clients.hf_transformers import verify_transformers
from emma.inspect.clients.llama_cpp import verify_llama_cpp
from emma.inspect.clients.megatron import verify_megatron
from emma.inspect.clients.process import ClientError
from emma.inspect.clients.released import Released, open_released
from emma.pipeline.home import Run
from emma.wording import suggest


def name_untried(released: Released, scratch: Path) -> Opened:  # noqa: ARG001 - what every check is given
    """The check of a client that nobody has tried: it says so."""
    raise SkippedError("Not tried: it was never run on a release of EMMA's.")


CLIENTS = (
    Client("transformers", verify_transformers),
    Client("datasets", verify_datasets),
    Client("megatron-core", verify_megatron),
    Client("lm-eval", verify_lm_eval),
    Client("llama.cpp", verify_llama_cpp),
    Client("peft", verify_peft),
    Client("vllm", name_untried),
)
"""In the order in which they are asked."""


def verify_release(run: Run, names: Sequence[str] = ()) -> Iterator[ClientCheck]:
    """Ask the clients that are named, or all, as they are asked for. Raises RecipeError for a name that is none's."""
    chosen = choose_clients(names)
    released = open_released(run)
    for client in chosen:
        yield verify_client(client, released)


def choose_clients(names: Sequence[str]) -> list[Client]:
    """The clients of these names, or all."""
    known = {client.name: client for client in CLIENTS}
    if unknown := [name for name in names if name not in known]:
        raise RecipeError(f"There is no check for a client '{unknown[0]}'. {suggest(unknown[0], known)}")
    return [client for client in CLIENTS if not names or client.name in names]


def verify_client(client: Client, released: Released) -> ClientCheck:
    """The verdict on one client."""
    with tempfile.TemporaryDirectory(prefix="emma-") as scratch:
        try:
            opened = client.verify(released, Path(scratch))
        except SkippedError as error:
            return ClientCheck(client.name, "skipped", reason=str(error))
        except ClientError as error:
            return ClientCheck(client.name, "failed", reason=f"it does not open the release: {error}")
    holds = all(comparison.holds for comparison in opened.comparisons)
    return ClientCheck(client.name, "passed" if holds else "failed", opened.version, tuple(opened.comparisons))
