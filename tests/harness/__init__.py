"""What the tests drive agentmem with: its environment, command line, terminal, model servers and no network.

Nothing here knows what a feature should do; the fixtures in `conftest.py` hand these tools to the tests.
"""
