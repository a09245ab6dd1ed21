"""Who is next, many queries at once, and onto disk: from one protocol to a whole run."""

if __name__ != "aidsafe.orchestration":
    raise ImportError("this folder imports as aidsafe.orchestration; the repository root must not be on sys.path")
