"""Keys at rest, seeds and the secret."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from courses import make_course
from hypothesis import given
from hypothesis import strategies as st

from grader import wire
from grader.course import Topic
from grader.exercise import Case
from grader.grading import key as keys
from grader.grading import secret as secret_module
from grader.grading.key import ExerciseKey, Key, KeyProblem, MistakeKey, Response


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def small(hidden: bool = False, **inputs: Any) -> Key:
    expected = {"y": np.array([np.nan, np.inf]), "n": np.array(3), "none": np.zeros((0, 2), np.float32)}
    mistake = MistakeKey("m", "f", "it is so.", (Response(expected), Response(error="ValueError")))
    cases = (Case("a", {"x": np.arange(3, dtype=np.int32)} | inputs), Case("b", {}, 2.5))
    return Key(
        "03_small",
        hidden,
        "f" * 64,
        "checks",
        {"f": ExerciseKey("f", cases, (expected, expected), (mistake,))},
    )


def test_a_key_is_read_as_it_was_written(public_key: Key, tmp_path: Path) -> None:
    assert public_key.demonstrations
    for key in (public_key, small(nest={"a": [1, (2.5, None, "é")], "b": {"c": np.array(True)}})):
        key.save(tmp_path / "key.npz")
        read = keys.load(tmp_path / "key.npz")
        assert (read.digest, read.seeds) == (key.digest, key.seeds)
        assert read.demonstrations == key.demonstrations
        assert read.to_bytes() == key.to_bytes()
    case = read.exercises["f"].cases[0]
    assert case.inputs["nest"]["a"] == [1, (2.5, None, "é")]
    assert read.exercises["f"].cases[1].weight == 2.5
    np.testing.assert_array_equal(read.exercises["f"].expected[0]["y"], [np.nan, np.inf])


def test_equal_keys_give_equal_bytes_and_a_change_of_any_part_another_digest() -> None:
    assert small().to_bytes() == small().to_bytes()
    changed = [
        small(),
        small(hidden=True),
        small(x=np.zeros(3, np.int32)),
        small(x=np.arange(3.0)),
        small(k=1),
    ]
    assert len({key.digest for key in changed}) == len(changed)


def test_seeds_tell_inputs_apart_and_nothing_else() -> None:
    assert small().seeds == small(hidden=True).seeds != small(k=1).seeds
    assert len(small().seeds) == 16


def test_a_hidden_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    small(hidden=True).save(tmp_path / "deep" / "hidden.npz")
    small().save(tmp_path / "public.npz")
    assert mode(tmp_path / "deep" / "hidden.npz") == 0o600
    assert mode(tmp_path / "public.npz") & 0o044 == 0o044
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["hidden.npz"], "no draft is left"


def test_a_key_that_cannot_be_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small().save(tmp_path / "key.npz")
    before = (tmp_path / "key.npz").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        small(k=1).save(tmp_path / "key.npz")
    assert (tmp_path / "key.npz").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_missing_key_says_where(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="there is no answer key at .*key.npz"):
        keys.load(tmp_path / "key.npz")


def npz(path: Path, description: Any) -> bytes:
    header, arrays = wire.pack(description)
    np.savez(path, header=np.frombuffer(header, np.uint8), block=np.frombuffer(wire.block(arrays), np.uint8))
    return path.read_bytes()


def broken(tmp_path: Path) -> dict[str, bytes]:
    whole = small().to_bytes()
    np.save(tmp_path / "array.npy", np.arange(3))
    np.save(tmp_path / "object.npy", np.array([{}], object), allow_pickle=True)
    np.savez(tmp_path / "other.npz", weights=np.arange(3))
    return {
        "empty": b"",
        "text": b"a key",
        "cut off": whole[: len(whole) // 2],
        "its end lost": whole[:-10],
        "damaged": whole[:200] + bytes(50) + whole[250:],
        "an array": (tmp_path / "array.npy").read_bytes(),
        "a pickle": (tmp_path / "object.npy").read_bytes(),
        "other arrays": (tmp_path / "other.npz").read_bytes(),
        "a list": npz(tmp_path / "list.npz", [1, 2]),
        "a number": npz(tmp_path / "number.npz", 1),
    }


def test_a_broken_key_says_what_to_do(tmp_path: Path) -> None:
    for name, content in broken(tmp_path).items():
        path = tmp_path / "key.npz"
        path.write_bytes(content)
        with pytest.raises(KeyProblem, match="cannot be read .*get or record it again"):
            print(name, keys.load(path))
    with pytest.raises(KeyProblem, match="cannot be read"):
        keys.load(tmp_path)


def test_a_broken_key_is_not_left_open(tmp_path: Path) -> None:
    path = tmp_path / "key.npz"
    whole = small().to_bytes()
    for content in [*broken(tmp_path).values(), whole[: len(whole) // 2]]:
        path.write_bytes(content)
        with pytest.raises(KeyProblem) as said:
            keys.load(path)
        assert said.tb  # whose frames would keep it open
        held = [os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd") if exists(one)]
        assert str(path) not in held


def exists(descriptor: str) -> bool:
    """Tell whether a descriptor is still there, as the one that lists them all is not."""
    return os.path.lexists(f"/proc/self/fd/{descriptor}")


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=20))
def test_a_key_that_is_damaged_anywhere_is_refused_or_whole(position: int, noise: bytes) -> None:
    import tempfile

    whole = small().to_bytes()
    position %= len(whole)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "key.npz")
        path.write_bytes(whole[:position] + noise + whole[position + len(noise) :])
        try:
            read = keys.load(path)
        except KeyProblem:
            return
        assert read.digest == small().digest


@pytest.mark.parametrize("schema", [0, keys.SCHEMA + 1, None, "1"])
def test_a_key_of_another_schema_says_what_to_install(schema: Any, tmp_path: Path) -> None:
    npz(tmp_path / "key.npz", {"schema": schema, "novelties": []})
    with pytest.raises(KeyProblem, match=f"is of schema {schema}, this grader reads {keys.SCHEMA}: install"):
        keys.load(tmp_path / "key.npz")


# Fingerprints


@pytest.mark.parametrize("changed", ["checks", "solution", "mistakes"])
def test_a_fingerprint_changes_with_each_file_a_key_is_made_from(
    changed: str, topic: Topic, tmp_path: Path
) -> None:
    other = make_course(tmp_path).topics[0]
    assert keys.fingerprint(other) == keys.fingerprint(topic)
    path = other.folder / f"{changed}.py"
    path.write_text(path.read_text() + "\n")
    assert keys.fingerprint(other) != keys.fingerprint(topic)


def test_oracles_are_no_part_of_a_key(topic: Topic, tmp_path: Path) -> None:
    other = make_course(tmp_path, oracles="").topics[0]
    assert keys.fingerprint(other) == keys.fingerprint(topic)


def test_text_that_moves_from_one_file_to_the_next_is_noticed(tmp_path: Path) -> None:
    one = make_course(tmp_path / "one", checks="ab", solution="c").topics[0]
    two = make_course(tmp_path / "two", checks="a", solution="bc").topics[0]
    assert keys.fingerprint(one) != keys.fingerprint(two)


def test_a_key_is_fresh_for_its_topic_its_kind_and_its_files(
    topic: Topic, public_key: Key, hidden_key: Key, tmp_path: Path
) -> None:
    assert keys.is_fresh(public_key, topic, hidden=False) and keys.is_fresh(hidden_key, topic, hidden=True)
    assert not keys.is_fresh(public_key, topic, hidden=True)
    assert not keys.is_fresh(hidden_key, topic, hidden=False)
    assert not keys.is_fresh(replace(public_key, topic="02_averages"), topic, hidden=False)
    assert not keys.is_fresh(replace(public_key, checks=public_key.checks + "#"), topic, hidden=False)
    other = make_course(tmp_path).topics[0]
    assert keys.is_fresh(public_key, other, hidden=False)
    path = other.folder / "solution.py"
    path.write_text(path.read_text() + "\n")
    assert not keys.is_fresh(public_key, other, hidden=False)


# The secret


def test_the_secret_is_made_on_first_use_and_kept(tmp_path: Path) -> None:
    secret = secret_module.secret(tmp_path)
    assert len(secret) == 64
    assert secret_module.secret(tmp_path) == secret
    assert mode(tmp_path / ".grader" / "secret") == 0o600
    assert mode(tmp_path / ".grader") == 0o700
    assert secret_module.secret(tmp_path / "another") != secret


@pytest.mark.parametrize("readable", [0o640, 0o604, 0o660, 0o622])
def test_a_secret_that_others_may_read_is_refused(readable: int, tmp_path: Path) -> None:
    secret_module.secret(tmp_path)
    (tmp_path / ".grader" / "secret").chmod(readable)
    with pytest.raises(KeyProblem, match="run `chmod 600` on it"):
        secret_module.secret(tmp_path)


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".grader").mkdir()
    (tmp_path / ".grader" / "secret").touch(0o600)
    with pytest.raises(KeyProblem, match="is empty"):
        secret_module.secret(tmp_path)


def test_the_environment_s_secret_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_SECRET", "from the environment")
    assert secret_module.secret(tmp_path) == b"from the environment"
    assert not (tmp_path / ".grader").exists()
    monkeypatch.setenv("GRADER_SECRET", "")
    assert len(secret_module.secret(tmp_path)) == 64


def test_seeds_depend_on_secret_topic_exercise_and_case() -> None:
    drawn = [
        secret_module.case_seeds(secret, topic, exercise)(position)
        for secret in (b"a", b"b")
        for topic in ("01_a", "01_b")
        for exercise in ("f", "g")
        for position in (0, 1)
    ]
    assert len(set(drawn)) == 16
    assert secret_module.case_seeds(b"a", "t", "e")(3) == secret_module.case_seeds(b"a", "t", "e")(3) < 2**256


def test_hidden_keys_lie_where_git_does_not_look(topic: Topic) -> None:
    assert secret_module.hidden_path(topic) == topic.course / ".grader" / "keys" / "01_averages.npz"
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text().splitlines()
    assert ".grader/" in ignored
