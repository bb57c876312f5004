"""Steps between the layouts of neighbouring releases, up and down, one module for each pair of releases.

Nothing here is imported until a file is migrated. The rules that the steps follow are in the manual: they
were found by carrying states of real machines from one release to the next and running them there; steps
that are only read from Firecracker's source are marked so.
"""
