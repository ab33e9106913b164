"""The room that owns documents: split, embed, index, search, quote, ingest. Shared by all users."""
