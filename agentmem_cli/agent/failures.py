"""What went wrong with an answer, in one line: what it is and what to do. Never shows a key or a traceback."""

from __future__ import annotations

import re
from collections.abc import Callable

from agentmem_cli.agent.watch import AnswerWatch
from agentmem_cli.errors import AgentmemError, ConfigProblem, ProviderProblem

_KEPT = "Your message is kept: /retry, or ask again."
_WAIT = "Your message is kept: wait a minute, then /retry."
_SHORTEN = "Use --history with a smaller number, or /new."

NO_ANSWER = ProviderProblem("The model answered with nothing.", _KEPT)
CALLS_WITHOUT_END = ProviderProblem("The model only calls tools and does not come to an answer.", _KEPT)

_Case = tuple[Callable[[int | None, str, str], bool], AgentmemError]
_CASES: list[_Case] = [
    # (status code, name of the provider library's exception, all that was said, in lower case) -> what to say
    (
        lambda status, _, said: status in (401, 403) or bool(re.search(r"authentication|_api_key|api[ _]key", said)),
        ConfigProblem("The provider refused the key.", f"Check ANTHROPIC_API_KEY, or your provider's. {_KEPT}"),
    ),
    (
        lambda _, name, said: "timeout" in name.lower() or "timed out" in said,
        ProviderProblem("The provider did not answer in time.", _KEPT),
    ),
    (
        lambda _, name, said: (
            name in ("APIConnectionError", "ConnectError", "RemoteProtocolError", "ReadError") or "connection" in said
        ),
        ProviderProblem("The network failed on the way to the provider.", f"Check your connection. {_KEPT}"),
    ),
    (
        lambda status, _, said: status == 529 or "overloaded" in said,
        ProviderProblem("The provider is overloaded.", _WAIT),
    ),
    (
        lambda status, _, said: status == 429 or "rate limit" in said,
        ProviderProblem("The provider's rate limit is reached.", _WAIT),
    ),
    (
        lambda status, _, said: (
            status == 413
            or bool(
                re.search(
                    r"(prompt|request|input) (is )?too (long|large)|context (window|length)|too many tokens", said
                )
            )
        ),
        ProviderProblem("The request is longer than the model's context.", _SHORTEN),
    ),
    (
        lambda status, _, __: status == 404,
        ConfigProblem("The provider does not know this model.", "Check --model."),
    ),
]

_STOP_REASONS = {
    "refusal": ProviderProblem("The model refused to answer this.", "Ask in another way."),
    "max_tokens": ProviderProblem("The answer was cut off at the model's length limit.", "Ask it to go on."),
    "model_context_window_exceeded": ProviderProblem("The answer filled the model's context.", _SHORTEN),
}


def explained(watch: AnswerWatch, said: str) -> AgentmemError:
    """The failure of a run that Agno reported as an error; `said` is Agno's own text."""
    error = watch.error
    status = getattr(error, "status_code", None)
    name = type(_first_cause(error)).__name__
    everything = f"{error or ''} {said}".lower()
    for applies, failure in _CASES:
        if applies(status, name, everything):
            return failure
    return ProviderProblem(f"The model failed: {_short(str(error or said))}", _KEPT)


def explained_error(error: Exception, remedy: str) -> AgentmemError:
    """The failure of a call that no turn waits for; `remedy` is what to do."""
    if isinstance(error, AgentmemError):
        return error
    watch = AnswerWatch()
    watch.error = error
    failure = explained(watch, str(error))
    return type(failure)(failure.problem, remedy)


def incomplete(watch: AnswerWatch) -> AgentmemError | None:
    """What is wrong with an answer that Agno took for complete, or None."""
    if watch.stop_reason in _STOP_REASONS:
        return _STOP_REASONS[watch.stop_reason]
    if watch.started and not watch.finished:
        return ProviderProblem("The connection broke off in the middle of the answer.", _KEPT)
    return None


def _first_cause(error: BaseException | None) -> BaseException | None:
    """The provider library's own exception, below Agno's."""
    return error.__cause__ if error is not None and error.__cause__ is not None else error


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return (line[:200] + "…") if len(line) > 200 else line + "."
