"""Who speaks: the agents of a deliberation, and the seat each one takes."""

if __name__ != "aidsafe.agents":
    raise ImportError("this folder imports as aidsafe.agents; the repository root must not be on sys.path")
