"""What the answers of a session cost in tokens, as the provider counted them. Only reads."""

from __future__ import annotations

from dataclasses import dataclass

from agentmem_cli.records import Record
from agentmem_cli.storage.database import Database

_NUMBERS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cost")
_NUMBER = "CAST(json_extract(run_data, '$.metrics.{}') AS NUMERIC)"
_COUNTS = ", ".join(f"sum({_NUMBER.format(name)}) AS {name}" for name in _NUMBERS)
# Anthropic alone does not count what came from its cache, or went there, as input.
_BESIDE_INPUT = (
    "sum(CASE json_extract(run_data, '$.metrics.details.model[0].provider') WHEN 'Anthropic' THEN"
    f" coalesce({_NUMBER.format('cache_read_tokens')}, 0) + coalesce({_NUMBER.format('cache_write_tokens')}, 0)"
    " ELSE 0 END) AS beside_input"
)


@dataclass(frozen=True, slots=True)
class SessionUsage(Record):
    """Tokens of all answers of a session; `counted` of its `answers` came with a count.

    `input_tokens` are all, those of the cache too; `cost` is in US dollars, where the provider says it.
    """

    answers: int
    counted: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost: float | None


def usage_of(database: Database, user_id: str, session_id: str) -> SessionUsage:
    """The tokens of a user's session; an answer that was stopped, or came from no provider, has no count."""
    row = database.read(
        f"SELECT count(*) AS answers, count(nullif({_NUMBER.format('output_tokens')}, 0)) AS counted,"  # noqa: S608 -- names of this file
        f" {_COUNTS}, {_BESIDE_INPUT} FROM agno_runs WHERE session_id = ? AND user_id = ?",
        (session_id, user_id),
    )[0]
    counts = {name: row[name] or 0 for name in _NUMBERS[1:-1]}
    tokens = (row["input_tokens"] or 0) + (row["beside_input"] or 0)
    return SessionUsage(row["answers"], row["counted"], input_tokens=tokens, cost=row["cost"], **counts)
