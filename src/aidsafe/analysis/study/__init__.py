"""Runs compared over the same queries, pair by pair: what to measure, what differs, and how it is shown."""
