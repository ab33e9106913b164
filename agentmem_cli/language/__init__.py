"""The room that owns what the program knows of languages: sentence borders, stems, the classifier, secrets."""
