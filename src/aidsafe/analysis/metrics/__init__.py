"""The metrics of a deliberation: one idea a file, each metric a small pure function over a transcript."""
