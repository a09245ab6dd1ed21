"""The web page over a run: what was asked, who said what, and what became of it."""
