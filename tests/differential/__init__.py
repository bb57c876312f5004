"""All ways to read and write, held against one another over numbered random inputs.

The types and values are those of the property tests. What is new is the amount: inputs are made in batches of
some thousands, each from one number, so that a run can be continued and a failure can be repeated.

    python -m tests.differential --from 0 --count 200 --state state.json
"""
