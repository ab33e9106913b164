"""The room that owns what is known of a person: reading it, the one writer, capture, export and import."""
