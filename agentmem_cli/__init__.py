"""agentmem: an agent in your terminal that remembers, and shows you what it remembers.

`build_agent` gives these memories to an Agno agent of another program, `agentmem_learning` to one that has sessions of
its own. They are imported when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # heavy
    from agentmem_cli.library.build import build_agent
    from agentmem_cli.library.learning import agentmem_learning

__all__ = ["agentmem_learning", "build_agent"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "build_agent":
        from agentmem_cli.library.build import build_agent

        return build_agent
    if name == "agentmem_learning":
        from agentmem_cli.library.learning import agentmem_learning

        return agentmem_learning
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
