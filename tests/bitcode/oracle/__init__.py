"""The bitcode crate itself as the judge of random types, values and messages; see `make oracle`.

python -m tests.bitcode.oracle --count 100000 --seed 1
"""
