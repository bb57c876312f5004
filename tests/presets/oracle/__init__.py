"""The crates themselves as the judges of random types, values and messages; see `make oracle`.

python -m tests.presets.oracle --count 100000 --seed 1
"""
