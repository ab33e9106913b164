"""Which messages of an exported tree are the conversation: the branch that its owner saw last. Looks at shape only.

A question that was edited, or an answer that was made anew, begins another branch; the abandoned ones stay in the
export. A tree may be damaged: nodes missing, parents going round, times or lists of children left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

_LOOKED_UP = 1_000
"""Messages of a branch, from its end, among which one with a time is looked for."""


@dataclass(frozen=True, slots=True)
class Node:
    """A message in its tree. `parent` is None for a first one, `at` in Unix seconds; `children` may be left out."""

    parent: str | None
    at: int | None
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """The keys of the nodes from the first to the last, and whether some between or behind them are missing."""

    keys: list[str]
    has_gaps: bool


def seen_branch(nodes: Mapping[str, Node], current: Any) -> Branch:
    """The branch that ends in the current node, or with no such node, the one that ends last.

    Where a node is missing, the branch goes on with the node that names the missing one as its child, and else with
    the branch that ended last before it.
    """
    tree = _Tree(nodes)
    leaves = tree.leaves()
    last = current if current in nodes else next(iter(leaves), None)
    if last is None:
        return Branch([], has_gaps=False)
    is_cut_off = (current is not None and current not in nodes) or not nodes.keys() >= set(nodes[last].children)
    branch = list(tree.upwards(last))
    is_headless = tree.lost_parent(branch[-1]) is not None
    if is_headless:
        branch = tree.with_beginning(branch, leaves)
    return Branch(branch[::-1], is_cut_off or is_headless or tree.skips(branch))


class _Tree:
    """The nodes, and who comes before whom, as the parents say and, for those that are missing, the children."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._nodes = nodes
        self._parents = {child: key for key, node in nodes.items() for child in node.children}
        self._parents |= {key: node.parent for key, node in nodes.items() if node.parent is not None}

    def upwards(self, key: str | None) -> Iterator[str]:
        """The nodes from this one to the first, across missing ones as far as the children name them."""
        seen = set()
        while key is not None and key not in seen:  # a damaged tree may go round
            seen.add(key)
            yield key
            key = self._before(key)

    def leaves(self) -> list[str]:
        """The nodes that nothing follows: the one whose branch ended last first, of two at one time the later one."""
        followed = {self._before(key) for key in self._nodes}
        leaves = [key for key in reversed(list(self._nodes)) if key not in followed]
        return sorted(leaves, key=lambda leaf: self._time(self.upwards(leaf)), reverse=True)

    def skips(self, branch: list[str]) -> bool:
        """Whether a node is missing between two of these, the last first."""
        return any(self._parents.get(key) != before for key, before in pairwise(branch))

    def lost_parent(self, key: str) -> str | None:
        """The parent of a node, if that is missing and nothing tells what came before it."""
        parent = self._parents.get(key)
        return None if parent is None or parent in self._nodes or parent in self._parents else parent

    def with_beginning(self, branch: list[str], leaves: list[str]) -> list[str]:
        """A branch, its last node first, with those behind it that ended before each parent that is lost."""
        taken = set(branch)
        for leaf in leaves:
            missing = self.lost_parent(branch[-1])
            if missing is None:
                break
            if self._time([leaf]) > self._time(reversed(branch)):
                continue
            part = list(self.upwards(leaf))
            if self._parents.get(part[-1]) != missing and taken.isdisjoint(part):
                taken.update(part)
                branch = branch + part
        return branch

    def _before(self, key: str) -> str | None:
        """The node before, which may stand before a missing one."""
        parent = self._parents.get(key)
        before = parent if parent in self._nodes else self._parents.get(parent or "")
        return before if before in self._nodes else None

    def _time(self, keys: Iterable[str]) -> int:
        """The first time that these have; 0 for none."""
        times = (self._nodes[key].at for key in islice(keys, _LOOKED_UP))
        return next((at for at in times if at is not None), 0)
