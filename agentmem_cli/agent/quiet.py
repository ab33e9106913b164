"""Agno kept quiet: no telemetry, and its log not on stdout. Must run before Agno is first imported."""

from __future__ import annotations

import logging
import os


def quiet_agno() -> None:
    """Turn off Agno's telemetry and give its loggers a handler of ours, since its own writes to stdout."""
    os.environ["AGNO_TELEMETRY"] = "false"
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "true"  # else importing litellm fetches a list of prices
    for name in ("", "agno", "agno-team", "agno-workflow"):  # "" keeps other libraries' warnings off the screen
        logging.getLogger(name).addHandler(logging.NullHandler())
    logging.getLogger("agno").propagate = False
