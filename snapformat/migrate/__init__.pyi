# The names of the package: for type checkers, and for `lazy_exports` at run time.
# ruff: isort: skip_file
from snapformat.errors import MigrationError as MigrationError
from snapformat.migrate.change import Change as Change
from snapformat.migrate.conversion import Conversion as Conversion
from snapformat.migrate.report import Entry as Entry, Report as Report, StepReport as StepReport
from snapformat.migrate.running import Migrated as Migrated, migrate as migrate
from snapformat.migrate.sources import (
    computed as computed,
    default as default,
    loss as loss,
    moved as moved,
    moved_to as moved_to,
    narrowed as narrowed,
    refused as refused,
    renamed as renamed,
    unused as unused,
)
from snapformat.migrate.step import Step as Step, Steps as Steps, find as find
