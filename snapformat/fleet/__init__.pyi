from snapformat.fleet.scanning import Report as Report
from snapformat.fleet.scanning import scan as scan
from snapformat.fleet.table import Plan as Plan
from snapformat.fleet.table import Row as Row
from snapformat.fleet.table import columns as columns
from snapformat.fleet.table import make_plan as make_plan
