"""Runs a command without root's power to ignore file permissions: `python without_root.py COMMAND ...`.

A program of its own, because a capability leaves with the next `exec`, and because `preexec_fn` is not safe
in a process with threads. For a user who is not root it only runs the command.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2


def drop_root_power() -> None:
    """Take both capabilities out of the bounding set; OSError where the kernel does not allow it."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_CAPBSET_DROP) failed")


if __name__ == "__main__":
    if os.geteuid() == 0:
        drop_root_power()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 -- the test's own command, no shell wanted
