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
from snapformat.migrate.chain import find as find
from snapformat.migrate.loading import load_one_of as load_one_of, load_upgraded as load_upgraded
from snapformat.migrate.rule import Rule as Rule
from snapformat.migrate.step import Step as Step
from snapformat.migrate.steps import Steps as Steps
from snapformat.migrate.files import MigratedFile as MigratedFile, migrate_file as migrate_file
from snapformat.migrate.targets import Target as Target, find_target as find_target
from snapformat.migrate.compatibility import (
    Classified as Classified,
    Compatibility as Compatibility,
    Direction as Direction,
    compare as compare,
)
from snapformat.migrate.layouts import Misreading as Misreading
