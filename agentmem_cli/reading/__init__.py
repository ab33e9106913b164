"""The room that reads files: their bytes, of any kind -> clean pages in sections. Knows no store and no documents."""
