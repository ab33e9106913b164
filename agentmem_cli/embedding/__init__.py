"""The room that turns text into vectors: the bundled embedder, and those that a person may choose instead.

Whoever compares vectors imports this room before numpy, and so has one thread for it: two spin where other processes
have the cores, and a scan of 2,400 vectors takes 26 ms instead of 1.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
