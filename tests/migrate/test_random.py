"""Random types and their changes: values are carried as the changes say, and back."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate.random_steps import Evolution, evolutions
from snapformat import Encoding, SnapshotFormat
from snapformat.encodings.json.format import Json
from snapformat.migrate import Step, compare, migrate

ENCODINGS = [Encoding(), Encoding("variable"), Encoding(byteorder="big"), Encoding.bitcode()]
encodings = st.sampled_from(ENCODINGS)
relaxed = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def formats(types: list[Any], given: list[Any]) -> list[SnapshotFormat]:
    return [
        SnapshotFormat(name="random", magic=1, version=f"{number}.0.0", payload=payload, encoding=encoding)
        for number, (payload, encoding) in enumerate(zip(types, given, strict=True), 1)
    ]


def plain(format: SnapshotFormat, value: Any) -> Any:
    return Json().write(format.payload_kind, value)


@relaxed
@given(st.data(), evolutions())
def test_a_value_becomes_what_the_changes_say(data: st.DataObject, evolution: Evolution) -> None:
    old, new = formats([evolution.old, evolution.new], [data.draw(encodings), data.draw(encodings)])
    step = Step(old, new, changes=evolution.ups)
    value = data.draw(evolution.values)
    before = old.new(value).to_bytes()
    found = migrate(value, to=new, steps=[step])
    assert plain(new, found.data) == evolution.plain(plain(old, value))
    assert old.new(value).to_bytes() == before  # the old value is as it was
    again = new.load(found.snapshot.to_bytes())
    assert again.data == found.data
    assert again.version == new.supported


@relaxed
@given(st.data(), evolutions())
def test_a_loaded_file_becomes_the_same(data: st.DataObject, evolution: Evolution) -> None:
    old, new = formats([evolution.old, evolution.new], [data.draw(encodings), data.draw(encodings)])
    step = Step(old, new, changes=evolution.ups)
    value = data.draw(evolution.values)
    file = old.new(value).to_bytes()
    loaded = migrate(old.load(file), to=new, steps=[step]).snapshot
    assert loaded.data == migrate(value, to=new, steps=[step]).data
    wanted = loaded.to_bytes()
    for options in ({"lazy": True}, {"lazy": True, "arrays": "memoryview"}):
        if not (options and old.is_message):
            assert migrate(old.load(file, **options), to=new, steps=[step]).snapshot.to_bytes() == wanted


@relaxed
@given(st.data(), evolutions())
def test_up_and_down_again_is_the_identity(data: st.DataObject, evolution: Evolution) -> None:
    old, new = formats([evolution.old, evolution.new], [data.draw(encodings), data.draw(encodings)])
    steps = [Step(old, new, changes=evolution.ups), Step(new, old, changes=evolution.downs)]
    value = data.draw(evolution.values)
    file = old.new(value).to_bytes()
    up = new.load(migrate(old.load(file), to=new, steps=steps).snapshot.to_bytes())
    down = migrate(up, to=old, steps=steps)
    assert down.data == value
    assert down.snapshot.to_bytes() == file


@relaxed
@given(st.data(), evolutions())
def test_a_chain_is_its_steps_one_by_one(data: st.DataObject, evolution: Evolution) -> None:
    types = [evolution.old, evolution.new, evolution.old, evolution.new]
    given = [data.draw(encodings) for _ in types]
    versions = formats(types, given)
    changes = [evolution.ups, evolution.downs, evolution.ups]
    steps = [
        Step(old, new, changes=each) for old, new, each in zip(versions, versions[1:], changes, strict=False)
    ]
    snapshot = versions[0].load(versions[0].new(data.draw(evolution.values)).to_bytes())
    at_once = migrate(snapshot, to=versions[-1], steps=steps)
    entries = []
    for new in versions[1:]:
        done = migrate(snapshot, to=new, steps=steps)
        entries += done.report.entries
        snapshot = new.load(done.snapshot.to_bytes())
    assert snapshot.to_bytes() == at_once.snapshot.to_bytes()
    assert [(e.kind, e.path, e.step) for e in entries] == [
        (e.kind, e.path, e.step) for e in at_once.report.entries
    ]
    again = migrate(snapshot, to=versions[-1], steps=steps)
    assert again.data is snapshot.data
    assert not again.report.steps


@relaxed
@given(st.data(), evolutions(), encodings)
def test_what_compare_calls_read_is_read(data: st.DataObject, evolution: Evolution, encoding: Any) -> None:
    """Files of one type that `compare` says are read as another are read, and written as they were."""
    types = [evolution.old, evolution.new]
    old, new = (
        SnapshotFormat(name="random", magic=1, version="1.0.0", payload=each, encoding=encoding)
        for each in types
    )
    file = old.new(data.draw(evolution.values)).to_bytes()
    assert compare(old, old).backward.outcome == "read"
    found = compare(old, new)
    assert found.backward.outcome in ("read", "misread")
    assert (found.backward.outcome == "misread") == bool(found.backward.misreadings)
    if found.backward.outcome == "read":
        assert new.load(file).to_bytes() == file
    assert compare(new, old).forward.outcome == found.backward.outcome
