"""Other people's transcripts read into ours, as far as they go: texts as turns, stances read tolerantly, no edits."""
