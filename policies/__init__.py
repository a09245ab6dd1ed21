"""What is right, as data: the policies and the library that reads them."""

if __name__ != "aidsafe.policies":
    raise ImportError("this folder imports as aidsafe.policies; the repository root must not be on sys.path")
