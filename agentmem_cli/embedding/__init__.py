"""The room that turns text into vectors: the bundled embedder, and those that a person may choose instead."""
