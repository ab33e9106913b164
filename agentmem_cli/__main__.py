"""`python -m agentmem_cli`."""

from agentmem_cli.main import main

main()
