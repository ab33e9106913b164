"""The room that finds what a question needs: memories and earlier messages, ranked, within a token budget."""
