"""Markdown and JSON of four small schemas, letter by letter."""

from __future__ import annotations

import json

import pytest

from docs import golden
from snapshots.data import assert_same_lines


@pytest.mark.parametrize("name", golden.SMALL)
def test_markdown_and_json_are_the_golden_ones(name: str):
    for file in golden.kept(name):
        wanted = (golden.FOLDER / file).read_text(encoding="utf-8")
        assert_same_lines(golden.small(name).files[file].splitlines(), wanted.splitlines(), file)


@pytest.mark.parametrize("name", golden.SMALL)
def test_json_is_the_model(name: str):
    model = json.loads(golden.small(name).files[f"{name}.json"])
    assert model["model_version"] == 1
    labels = [each["label"] for each in model["types"]]
    assert model["root"] == labels[0]
    assert len(set(labels)) == len(labels)
    named = {span["type"] for each in model["types"] for field in each["fields"] for span in field["type"]}
    assert named - {None} <= set(labels)


def test_a_second_build_is_the_same():
    assert golden.build([golden.SMALL["machine"]]).files == golden.build([golden.SMALL["machine"]]).files
