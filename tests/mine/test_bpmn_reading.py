"""BPMN files as norms: what is understood, what is refused by name and line, hostile files, our own export again."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmine.content import shipped
from procmine.deviations import Norm, Remark
from procmine.errors import ContentError, InputError, UsageError
from procmine.mine import export
from procmine.mine.bpmn import xml_file as bpmn_xml
from procmine.mine.bpmn.reading import known_words, labels_in, read_bpmn
from procmine.mine.fit import quality
from procmine.mine.fit.alignment import align
from procmine.model import Model, TreeNode
from procmine.schema import load_schema
from tests.mine.nets import random_tree
from tests.mine.test_alignment import courses

SCHEMA = load_schema()
WORDS = {letter: letter for letter in "abcdefg"}
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = (
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
)
ENDS = '<startEvent id="s"/><endEvent id="e"/>'


def a_file(folder: Path, body: str, beside: str = "") -> Path:
    path = folder / "norm.bpmn"
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{MODEL}" {DI}>{beside}\n'
        f'<process id="p" name="The norm">\n{body}\n</process></definitions>',
        encoding="utf-8",
    )
    return path


def flows(*ways: str) -> str:
    """Sequence flows from "s>a" and the like; their ids are f1, f2 …"""
    made = [way.split(">") for way in ways]
    return "".join(f'<sequenceFlow id="f{k}" sourceRef="{a}" targetRef="{b}"/>' for k, (a, b) in enumerate(made, 1))


def tasks(names: str) -> str:
    return "".join(f'<task id="{name}" name="{name}"/>' for name in names)


def a_norm(folder: Path, body: str, beside: str = "", **more: Any) -> Norm:
    return read_bpmn(a_file(folder, body, beside), WORDS, **more)


def costs(norm: Norm, *given: str) -> list[int | None]:
    """The alignment costs of courses written as letters, in the order given."""
    return [align(norm.net, courses({tuple(course): 1})).costs[0] for course in given]


def fault(folder: Path, body: str, beside: str = "", **more: Any) -> str:
    with pytest.raises((InputError, UsageError)) as found:
        a_norm(folder, body, beside, **more)
    return found.value.sentence()


KINDS = ["task", "userTask", "manualTask", "sendTask", "receiveTask", "serviceTask", "scriptTask", "businessRuleTask"]


@pytest.mark.parametrize("kind", [*KINDS, "callActivity", "subProcess"])
def test_every_kind_of_task_is_a_step(tmp_path: Path, kind: str) -> None:
    norm = a_norm(tmp_path, f'{ENDS}<{kind} id="t1" name="a"/>{flows("s>t1", "t1>e")}')

    assert (norm.activities, costs(norm, "a", "b")) == (("a",), [0, 2])


def test_an_exclusive_gateway_is_a_choice(tmp_path: Path) -> None:
    body = f'{ENDS}{tasks("ab")}<exclusiveGateway id="x"/><exclusiveGateway id="y"/>'
    norm = a_norm(tmp_path, body + flows("s>x", "x>a", "x>b", "a>y", "b>y", "y>e"))

    assert costs(norm, "a", "b", "ab") == [0, 0, 1]


def test_a_parallel_gateway_lets_its_branches_come_in_any_order(tmp_path: Path) -> None:
    body = f'{ENDS}{tasks("ab")}<parallelGateway id="x"/><parallelGateway id="y"/>'
    norm = a_norm(tmp_path, body + flows("s>x", "x>a", "x>b", "a>y", "b>y", "y>e"))

    assert costs(norm, "ab", "ba", "a") == [0, 0, 1]


def test_an_inclusive_pair_wants_at_least_one_branch(tmp_path: Path) -> None:
    body = f'{ENDS}{tasks("abc")}<inclusiveGateway id="x"/><inclusiveGateway id="y"/>'
    norm = a_norm(tmp_path, body + flows("s>x", "x>a", "x>b", "x>c", "a>y", "b>y", "c>y", "y>e"))

    assert costs(norm, "a", "cb", "abc", "aa") == [0, 0, 0, 1]
    assert align(norm.net, courses({("d",): 1})).shortest == 1


def test_inclusive_pairs_may_stand_within_each_other(tmp_path: Path) -> None:
    gateways = "".join(f'<inclusiveGateway id="{name}"/>' for name in ("x", "y", "u", "v"))
    ways = ("s>x", "x>a", "x>u", "u>b", "u>c", "b>v", "c>v", "v>y", "a>y", "y>e")
    norm = a_norm(tmp_path, ENDS + tasks("abc") + gateways + flows(*ways))

    assert costs(norm, "a", "b", "cba", "d") == [0, 0, 0, 2]


def test_an_event_based_gateway_is_a_choice(tmp_path: Path) -> None:
    events = "".join(
        f'<intermediateCatchEvent id="{name}"><messageEventDefinition/></intermediateCatchEvent>' for name in ("u", "v")
    )
    body = f'{ENDS}{tasks("ab")}<eventBasedGateway id="x"/>{events}<exclusiveGateway id="y"/>'
    norm = a_norm(tmp_path, body + flows("s>x", "x>u", "x>v", "u>a", "v>b", "a>y", "b>y", "y>e"))

    assert costs(norm, "a", "b", "ab") == [0, 0, 1]


def test_several_flows_into_a_task_are_alternatives_and_several_out_of_it_begin_together(tmp_path: Path) -> None:
    body = f'{ENDS}{tasks("abc")}<parallelGateway id="y"/><exclusiveGateway id="x"/>'
    norm = a_norm(tmp_path, body + flows("s>x", "x>a", "x>a", "a>b", "a>c", "b>y", "c>y", "y>e"))

    assert costs(norm, "abc", "acb", "aabc") == [0, 0, 1]


@pytest.mark.parametrize("marker", ["standardLoopCharacteristics", "multiInstanceLoopCharacteristics"])
def test_a_marked_task_may_be_done_again(tmp_path: Path, marker: str) -> None:
    norm = a_norm(tmp_path, f'{ENDS}<task id="t1" name="a"><{marker}/></task>{flows("s>t1", "t1>e")}')

    assert costs(norm, "a", "aaa", "b") == [0, 0, 2]


def test_an_open_sub_process_is_part_of_the_process(tmp_path: Path) -> None:
    inner = f'<startEvent id="is"/><endEvent id="ie"/>{tasks("bc")}' + (
        '<sequenceFlow id="i1" sourceRef="is" targetRef="b"/><sequenceFlow id="i2" sourceRef="b" targetRef="c"/>'
        '<sequenceFlow id="i3" sourceRef="c" targetRef="ie"/>'
    )
    norm = a_norm(
        tmp_path,
        f'{ENDS}{tasks("a")}<subProcess id="sub" name="Part">{inner}</subProcess>{flows("s>a", "a>sub", "sub>e")}',
    )

    assert (costs(norm, "abc", "ac"), norm.element("b").inside) == ([0, 1], "sub")


def test_a_sub_process_drawn_collapsed_is_one_step_and_said(tmp_path: Path) -> None:
    inner = '<startEvent id="is"/><endEvent id="ie"/><sequenceFlow id="i1" sourceRef="is" targetRef="ie"/>'
    shape = (
        '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane><bpmndi:BPMNShape bpmnElement="sub" isExpanded="false">'
        '<dc:Bounds x="0" y="0" width="10" height="10"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    )
    body = f'{ENDS}<subProcess id="sub" name="a">{inner}</subProcess>{flows("s>sub", "sub>e")}'
    norm = a_norm(tmp_path, body, shape)

    assert (costs(norm, "a"), norm.remarks) == ([0], (Remark("collapsed", ("a",)),))


def test_a_boundary_event_that_interrupts_is_a_choice_after_the_task_was_entered(tmp_path: Path) -> None:
    body = f'{ENDS}{tasks("abc")}<exclusiveGateway id="y"/><boundaryEvent id="t" attachedToRef="b"/>'
    norm = a_norm(tmp_path, body + flows("s>a", "a>b", "t>c", "b>y", "c>y", "y>e"))

    assert costs(norm, "ab", "ac", "abc") == [0, 0, 1]


def test_a_boundary_event_of_a_sub_process_can_come_at_any_point_of_it(tmp_path: Path) -> None:
    inner = f'<startEvent id="is"/><endEvent id="ie"/>{tasks("ab")}' + (
        '<sequenceFlow id="i1" sourceRef="is" targetRef="a"/><sequenceFlow id="i2" sourceRef="a" targetRef="b"/>'
        '<sequenceFlow id="i3" sourceRef="b" targetRef="ie"/>'
    )
    body = f'{ENDS}<subProcess id="sub">{inner}</subProcess>{tasks("c")}<boundaryEvent id="t" attachedToRef="sub"/>'
    norm = a_norm(tmp_path, body + '<exclusiveGateway id="y"/>' + flows("s>sub", "sub>y", "t>c", "c>y", "y>e"))

    assert costs(norm, "ab", "ac", "c", "abc", "a") == [0, 0, 0, 1, 1]


def test_link_events_lead_from_one_to_the_other(tmp_path: Path) -> None:
    body = (
        f'{ENDS}{tasks("ab")}<intermediateThrowEvent id="u"><linkEventDefinition name="on"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="v"><linkEventDefinition name="on"/></intermediateCatchEvent>'
    )
    norm = a_norm(tmp_path, body + flows("s>a", "a>u", "v>b", "b>e"))

    assert costs(norm, "ab", "b") == [0, 1]


def test_a_process_is_over_when_every_branch_has_come_to_its_end_event(tmp_path: Path) -> None:
    body = f'{ENDS}<endEvent id="e2"/>{tasks("abc")}<parallelGateway id="x"/>'
    norm = a_norm(tmp_path, body + flows("s>x", "x>a", "x>b", "x>c", "a>e", "b>e2", "c>e2"))

    assert costs(norm, "cab", "ab", "a") == [0, 1, 2]


def test_branches_end_together_in_a_sub_process_too(tmp_path: Path) -> None:
    inner = f'<startEvent id="is"/><endEvent id="ie"/><endEvent id="if"/>{tasks("ab")}' + (
        '<sequenceFlow id="i1" sourceRef="is" targetRef="a"/><sequenceFlow id="i2" sourceRef="is" targetRef="b"/>'
        '<sequenceFlow id="i3" sourceRef="a" targetRef="ie"/><sequenceFlow id="i4" sourceRef="b" targetRef="if"/>'
    )
    norm = a_norm(
        tmp_path, f'{ENDS}{tasks("c")}<subProcess id="sub">{inner}</subProcess>{flows("s>sub", "sub>c", "c>e")}'
    )

    assert costs(norm, "bac", "ac", "acb") == [0, 1, 2]


def test_an_event_named_like_an_activity_is_a_step_and_any_other_is_passed_and_said(tmp_path: Path) -> None:
    body = '<startEvent id="s" name="a"/><endEvent id="e" name="All done"/>' + tasks("b")
    norm = a_norm(tmp_path, body + flows("s>b", "b>e"))

    assert (costs(norm, "ab", "b"), norm.remarks) == ([0, 1], (Remark("events", ("All done",)),))


def test_several_start_events_are_a_choice_and_said(tmp_path: Path) -> None:
    body = f'{ENDS}<startEvent id="s2"/>{tasks("ab")}'
    norm = a_norm(tmp_path, body + flows("s>a", "s2>b", "a>b", "b>e"))

    assert (costs(norm, "ab", "b", "a"), norm.remarks) == ([0, 0, 1], (Remark("starts", ("s", "s2")),))


def test_what_has_no_bearing_on_order_is_left_out_and_counted(tmp_path: Path) -> None:
    body = f'{ENDS}{tasks("a")}<textAnnotation id="n"/><dataObjectReference id="d"/><association id="l"/>'
    norm = a_norm(tmp_path, body + flows("s>a", "a>e"))

    assert norm.remarks == (Remark("aside", ("association (1)", "dataObjectReference (1)", "textAnnotation (1)")),)


def test_conditions_of_flows_are_not_evaluated_and_that_is_said(tmp_path: Path) -> None:
    body = (
        f'{ENDS}{tasks("a")}<exclusiveGateway id="x"/>'
        + flows("s>x", "a>e")
        + (
            '<sequenceFlow id="g1" sourceRef="x" targetRef="a"><conditionExpression>due</conditionExpression>'
            "</sequenceFlow>"
            '<sequenceFlow id="g2" sourceRef="x" targetRef="e"/>'
        )
    )

    assert a_norm(tmp_path, body).remarks == (Remark("conditions", ()),)


POOLS = (
    '<collaboration id="c"><participant id="p1" name="Office" processRef="p"/>'
    '<participant id="p2" name="Person" processRef="q"/><participant id="p3" name="Court"/>'
    '<messageFlow id="m" sourceRef="p1" targetRef="p3"/></collaboration>'
)


def two_pools() -> str:
    other = '<startEvent id="qs"/><task id="qb" name="b"/><endEvent id="qe"/>'
    ways = '<sequenceFlow id="q1" sourceRef="qs" targetRef="qb"/><sequenceFlow id="q2" sourceRef="qb" targetRef="qe"/>'
    return f'{POOLS}<process id="q">{other}{ways}</process>'


def test_of_several_pools_one_has_to_be_named(tmp_path: Path) -> None:
    body = ENDS + tasks("a") + flows("s>a", "a>e")

    assert fault(tmp_path, body, two_pools()) == "norm.bpmn holds 2 processes. Name one: Office, Person."


def test_the_pool_that_is_named_is_read_and_the_others_are_said(tmp_path: Path) -> None:
    norm = a_norm(tmp_path, ENDS + tasks("a") + flows("s>a", "a>e"), two_pools(), process="Person")

    assert norm.activities == ("b",)
    assert norm.remarks == (Remark("message_flows", ("1",)), Remark("other_pools", ("Court", "Office")))


def test_a_pool_nobody_drew_is_told_with_the_nearest(tmp_path: Path) -> None:
    text = fault(tmp_path, ENDS + tasks("a") + flows("s>a", "a>e"), two_pools(), process="Ofice")

    assert text == "norm.bpmn has no process 'Ofice'. Did you mean Office?"


def test_a_node_knows_its_lane(tmp_path: Path) -> None:
    lanes = '<laneSet><lane id="l" name="Benefits"><flowNodeRef>a</flowNodeRef></lane></laneSet>'

    assert a_norm(tmp_path, lanes + ENDS + tasks("a") + flows("s>a", "a>e")).element("a").lane == "Benefits"


def test_the_authors_drawing_is_kept(tmp_path: Path) -> None:
    drawing = (
        '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane><bpmndi:BPMNShape bpmnElement="a"><dc:Bounds x="10" y="20.5" '
        'width="100" height="80"/></bpmndi:BPMNShape><bpmndi:BPMNEdge bpmnElement="f1"><di:waypoint x="1" y="2"/>'
        '<di:waypoint x="3" y="4"/></bpmndi:BPMNEdge></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    )
    norm = a_norm(tmp_path, ENDS + tasks("a") + flows("s>a", "a>e"), drawing)

    assert norm.element("a").box == (10, 20.5, 100, 80)
    assert norm.element("s").box is None
    assert [flow.points for flow in norm.flows] == [((1, 2), (3, 4)), ()]


def test_every_transition_belongs_to_an_element(tmp_path: Path) -> None:
    body = f'{ENDS}{tasks("ab")}<exclusiveGateway id="x"/><exclusiveGateway id="y"/>'
    norm = a_norm(tmp_path, body + flows("s>x", "x>a", "x>b", "a>y", "b>y", "y>e"))

    assert set(norm.owner.values()) == {each.id for each in norm.elements}
    assert {each.name for each in norm.net.transitions} == set(norm.owner)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f'<complexGateway id="x" name="Maybe"/>{ENDS}', "complexGateway 'Maybe' is not read: a complex gateway"),
        (f'<adHocSubProcess id="x" name="Maybe"/>{ENDS}', "adHocSubProcess 'Maybe' is not read: an ad-hoc sub-process"),
        (f'<transaction id="x" name="Maybe"/>{ENDS}', "transaction 'Maybe' is not read: a transaction can be undone"),
        (f'<novelty id="x" name="Maybe"/>{ENDS}', "novelty 'Maybe' is not read: procmine does not know it"),
        (f'{ENDS}<task id="a" name="a" isForCompensation="true"/>', "task 'a' is not read: it undoes what was done"),
        (
            f'{ENDS}<subProcess id="u" name="Any time" triggeredByEvent="true"/>',
            "subProcess 'Any time' is not read: an event sub-process can begin at any time",
        ),
        (
            f'{ENDS}<boundaryEvent id="u" name="Stop"><cancelEventDefinition/></boundaryEvent>',
            "boundaryEvent 'Stop' is not read: it cancels a transaction",
        ),
        (f'{ENDS}<task id="a" name="a"><surprise/></task>', "task 'a' holds surprise, which procmine does not know"),
        (
            f'{ENDS}{tasks("a")}<sequenceFlow id="f" sourceRef="a" targetRef="z"/>',
            "leads to or from 'z', which is no node",
        ),
        (f"{ENDS}{tasks('aa')}", "The id 'a' stands there twice"),
        (f'{ENDS}<task name="a"/>', "A task has no usable id"),
        (f'{ENDS}<task id="flow f1" name="a"/>', "A task has no usable id"),
    ],
)
def test_what_is_not_understood_is_refused_by_name_and_line(tmp_path: Path, body: str, said: str) -> None:
    text = fault(tmp_path, body)

    assert text.startswith("norm.bpmn:4: ")
    assert said in text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (ENDS + tasks("ab") + flows("s>a", "a>e"), "No flow leads to task 'b'."),
        (
            ENDS + tasks("ab") + flows("s>a", "a>e", "a>b"),
            "No flow leads on from task 'b': draw an end event behind it.",
        ),
        (
            tasks("a") + '<endEvent id="e"/><task id="q" name="b"/>' + flows("q>a", "a>e"),
            "The process has no start event.",
        ),
        (
            ENDS
            + tasks("ab")
            + '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false"/>'
            + flows("s>a", "a>e", "t>b", "b>e"),
            "boundaryEvent t is not read: it does not interrupt",
        ),
        (
            ENDS + tasks("a") + '<boundaryEvent id="t" attachedToRef="e"/>' + flows("s>a", "a>e", "t>e"),
            "boundaryEvent t is attached to no task of its process.",
        ),
        (
            ENDS
            + tasks("ab")
            + '<inclusiveGateway id="x" name="Which?"/><exclusiveGateway id="y"/>'
            + flows("s>x", "x>a", "x>b", "a>y", "b>y", "y>e"),
            "inclusiveGateway 'Which?' is not read: an inclusive gateway that splits into 2 to 6 branches needs one",
        ),
        (
            ENDS
            + tasks("a")
            + '<intermediateThrowEvent id="u" name="On"><linkEventDefinition name="x"/></intermediateThrowEvent>'
            + flows("s>a", "a>u"),
            "intermediateThrowEvent 'On' is a link without its other end.",
        ),
        (
            ENDS
            + tasks("ab")
            + flows("s>a", "b>e")
            + '<sequenceFlow id="g1" sourceRef="a" targetRef="b"><conditionExpression/></sequenceFlow>'
            '<sequenceFlow id="g2" sourceRef="a" targetRef="e"/>',
            "task 'a' has several flows under conditions: put a gateway behind it",
        ),
    ],
)
def test_what_no_sound_net_can_say_is_refused_by_name(tmp_path: Path, body: str, said: str) -> None:
    assert said in fault(tmp_path, body)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = fault(tmp_path, f'{ENDS}<complexGateway id="x"/>\n<transaction id="y"/>')

    assert [line.split(" ")[0] for line in text.splitlines()] == ["norm.bpmn:4:", "norm.bpmn:5:"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            f'{ENDS}{tasks("ab")}<exclusiveGateway id="x"/><parallelGateway id="y" name="Both"/>'
            + flows("s>x", "x>a", "x>b", "a>y", "b>y", "y>e"),
            "can come to a halt before its end: it waits for ever between task 'a' and parallelGateway 'Both'.",
        ),
        (
            f'{ENDS}{tasks("ab")}<parallelGateway id="x"/><exclusiveGateway id="y"/><exclusiveGateway id="m"/>'
            '<endEvent id="e2"/>' + flows("s>a", "a>y", "y>m", "y>x", "x>m", "x>b", "b>e2", "m>e"),
            "The process can be at its end while something still goes on: between parallelGateway x and ",
        ),
        (
            f'{ENDS}{tasks("ab")}<parallelGateway id="x"/><exclusiveGateway id="y"/>'
            + flows("s>y", "y>a", "a>x", "x>y", "x>b", "b>e"),
            "The process can go round and begin more each time, without bound: between parallelGateway x and task 'b'.",
        ),
        (
            f'{ENDS}{tasks("ab")}<exclusiveGateway id="y"/>' + flows("s>a", "a>e", "y>b", "b>y"),
            "Never reached, whatever is done: task 'b', exclusiveGateway y.",
        ),
    ],
)
def test_a_process_that_cannot_end_properly_is_refused_at_its_place(tmp_path: Path, body: str, said: str) -> None:
    assert said in fault(tmp_path, body)


def test_more_branches_at_once_than_can_be_looked_at_are_refused_at_their_gateway(tmp_path: Path) -> None:
    names = [f"t{number}" for number in range(18)]
    tasks = "".join(f'<task id="{name}" name="walk_in"/>' for name in names)
    gates = '<parallelGateway id="split"/><parallelGateway id="join"/>'
    ways = [way for name in names for way in (f"split>{name}", f"{name}>join")]
    path = a_file(tmp_path, ENDS + tasks + gates + flows("s>split", *ways, "join>e"))

    with pytest.raises(ContentError, match=r"18 branches begin at parallelGateway split\. Draw the few steps"):
        read_bpmn(path, known_words(SCHEMA))


def test_tasks_without_an_activity_are_listed_with_the_nearest(tmp_path: Path) -> None:
    body = (
        f'{ENDS}<task id="t1" name="Erstgespraech"/>\n<task id="t2" name="Tee kochen"/>{flows("s>t1", "t1>t2", "t2>e")}'
    )
    words = known_words(load_schema())
    with pytest.raises(ContentError) as found:
        read_bpmn(a_file(tmp_path, body), words)
    first, second = found.value.sentence().splitlines()

    assert first.startswith("norm.bpmn:4: task 'Erstgespraech' is no activity of the log. Did you mean erstgespräch")
    assert second.startswith("norm.bpmn:5: task 'Tee kochen' is no activity of the log.")


def test_titles_in_both_languages_codes_and_the_logs_own_labels_are_understood() -> None:
    words = known_words(load_schema(), ["Eigener Schritt"])

    assert [words[name] for name in ("erstgespräch", "first interview", "first_interview", "eigener schritt")] == [
        "first_interview", "first_interview", "first_interview", "Eigener Schritt",
    ]  # fmt: skip


def test_the_table_of_labels_says_what_a_task_means(tmp_path: Path) -> None:
    body = (
        f'{ENDS}<task id="t1" name="Talk &#10; it over"/><task id="t2" name="File it"/>{flows("s>t1", "t1>t2", "t2>e")}'
    )
    norm = a_norm(tmp_path, body, labels={"talk it over": "c", "t2": ""})

    assert (norm.activities, costs(norm, "c"), norm.remarks) == (("c",), [0], (Remark("silent", ("File it",)),))


def test_a_label_for_no_node_or_to_no_activity_is_refused(tmp_path: Path) -> None:
    body = ENDS + tasks("a") + flows("s>a", "a>e")

    assert "names 'zz', which is no node of the process" in fault(tmp_path, body, labels={"zz": "a"})
    assert "The label 'a' is to mean 'nothing'." in fault(tmp_path, body, labels={"a": "nothing"})


def test_a_table_of_labels_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "norm.toml"
    path.write_text('[labels]\n"Gespräch führen" = "followup_interview"\n', encoding="utf-8")

    assert labels_in(path) == {"Gespräch führen": "followup_interview"}


def test_a_file_of_labels_with_anything_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "norm.toml"
    path.write_text("[labels]\na = 1\n", encoding="utf-8")
    with pytest.raises(ContentError, match="needs one table"):
        labels_in(path)


def hostile(folder: Path, text: str | bytes) -> str:
    path = folder / "norm.bpmn"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as found:
        read_bpmn(path, WORDS)
    return found.value.sentence()


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE d SYSTEM "http://127.0.0.1/x.dtd">',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "file:///x"> %p;]>',
    ],
)
def test_every_doctype_is_refused(tmp_path: Path, doctype: str) -> None:
    text = hostile(tmp_path, f'<?xml version="1.0"?>\n{doctype}<definitions xmlns="{MODEL}"/>')

    assert text.startswith("norm.bpmn:2: The file declares a DOCTYPE.")


def test_an_entity_nobody_declared_is_broken_xml(tmp_path: Path) -> None:
    assert "The XML is broken: undefined entity." in hostile(
        tmp_path, f'<definitions xmlns="{MODEL}">&x;</definitions>'
    )


def test_a_file_cut_off_is_told_with_its_place(tmp_path: Path) -> None:
    assert hostile(tmp_path, f'<definitions xmlns="{MODEL}">\n<process').startswith("norm.bpmn:2:")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The XML is broken: no element found."),
        (b"PK\x03\x04rest", "This is a ZIP archive. Export the process as BPMN 2.0 XML."),
        (b'<?xml version="1.0" encoding="utf-32x"?><a/>', "norm.bpmn"),
        (b"<Package/>", "The root element is 'Package' of 'no namespace', not BPMN 2.0's definitions."),
        (b"<a b='" + b"x" * 30_000 + b"'/>", "The attribute b has more than 20,000 characters."),
        (b"<a>" * 70 + b"</a>" * 70, "Elements are nested deeper than 64."),
    ],
)
def test_what_is_no_bpmn_is_refused_with_the_reason(tmp_path: Path, data: bytes, said: str) -> None:
    assert said in hostile(tmp_path, data)


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bpmn_xml, "MOST_BYTES", 100)

    assert "The file has" in hostile(tmp_path, b"<a>" + b" " * 200 + b"</a>")


def test_too_many_elements_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bpmn_xml, "MOST_ELEMENTS", 5)

    assert "The file has more than 5 elements." in hostile(tmp_path, b"<a>" + b"<b/>" * 10 + b"</a>")


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_a_damaged_file_is_read_or_refused_but_never_a_fault_of_ours(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    lines = (Path(str(shipped())) / "event_logs" / "norms" / "first_contact.bpmn").read_text("utf-8").splitlines()
    ids = re.findall(r'Ref="([^"]*)"', "\n".join(lines))
    for _ in range(rng.randint(1, 4)):
        k = rng.choice([k for k, line in enumerate(lines) if line.endswith("/>")])
        change = rng.choice(["drop", "repeat", "point elsewhere"])
        if change == "point elsewhere":
            lines[k] = re.sub(r'Ref="[^"]*"', f'Ref="{rng.choice(ids)}"', lines[k])
        else:
            lines[k : k + 1] = [] if change == "drop" else [lines[k], lines[k]]
    path = tmp_path / "norm.bpmn"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        found = read_bpmn(path, known_words(SCHEMA))
    except (InputError, UsageError) as fault:
        assert fault.where.startswith("norm.bpmn") or isinstance(fault, UsageError)
    else:
        assert align(found.net, courses({("application",): 1})).shortest is not None


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"norm\.bpmn: The file cannot be read"):
        read_bpmn(tmp_path / "norm.bpmn", WORDS)


def test_a_drawing_with_absurd_numbers_is_refused(tmp_path: Path) -> None:
    drawing = '<bpmndi:BPMNShape bpmnElement="a"><dc:Bounds x="1e400" y="0" width="1" height="1"/></bpmndi:BPMNShape>'

    assert "Bounds has no usable x, y, width, height." in fault(
        tmp_path, ENDS + tasks("a") + flows("s>a", "a>e"), drawing
    )


def a_model(tree: TreeNode) -> Model:
    return Model((), (), (), 0, 0, 0, "inductive", 0.0, tree, None, None)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), size=st.integers(1, 7))
def test_our_own_export_read_again_costs_what_the_tree_does(tmp_path: Path, seed: int, size: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    tree = random_tree(rng, list("abcdefg")[:size])
    path = tmp_path / "norm.bpmn"
    path.write_text(export.to_bpmn(a_model(tree)), encoding="utf-8")
    log = courses({tuple(rng.choice("abcdefgx") for _ in range(rng.randint(1, 8))): 1 for _ in range(6)})

    assert list(align(read_bpmn(path, WORDS).net, log).costs) == quality.alignment_costs(log, tree)


def test_our_own_export_keeps_its_drawing(tmp_path: Path) -> None:
    path = tmp_path / "norm.bpmn"
    path.write_text(export.to_bpmn(a_model(TreeNode("sequence", None, (TreeNode(None, "a"), TreeNode(None, "b"))))))
    norm = read_bpmn(path, WORDS)

    assert all(each.box is not None for each in norm.elements)
    assert all(len(flow.points) >= 2 for flow in norm.flows)


def test_the_shipped_example_is_a_norm_over_the_vocabulary() -> None:
    folder = Path(str(shipped())) / "event_logs" / "norms"
    names = {
        path.name: read_bpmn(path, known_words(load_schema())).activities for path in sorted(folder.glob("*.bpmn"))
    }

    assert names["first_contact.bpmn"] == (
        "application", "benefit_notice", "cooperation_plan", "first_interview", "profiling",
    )  # fmt: skip
