"""The room that owns the files: connections, schema, migrations, the lock, backup, erasing, full-text queries."""
