"""What must stand wherever an answer of the scripted model is shown or counted."""

__all__ = ["LABEL"]

LABEL = (
    "Scripted stand-in, no language model: its decisions are a guess from word patterns (balanced accuracy about 0.6 "
    "to 0.7 on XSTest), and its turns follow preset rates. It rehearses the machinery; what it writes is neither "
    "training data nor evidence about deliberation."
)
