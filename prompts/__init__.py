"""What we say, as text: the prompts, the personas and the library that fills them in."""

if __name__ != "aidsafe.prompts":
    raise ImportError("this folder imports as aidsafe.prompts; the repository root must not be on sys.path")
