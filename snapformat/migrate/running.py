"""`migrate`: carries a snapshot or a value along the steps to another version."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from snapformat.errors import EncodeError, MigrationError
from snapformat.lazy_dataclasses import dataclass
from snapformat.migrate.chain import find
from snapformat.migrate.report import Entry, Report, StepReport
from snapformat.migrate.step import Step
from snapformat.model.versions import added_since
from snapformat.snapshot import Snapshot, SnapshotFormat


@dataclass(slots=True)
class Migrated:
    """The result of a migration.

    Attributes:
        snapshot: The snapshot in the new format.
        report: What was done.
    """

    snapshot: Snapshot[Any]
    report: Report

    @property
    def data(self) -> Any:
        """The new payload."""
        return self.snapshot.data


def migrate(
    what: Any,
    *,
    to: SnapshotFormat,
    steps: Iterable[Step] | None = None,
    of: SnapshotFormat | None = None,
    arch: str | None = None,
    allow: Collection[str] = (),
    unproven: bool = False,
    options: Mapping[str, Any] | None = None,
) -> Migrated:
    """Carry a snapshot, or a payload, to another version of its format.

    Parts that do not change are shared with the old payload, which is not changed itself.

    Args:
        what: A `Snapshot`, or a payload.
        to: The format to migrate to.
        steps: The steps; by default those of the format `to`, or else of the snapshot's own.
        of: The format of a payload. Without it, the format in the steps whose payload has its class.
        arch: Architecture of a payload whose formats have several; a snapshot keeps its own.
        allow: Codes of the losses that are allowed.
        unproven: Whether steps are taken that are read from the source only.
        options: For functions of the steps.

    Returns:
        The new snapshot with the version of `to`, and the report.

    Raises:
        MigrationError: No steps lead there, or a step refuses a value; nothing is invented.
    """
    old = what.format if isinstance(what, Snapshot) else of
    known = list(_steps_of(to, old) if steps is None else steps)
    if old is None:
        old = _format_of(what, known, to)
    chain = find(known, old.declared, to.declared)
    unshown = [step for step in chain if not step.shown]
    if unshown and not unproven:
        raise MigrationError(
            f"the step {unshown[0].name} is read from the source only, and was not seen to work",
            hint="allow it with unproven=True, --unproven on the command line",
            step=unshown[0].name,
            rules=unshown[0].rules,
        )
    value, reports = (what.data if isinstance(what, Snapshot) else what), _defaults_since(old)
    trailing = what.trailing if isinstance(what, Snapshot) else b""
    for step in chain:
        value, report = step.convert(value, options=options, allow=allow)
        reports.append(report)
        if not unproven:
            _demand_proven(report)
    snapshot = to.new(value, arch=_arch(what, to, arch))
    if to.declared is not to:
        _check_older(snapshot)
    if trailing and chain:
        reports.append(_lose_trailing(trailing, chain[0], allow))
    elif trailing:
        snapshot.trailing = trailing
    return Migrated(snapshot, Report(reports))


def _demand_proven(report: StepReport) -> None:
    for entry in report.entries:
        if entry.kind == "unproven":
            raise MigrationError(
                f"{entry.why.rstrip('.')}: read from the source only, and not seen to work",
                path=entry.path,
                hint="allow it with unproven=True, --unproven on the command line",
                step=entry.step,
                rules=entry.rules,
            )


#: The code of the loss of bytes between the data and the checksum.
TRAILING = "TRAILING"


def _defaults_since(old: SnapshotFormat) -> list[StepReport]:
    """Report the fields that a file of an older version lacks."""
    declared: SnapshotFormat = old.declared
    if old is declared:
        return []
    name = f"{declared.name} {old.version} -> {declared.name} {declared.version}"
    entries = [
        Entry("defaulted", path, f"files have it since {since}", name, new=default)
        for path, since, default in added_since(declared.payload_kind, old.supported)
    ]
    doc = f"Fields that version {old.version} does not have take their defaults."
    return [StepReport(name, doc, shown=True, rules="", entries=entries)]


def _check_older(snapshot: Snapshot[Any]) -> None:
    """Check that an older version of a format has a place for everything.

    Raises:
        MigrationError: A field that it does not have is not its default.
    """
    try:
        snapshot.to_bytes()
    except EncodeError as error:
        raise MigrationError(
            error.message, path=error.path, expected=error.expected, found=error.found
        ) from error


def _lose_trailing(trailing: bytes, step: Step, allow: Collection[str]) -> StepReport:
    why = f"{len(trailing)} bytes behind the data, which a newer program may have added, belong to no field"
    entry = Entry("dropped", "$trailing", why, step.name, step.rules, code=TRAILING)
    if TRAILING not in allow:
        raise MigrationError(
            f"{why}: a loss that is not allowed",
            path="$trailing",
            hint=f"allow {TRAILING} to lose it",
            step=step.name,
            losses=[entry],
        )
    return StepReport(step.name, "", step.shown, step.rules, [entry])


def _steps_of(to: SnapshotFormat, old: SnapshotFormat | None) -> Iterable[Step]:
    for each in (to, old):
        if each is not None and each.steps is not None:
            return each.all_steps  # type: ignore[no-any-return]  # of its declaration
    raise ValueError(f"{to.name} declares no steps: pass steps=")


def _format_of(value: Any, steps: list[Step], to: SnapshotFormat) -> SnapshotFormat:
    """Return the only format whose payload has the class of a value."""
    cls = value.__class__
    known = {id(each): each for step in steps for each in (step.old, step.new)} | {id(to): to}
    found = [each for each in known.values() if getattr(each.payload_kind, "cls", None) is cls]
    if len(found) != 1:
        names = ", ".join(f"{each.name} {each.version}" for each in found) or "no format of the steps"
        raise ValueError(f"a {cls.__name__} is the payload of {names}: name the format with of=")
    return found[0]


def _arch(what: Any, to: SnapshotFormat, arch: str | None) -> str | None:
    if not isinstance(what, Snapshot) or what.arch is None:
        return arch
    if what.arch not in to.magics and "" not in to.magics:
        raise MigrationError(
            f"{to.name} is of another architecture",
            path="$header.magic",
            expected=" or ".join(to.magics),
            found=what.arch,
        )
    return what.arch if what.arch in to.magics else None
