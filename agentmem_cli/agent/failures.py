"""What went wrong with an answer, in one line: what it is and what to do. Never shows a key or a traceback."""

from __future__ import annotations

import re

from agentmem_cli.agent.watch import AnswerWatch
from agentmem_cli.errors import AgentmemError, ConfigProblem, ProviderProblem

_KEY_MISSING = re.compile(r"_api_key|_auth_token|api[ _]key")
_RETRY = "Your message is kept: /retry, or ask again."
_SECONDS_A_PROVIDER_NEEDS = "Wait a minute, then /retry."


def explained(watch: AnswerWatch, said: str) -> AgentmemError:
    """The failure of a run that Agno reported as an error; `said` is Agno's own text."""
    error = watch.error
    status = getattr(error, "status_code", None)
    text = f"{error or ''} {said}".lower()
    name = type(_first_cause(error)).__name__
    if status in (401, 403) or "authentication" in text or _KEY_MISSING.search(text):
        return ConfigProblem("The provider refused the key.", f"Check ANTHROPIC_API_KEY (or your provider's). {_RETRY}")
    if "timeout" in name.lower() or "timed out" in text:
        return ProviderProblem("The provider did not answer in time.", _RETRY)
    if name in ("APIConnectionError", "ConnectError", "RemoteProtocolError", "ReadError") or "connection" in text:
        return ProviderProblem("The network failed on the way to the provider.", f"Check your connection. {_RETRY}")
    if status == 429 and "overloaded" not in text:
        return ProviderProblem("The provider's rate limit is reached.", _SECONDS_A_PROVIDER_NEEDS)
    if status == 529 or "overloaded" in text:
        return ProviderProblem("The provider is overloaded.", _SECONDS_A_PROVIDER_NEEDS)
    if _is_too_long(text):
        return ProviderProblem(
            "The request is longer than the model's context.", "Use --history with a smaller number, or /new."
        )
    if status == 404:
        return ConfigProblem("The provider does not know this model.", "Check --model.")
    return ProviderProblem(f"The model failed: {_short(str(error or said))}", _RETRY)


def incomplete(watch: AnswerWatch) -> AgentmemError | None:
    """What is wrong with an answer that Agno took for complete, or None."""
    if watch.stop_reason == "refusal":
        return ProviderProblem("The model refused to answer this.", "Ask in another way.")
    if watch.stop_reason == "max_tokens":
        return ProviderProblem("The answer was cut off at the model's length limit.", "Ask it to go on.")
    if watch.stop_reason == "model_context_window_exceeded":
        return ProviderProblem("The answer filled the model's context.", "Use --history with a smaller number, or /new.")
    if watch.started and not watch.finished:
        return ProviderProblem("The connection broke off in the middle of the answer.", _RETRY)
    return None


def _is_too_long(text: str) -> bool:
    return any(
        sign in text for sign in ("prompt is too long", "context window", "context length", "too many tokens", "too large")
    )


def _first_cause(error: BaseException | None) -> BaseException | None:
    """The provider library's own exception, below Agno's."""
    return error.__cause__ if error is not None and error.__cause__ is not None else error


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return (line[:200] + "…") if len(line) > 200 else line + "."
