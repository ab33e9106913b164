"""The room of transcripts: turns made durable, their text index, the list of sessions, trash, import and export."""
