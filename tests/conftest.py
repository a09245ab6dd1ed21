"""What every test stands on: no network beyond loopback, repeatable properties, and the shared data where it exists."""

import ipaddress
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
_ADDRESSES = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NAMES = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})

settings.register_profile(
    "ci", max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("AIDSAFE_HYPOTHESIS", "ci"))

# Many tests start processes of their own, which compile every module anew unless they may keep what they compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def is_local(host: object) -> bool:
    """Tell whether a host is this machine: nothing, `localhost` or a loopback address."""
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(text)).is_loopback
    except ValueError:
        return False


def refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Stop whatever would leave this machine; a path or nothing is an address within it."""
    if event in _ADDRESSES:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in _NAMES:
        host = arguments[0]
    else:
        return
    if not is_local(host):
        raise RuntimeError(f"{event} to {host!r}: tests reach loopback only; serve the other side from the test")


# An audit hook sees every socket of the interpreter, however it was made; it stays for the life of the process.
sys.addaudithook(refuse_network)


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real queries and completions, or skip where there is none."""
    folder = Path(os.environ.get("AIDSAFE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {str(folder)!r}; set AIDSAFE_SHARED_DATA to a folder that has it")
    return folder
