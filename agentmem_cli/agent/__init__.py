"""The room of one chat turn: the prompt, the Agno agent, its events, settling the turn, capture, the models."""
