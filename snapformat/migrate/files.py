"""`migrate_file`: carries a whole file to another release, and checks the result."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from snapformat.errors import MigrationError
from snapformat.inspect import Finding, Severity, deep_findings, load_any, max_file_size
from snapformat.io import Source, read_all
from snapformat.lazy_dataclasses import dataclass
from snapformat.migrate.report import Report
from snapformat.migrate.running import migrate
from snapformat.migrate.targets import Target
from snapformat.snapshot import SnapshotFormat


@dataclass(slots=True)
class MigratedFile:
    """A file that was carried to another release.

    Attributes:
        old: The format of the file.
        new: The format of the result.
        content: The bytes of the result.
        report: What was done.
        findings: Findings of the result that are no reason to refuse it.
    """

    old: SnapshotFormat
    new: SnapshotFormat
    content: bytes
    report: Report
    findings: list[Finding]


def migrate_file(
    source: Source,
    to: Target,
    *,
    allow: Collection[str] = (),
    unproven: bool = False,
    options: Mapping[str, Any] | None = None,
) -> MigratedFile:
    """Carry a file to another release; the result loads, and has no fatal finding.

    A file of that release already is not changed, whatever its bytes are.

    Args:
        source: A path, a bytes-like object or a binary file object.
        to: The release.
        allow: Codes of the losses that are allowed.
        unproven: Whether steps are taken that are read from the source only.
        options: For functions of the steps.

    Raises:
        SnapshotError: The file can't be loaded.
        MigrationError: It can't be migrated, or the result would not work.
    """
    data = read_all(source, max_size=max_file_size())
    snapshot = load_any(data)
    new = to.format_for(snapshot)
    migrated = migrate(snapshot, to=new, allow=allow, unproven=unproven, options=options)
    content = migrated.snapshot.to_bytes() if migrated.report.steps else data
    findings = deep_findings(new.load(content))
    fatal = [each for each in findings if each.severity is Severity.FATAL]
    if fatal:
        first = fatal[0]
        more = f" (and {len(fatal) - 1} more findings)" if len(fatal) > 1 else ""
        raise MigrationError(
            f"{new.name} would not run it: {first.message}{more}", path=first.path, rules=first.rule
        )
    return MigratedFile(snapshot.format, new, content, migrated.report, findings)
