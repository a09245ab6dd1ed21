"""An audit of a finished set: copies, overlap with benchmarks, personal data, and what it is made of."""

from aidsafe.datasets.audit.auditing import Wanted, audit, audit_paths
from aidsafe.datasets.audit.benchmarks import Benchmark, read_benchmark
from aidsafe.datasets.audit.finding import AuditFinding
from aidsafe.datasets.audit.page import html_page
from aidsafe.datasets.audit.presidio import presidio
from aidsafe.datasets.audit.removing import Parted, Removal, without
from aidsafe.datasets.audit.report import AuditReport

__all__ = [
    "AuditFinding",
    "AuditReport",
    "Benchmark",
    "Parted",
    "Removal",
    "Wanted",
    "audit",
    "audit_paths",
    "html_page",
    "presidio",
    "read_benchmark",
    "without",
]
