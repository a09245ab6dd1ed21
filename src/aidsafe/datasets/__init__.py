"""In and out: reading queries, writing, checking and describing the finished dataset."""
