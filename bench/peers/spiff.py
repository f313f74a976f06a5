"""The peer for reviews: SpiffWorkflow runs eight parallel tasks, a join and a decision, and stores its state at each step.

Run as a program of its own, never imported by the house: address of the database, how many cases.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psycopg
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

_TABLE = "CREATE TABLE IF NOT EXISTS bench_spiff (id integer PRIMARY KEY, state jsonb NOT NULL)"
_STORE = "INSERT INTO bench_spiff VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET state = excluded.state"


def main(address: str, count: int) -> None:
    """Print seconds and processor seconds for all cases."""
    parser = BpmnParser()
    parser.add_bpmn_file(str(Path(__file__).with_name("eight_reviews.bpmn")))
    spec = parser.get_spec("reviews")
    serializer = BpmnWorkflowSerializer()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(_TABLE)
        try:
            once(spec, serializer, connection, -1)
            began, cpu = time.perf_counter(), time.process_time()
            for number in range(count):
                once(spec, serializer, connection, number)
            print(time.perf_counter() - began, time.process_time() - cpu)
        finally:
            connection.execute("DROP TABLE bench_spiff")


def once(spec, serializer, connection, number: int) -> None:  # type: ignore[no-untyped-def]
    """One case: each step reads the state, does its task, and stores the state, as a request would."""
    workflow = BpmnWorkflow(spec)
    workflow.do_engine_steps()
    connection.execute(_STORE, [number, serializer.serialize_json(workflow)])
    for _ in range(9):  # eight reviews and the decision
        (state,) = connection.execute("SELECT state::text FROM bench_spiff WHERE id = %s", [number]).fetchone()
        workflow = serializer.deserialize_json(state)
        task = workflow.get_tasks(state=TaskState.READY, manual=True)[0]
        task.data[task.task_spec.name] = {"opinion": "approved", "text": "材料齐全，同意。"}
        task.run()
        workflow.do_engine_steps()
        connection.execute(_STORE, [number, serializer.serialize_json(workflow)])
    assert workflow.is_completed()


main(sys.argv[1], int(sys.argv[2]))
