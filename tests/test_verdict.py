"""Results are one schema, of which those written before a field was added can be read."""

from __future__ import annotations

import msgspec

from grader.fault import Place
from grader.text import to_json
from grader.verdict import CaseVerdict, Graded, Results, Status, Verdict

# As the grader wrote it before a verdict had a place, a sentence and the rest that may be left out.
BEFORE = (
    '{"submissions":[{"student":"ada","topic":"01_averages","file":"a.py","score":10.0,"max_score":80.0,"seconds":1.0,"exercises":['
    '{"name":"mean","status":"raised","score":0.0,"max_score":30.0,"mistake":null,'
    '"message":"On “one”, it stopped with an error:\\nE: no\\n  cell 3, line 2, in mean\\n    x",'
    '"cases":['
    '{"name":"one","status":"raised","seconds":0.01}]},'
    '{"name":"total","status":"missing","score":0.0,"max_score":10.0,"mistake":null,'
    '"message":"`total` is not written yet.",'
    '"cases":['
    '{"name":"one","status":"missing","seconds":0.001}]},'
    '{"name":"mode","status":"missing","score":0.0,"max_score":10.0,"mistake":null,'
    '"message":"`mode` is not defined: has its name been changed, or its cell been deleted?",'
    '"cases":['
    '{"name":"one","status":"missing","seconds":0.001}]},'
    '{"name":"median","status":"timed_out","score":0.0,"max_score":10.0,"mistake":null,'
    '"message":"On “one”, it had not finished.",'
    '"cases":['
    '{"name":"one","status":"timed_out","seconds":10.0021},'
    '{"name":"two","status":"timed_out","seconds":0.0}]},'
    '{"name":"range","status":"wrong","score":0.0,"max_score":10.0,"mistake":"total",'
    '"message":"On “one”, it is off.\\n\\nOn the one case, your answers are'
    ' what one gets when\\nthe sum is not divided.",'
    '"cases":['
    '{"name":"one","status":"wrong","seconds":0.01}]},'
    '{"name":"last","status":"passed","score":10.0,"max_score":10.0,"mistake":null,'
    '"message":"",'
    '"cases":['
    '{"name":"one","status":"passed","seconds":0.0}]}],"notes":["a note"]}],'
    '"environment":{"python":"3.11"},"schema":1}'
)


def before() -> Results:
    return msgspec.json.decode(BEFORE, type=Results)


def test_results_without_the_fields_that_may_be_left_out_are_read() -> None:
    (graded,) = before().submissions
    assert graded.notes == ("a note",) and graded.score == 10
    assert {one.name: (one.place, one.sentence) for one in graded.exercises} == {
        name: (None, "") for name in ("mean", "total", "mode", "median", "range", "last")
    }
    assert [one.name for one in graded.exercises if one.unwritten] == ["total"]
    cases = {(one.name, case.name): case.run for one in graded.exercises for case in one.cases}
    assert [at for at, run in cases.items() if not run] == [("median", "two")]


def test_points_are_the_same_numbers_made_and_read() -> None:
    made = Verdict("mean", Status.PASSED, 10.0, 10, None, "", ())
    assert to_json(msgspec.json.decode(to_json(made), type=Verdict)) == to_json(made)


def test_what_says_nothing_is_left_out() -> None:
    written = to_json(before()).decode()
    added = written.replace(',"unwritten":true', "", 1).replace(',"run":false', "", 1)
    added = added.replace(',"digest":""', "", 1).replace(',"unread":""', "", 1)
    added = added.replace(',"passed_over":[]', "", 1).replace(',"missing":[]', "", 1)
    added = added.replace(',"deadlines":[]', "", 1)
    assert added == BEFORE


def test_what_says_something_is_read_as_it_was_written() -> None:
    cases = (CaseVerdict("one", Status.RAISED, 0.5), CaseVerdict("two", Status.CRASHED, 0.0, run=False))
    one = Verdict("mean", Status.RAISED, 0.0, 30.0, "total", "E", cases, Place(3, 2), "it is off.")
    found = Results((Graded("ada", "t", "a.py", 0.0, 30.0, 1.0, (one,)),), {})
    assert msgspec.json.decode(to_json(found), type=Results) == found
    assert b'"place":{"cell":3,"line":2},"sentence":"it is off."' in to_json(found)


def test_texts_that_a_class_shares_are_in_memory_once() -> None:
    cases = (CaseVerdict("a few rows", Status.WRONG, 0.5),)
    made = to_json(Verdict("mean", Status.WRONG, 0.0, 30.0, "total", "", cases, sentence="it is off."))
    one, other = (msgspec.json.decode(made, type=Verdict) for _ in range(2))
    assert one.name is other.name and one.mistake is other.mistake and one.sentence is other.sentence
    assert one.cases[0].name is other.cases[0].name
