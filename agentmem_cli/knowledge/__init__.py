"""The room that owns documents: read (PDF, text), clean, split, embed, index, search, ingest. Shared by all users."""
