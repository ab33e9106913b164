"""What went wrong with an answer, in one line: what it is and what to do. Never shows a traceback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from agentmem_cli.agent.retrying import asked_pause, provider_error, refusal_kind
from agentmem_cli.agent.watch import AnswerWatch, Endpoint
from agentmem_cli.errors import AgentmemError, ConfigProblem, ProviderProblem
from agentmem_cli.key_masking import without_keys

_KEPT = "Your message is kept: /retry, or ask again."
_WAIT = "Your message is kept: wait {pause}, then /retry."
_SHORTEN = "Use --history with a smaller number, or /new."
_LONGEST_REASON = 200
"""Characters of what a provider says."""

NO_ANSWER = ProviderProblem("The model answered with nothing.", _KEPT)
CALLS_WITHOUT_END = ProviderProblem("The model only calls tools and does not come to an answer.", _KEPT)

_UNREADABLE = {"JSONDecodeError", "UnicodeDecodeError", "DecodingError", "ValidationError", "IndexError", "KeyError"}
_UNREADABLE |= {"AttributeError", "RuntimeError", "TypeError", "ValueError", "RecursionError"}
"""What a provider's package raises for an answer in a form that it does not know."""

_REFUSED = "ConnectionRefusedError"
_Case = tuple[Callable[[int | None, str, str], bool], AgentmemError]
_CASES: list[_Case] = [
    # (status code, name of the provider library's exception, all that was said, in lower case) -> what to say
    (
        lambda status, _, said: status in (401, 403) or bool(re.search(r"authentication|_api_key|api[ _]key", said)),
        ConfigProblem("{provider} refused the key.", f"Check {{key}}. {_KEPT}"),
    ),
    (
        lambda status, _, __: status is not None and 300 <= status < 400,
        ConfigProblem(
            "{place} leads to another address, which is not followed: your words would go there.",
            f"Check the address, such as base_url. {_KEPT}",
        ),
    ),
    (
        lambda _, name, said: "timeout" in name.lower() or "timed out" in said,
        ProviderProblem("The provider did not answer in time.", _KEPT),
    ),
    (
        lambda _, name, __: name == _REFUSED,
        ProviderProblem("Nothing listens on {place}.", f"Start the server, or correct its address. {_KEPT}"),
    ),
    (
        lambda _, name, said: (
            name in ("APIConnectionError", "ConnectError", "RemoteProtocolError", "ReadError") or "connection" in said
        ),
        ProviderProblem("The network failed on the way to {place}.", f"Check your connection. {_KEPT}"),
    ),
    (
        lambda status, _, said: status in (503, 529) or "overloaded" in said,
        ProviderProblem("The provider is overloaded.", _WAIT),
    ),
    (
        lambda status, _, said: status == 429 or "rate limit" in said or "rate_limit" in said,
        ProviderProblem("The provider's rate limit is reached.", _WAIT),
    ),
    (
        lambda status, _, said: (
            status == 413
            or bool(
                re.search(
                    r"(prompt|request|input) (is )?too (long|large)|context (window|length|size)|too many tokens", said
                )
            )
        ),
        ProviderProblem("The request is longer than the model's context.", _SHORTEN),
    ),
    (
        lambda status, _, __: status == 404,
        ConfigProblem("The provider does not know this model.", "Check --model{address}."),
    ),
    (
        lambda _, name, __: name in _UNREADABLE,
        ProviderProblem("The provider's answer cannot be read.", _KEPT),
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
    causes = list(_causes(error))
    if own := next((each for each in causes if isinstance(each, AgentmemError)), None):
        return own
    status = _status(error)
    is_refused = any(isinstance(each, ConnectionRefusedError) for each in causes)
    name = _REFUSED if is_refused else type(provider_error(error)).__name__
    everything = f"{error or ''} {said} {refusal_kind(error)}".lower()
    words = _words(watch.endpoint, asked_pause(error))
    for applies, failure in _CASES:
        if applies(status, name, everything):
            return type(failure)(failure.problem.format(**words), failure.remedy.format(**words))
    return ProviderProblem(f"The model failed: {_reason(error, said)}", _KEPT)


def _words(endpoint: Endpoint, pause: float | None) -> dict[str, str]:
    """What the sentences above name."""
    return {
        "provider": endpoint.provider or "The provider",
        "place": endpoint.place or "the provider",
        "key": endpoint.key or "its key",
        "address": " and base_url" if endpoint.is_chosen else "",
        "pause": _duration(pause),
    }


def explained_error(error: Exception, remedy: str) -> AgentmemError:
    """The failure of a call that no turn waits for; `remedy` is what to do."""
    if isinstance(error, AgentmemError):
        return error if error.remedy else type(error)(error.problem, remedy)
    failure = explained(AnswerWatch(error=error), str(error))
    return type(failure)(failure.problem, remedy)


def incomplete(watch: AnswerWatch) -> AgentmemError | None:
    """What is wrong with an answer that Agno took for complete, or None."""
    if watch.stop_reason in _STOP_REASONS:
        return _STOP_REASONS[watch.stop_reason]
    if watch.started and not watch.finished:
        return ProviderProblem("The connection broke off in the middle of the answer.", _KEPT)
    return None


def refuses_tools(watch: AnswerWatch) -> bool:
    """Whether a provider said that the model, or its server as it was started, takes no tools."""
    said = str(watch.error).lower()
    return bool(
        _status(watch.error)
        and re.search(r"\btools?\b|function call", said)
        and re.search(r"support|enable|require", said)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those below it; a host of two addresses brings a group."""
    if error is None:
        return
    yield error
    within = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    below = error.__context__ if error.__cause__ is error else error.__cause__ or error.__context__
    for each in (*within, below):
        yield from _causes(each)


def _status(error: BaseException | None) -> int | None:
    """The status of the provider's answer; Agno has one of its own for what has none."""
    found = getattr(provider_error(error), "status_code", None)
    return found if isinstance(found, int) else None


def _reason(error: BaseException | None, said: str) -> str:
    """What the provider says is wrong, without the dictionary or the page that stands around it."""
    body = getattr(provider_error(error), "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else body
    message = inner.get("message") if isinstance(inner, dict) else inner
    if isinstance(message, str) and message.strip() and not message.lstrip().startswith("<"):
        return _short(message)
    status = _status(error)
    return f"the provider answered {status}." if status else _short(str(error or said))


def _duration(seconds: float | None) -> str:
    """`a minute`, `40 s`, `60 minutes`."""
    if seconds is None:
        return "a minute"
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"


def _short(text: str) -> str:
    line = without_keys(" ".join(text.split())).rstrip(".")
    return (line[:_LONGEST_REASON] + "…") if len(line) > _LONGEST_REASON else line + "."
