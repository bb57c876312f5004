# The names of the package: for type checkers, and for `lazy_exports` at run time.
from snapformat.fleet.changes import Change as Change
from snapformat.fleet.changing import Changes as Changes
from snapformat.fleet.changing import change as change
from snapformat.fleet.scanning import Report as Report
from snapformat.fleet.scanning import scan as scan
from snapformat.fleet.table import Plan as Plan
from snapformat.fleet.table import Row as Row
from snapformat.fleet.table import columns as columns
from snapformat.fleet.table import make_plan as make_plan
