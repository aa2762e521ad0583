"""What the hub refuses, in words that say what to do; and patience where it is the hub that fails."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from emma.config.extras import need
from emma.errors import ArtifactError, EmmaError, RecipeError

Answer = TypeVar("Answer")
WAITS = (1, 4, 16, 60)
"""Seconds between the times that something is asked again, when it failed on the hub's side."""
ASK_LATER = (408, 429)
TOO_LARGE = 413
TOKENS = "A token that may write comes from the hub's page settings/tokens; set it as HF_TOKEN, or run: hf auth login."


def ask_patiently(ask: Callable[[], Answer], say: Callable[[str], None], waits: tuple[float, ...] = WAITS) -> Answer:
    """Ask the hub, and ask again after each wait when it failed on its side or could not be reached."""
    for wait in waits:
        try:
            return ask()
        except Exception as error:
            if not is_passing(error):
                raise
            say(f"  the hub failed ({describe(error)}): asking again in {wait:g} s")
            time.sleep(wait)
    return ask()


def is_passing(error: BaseException) -> bool:
    """Whether an error may be gone the next time: a server's own, or no connection. Where the client wrapped it in one
    of its own, that is looked through."""
    status = status_of(error)
    if status is not None:
        return status >= 500 or status in ASK_LATER
    if is_unreachable(error):
        return True
    return error.__cause__ is not None and is_passing(error.__cause__)


def status_of(error: BaseException) -> int | None:
    """The status of an answer that is an error."""
    response = getattr(error, "response", None)
    return getattr(response, "status_code", None)


def is_unreachable(error: BaseException) -> bool:
    """Whether no answer came."""
    transport = need("httpx2", "hub").TransportError
    return isinstance(error, (transport, ConnectionError))


def describe(error: BaseException) -> str:
    """An error in a few words."""
    status = status_of(error)
    if status is not None:
        return f"status {status}"
    return " ".join(str(error).split()) or type(error).__name__


@contextmanager
def explain_refusals(repository: str, whoami: Callable[[], Any]) -> Iterator[None]:
    """Raise what the hub says as an error of EMMA's: RecipeError where it refuses what was asked, ArtifactError where
    it failed. `whoami` asks the hub whose token this is."""
    try:
        yield
    except EmmaError:
        raise
    except Exception as error:
        raise explain(error, repository, whoami) from error


def explain(error: Exception, repository: str, whoami: Callable[[], Any]) -> EmmaError:
    """The error to raise for one of the client's."""
    errors = need("huggingface_hub.errors", "hub")
    if isinstance(error, errors.OfflineModeIsEnabled):
        return RecipeError("HF_HUB_OFFLINE is set, so nothing can be sent. Unset it, or look with --dry-run.")
    status, said = status_of(error), getattr(error, "server_message", None) or describe(error)
    if status == 401:
        return RecipeError(f"The hub does not know your token ({said}). {TOKENS}")
    if status in (403, 404):
        return RecipeError(f"You may not write to {repository} on the hub ({said}). {describe_account(whoami)}")
    if is_passing(error) and status is None:
        return ArtifactError(
            f"The hub cannot be reached ({describe(error)}), so {repository} is not whole there. Look after the "
            "connection, and after HF_ENDPOINT if that is set; then run the same command again: what is there is not "
            "sent again."
        )
    if is_passing(error):
        return ArtifactError(
            f"{repository} is not whole on the hub, which failed too often ({describe(error)}). Run the same command "
            "again later: what is there is not sent again."
        )
    return RecipeError(describe_refusal(error, repository, said))


def describe_refusal(error: Exception, repository: str, said: str) -> str:
    """What the hub does not take, and what can be done where it is too much."""
    # Where a card is too large, the client stumbles over an answer that is no JSON.
    if status_of(error) != TOO_LARGE and not isinstance(error, json.JSONDecodeError):
        return f"The hub does not take {repository}: {said}"
    return (
        f"The hub finds something of {repository} too large ({said}): as a rule the card, in which each language has a "
        "configuration. Set release.max_configs = 0, which gives one for all, release again and push that."
    )


def describe_account(whoami: Callable[[], Any]) -> str:
    """Whose token this is, and where it may write."""
    try:
        account = whoami()
    except Exception:  # it only helps to understand another error
        return TOKENS
    names = [account["name"], *(each["name"] for each in account.get("orgs", ()))]
    role = account.get("auth", {}).get("accessToken", {}).get("role")
    reads = " Your token only reads." if role == "read" else ""
    return f"Your token is that of {names[0]}; you are in: {', '.join(names)}.{reads} {TOKENS}"
