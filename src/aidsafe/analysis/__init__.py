"""What happened in a run: its numbers, tables, comparisons and plots."""
