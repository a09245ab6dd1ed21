"""The words everything else is said in; it knows no model, file, clock or network."""
