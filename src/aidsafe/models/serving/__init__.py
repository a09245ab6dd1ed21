"""The scripted model behind an OpenAI-compatible server on loopback, with latency and faults, to rehearse a run."""

from aidsafe.models.serving.options import ServeOptions
from aidsafe.models.serving.server import ChatServer, serve, serving_on

__all__ = ["ChatServer", "ServeOptions", "serve", "serving_on"]
