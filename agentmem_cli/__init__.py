"""agentmem: an agent in your terminal that remembers, and shows you what it remembers."""

__version__ = "0.1.0"
