"""The courses of a case (assignments to conflicts): each gives the rows its worked example draws, case by case.

A case is named after the clause of the rule it tries. What an example leaves out is filled in: rows are numbered in the
order they are drawn, everything happens in office JC-01, cases begin on 1 January and are watched until 31 December 2025.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from procmine.content import listing, place_of, read_text
from procmine.metric import drawn_table
from procmine.schema import load_schema
from procmine.sql import Query, read_query
from tests import drawn

SCHEMA = load_schema()
Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    # ---- who is assigned, and what the client asked them to do
    "assignments": {
        "events": """
            case_id       | local_date | activity      | lifecycle | role             | to_role   | to_org | change_reason | from_worker | to_worker
            two on a day  | 2025-03-01 | worker_change |           | placement        |           |        | turnover      | A           | B
            two on a day  | 2025-03-01 | handover      |           | placement        |           |        | cover         | B           | C
            way back      | 2025-03-01 | worker_change |           |                  |           |        | cover         | A           | B
            way back      | 2025-03-15 | worker_change |           |                  |           |        |               | B           | A
            way back      | 2025-05-01 | worker_change |           |                  |           |        |               | A           | B
            not back      | 2025-03-01 | worker_change |           |                  |           |        | cover         | A           | B
            not back      | 2025-03-15 | worker_change |           |                  |           |        |               | B           | C
            other reason  | 2025-03-01 | worker_change |           |                  |           |        | cover         | A           | B
            other reason  | 2025-03-15 | worker_change |           |                  |           |        | case          | B           | A
            drawn in      | 2025-03-01 | handover      |           | placement        | benefits  |        |               | A           | X
            benefits side | 2025-03-01 | worker_change |           | benefits         |           |        |               | X           | Y
            benefits side | 2025-04-01 | handover      |           | benefits         | placement |        |               | Y           | A
            front office  | 2025-03-01 | handover      |           | front_desk       | placement |        |               | F           | A
            provider      | 2025-03-01 | worker_change |           | measure_provider |           |        |               | P           | Q
            from provider | 2025-03-01 | handover      |           | measure_provider | placement |        |               | P           | A
            the same      | 2025-03-01 | worker_change |           |                  |           |        |               | A           | A
            elsewhere     | 2025-03-01 | handover      |           | placement        |           | Verein |               | A           |
            nameless      | 2025-03-01 | handover      |           | placement        |           |        |               |             |
            nameless      | 2025-04-01 | worker_change |           | placement        |           |        |               |             |
            planned       | 2025-03-01 | worker_change | schedule  |                  |           |        |               | A           | B
            planned       | 2025-03-09 | worker_change | reassign  |                  |           |        |               | A           | B
        """,
        "contacts": """
            case_id        | on_date    | worker
            drawn in       | 2025-02-01 | w1
            worker unknown | 2025-02-01 |
        """,
        "result": """
            assignment_id   | case_id       | from_date  | to_date    | opening | cover | change_reason | from_worker | to_worker
            two on a day-0  | two on a day  | 2025-01-01 | 2025-03-01 | true    | false |               |             | A
            two on a day-1  | two on a day  | 2025-03-01 | 2025-03-01 | false   | false | turnover      | A           | B
            two on a day-2  | two on a day  | 2025-03-01 |            | false   | true  | cover         | B           | C
            way back-0      | way back      | 2025-01-01 | 2025-03-01 | true    | false |               |             | A
            way back-1      | way back      | 2025-03-01 | 2025-03-15 | false   | true  | cover         | A           | B
            way back-2      | way back      | 2025-03-15 | 2025-05-01 | false   | true  |               | B           | A
            way back-3      | way back      | 2025-05-01 |            | false   |       |               | A           | B
            not back-0      | not back      | 2025-01-01 | 2025-03-01 | true    | false |               |             | A
            not back-1      | not back      | 2025-03-01 | 2025-03-15 | false   | true  | cover         | A           | B
            not back-2      | not back      | 2025-03-15 |            | false   |       |               | B           | C
            other reason-0  | other reason  | 2025-01-01 | 2025-03-01 | true    | false |               |             | A
            other reason-1  | other reason  | 2025-03-01 | 2025-03-15 | false   | true  | cover         | A           | B
            other reason-2  | other reason  | 2025-03-15 |            | false   | false | case          | B           | A
            drawn in-0      | drawn in      | 2025-01-01 |            | true    | false |               |             |
            from provider-0 | from provider | 2025-01-01 | 2025-03-01 | true    | false |               |             | P
            from provider-1 | from provider | 2025-03-01 |            | false   |       |               | P           | A
            nameless-0      | nameless      | 2025-01-01 | 2025-04-01 | true    | false |               |             |
            nameless-2      | nameless      | 2025-04-01 |            | false   |       |               |             |
            planned-0       | planned       | 2025-01-01 | 2025-03-09 | true    | false |               |             | A
            planned-2       | planned       | 2025-03-09 |            | false   |       |               | A           | B
        """,
    },
    "mandates": {
        "events": """
            case_id      | local_date | activity          | lifecycle | mandate_scope  | mandate_worker
            lapses       | 2025-02-01 | mandate_obtained  |           | work           | A
            lapses       | 2025-03-01 | worker_change     |           |                |
            lapses       | 2025-03-10 | mandate_renewed   |           | life_situation | B
            no reason    | 2025-02-01 | mandate_obtained  |           |                |
            no reason    | 2025-03-01 | handover          |           |                |
            cover        | 2025-02-01 | mandate_obtained  |           |                |
            cover        | 2025-03-01 | worker_change     |           |                |
            to benefits  | 2025-02-01 | mandate_obtained  |           |                |
            to benefits  | 2025-03-01 | handover          |           |                |
            goes on      | 2025-02-01 | mandate_obtained  | complete  | work           | A
            goes on      | 2025-03-01 | mandate_confirmed |           |                |
            goes on      | 2025-04-01 | mandate_extended  |           | life_situation |
            goes on      | 2025-05-01 | mandate_renewed   |           |                |
            taken back   | 2025-02-01 | mandate_obtained  |           |                |
            taken back   | 2025-03-01 | mandate_declined  |           |                |
            taken back   | 2025-03-05 | mandate_withdrawn |           |                |
            taken back   | 2025-04-01 | mandate_confirmed |           |                |
            on one day   | 2025-02-01 | mandate_obtained  |           |                |
            on one day   | 2025-02-01 | worker_change     |           |                |
            on one day   | 2025-02-01 | mandate_renewed   |           |                |
            exit         | 2025-02-01 | mandate_obtained  |           |                |
            exit later   | 2025-02-01 | mandate_obtained  |           |                |
            on last day  | 2025-02-01 | mandate_obtained  |           |                |
            on last day  | 2025-05-01 | mandate_withdrawn |           |                |
            after exit   | 2025-02-01 | mandate_obtained  |           |                |
            after exit   | 2025-06-01 | mandate_confirmed |           |                |
            never        | 2025-02-01 | mandate_declined  |           |                |
            never        | 2025-03-01 | mandate_obtained  | schedule  |                |
        """,
        "assignments": """
            case_id    | assignment_id | from_date  | opening | cover
            lapses     | lapses-0      | 2025-01-01 | true    | false
            lapses     | lapses-2      | 2025-03-01 | false   | false
            no reason  | no reason-2   | 2025-03-01 | false   |
            cover      | cover-2       | 2025-03-01 | false   | true
            on one day | on one day-2  | 2025-02-01 | false   | false
        """,
        "cases": """
            case_id     | exit_date  | observed_until
            exit        | 2025-05-01 | 2025-05-01
            exit later  | 2026-02-01 | 2025-12-31
            on last day | 2025-05-01 | 2025-05-01
            after exit  | 2025-05-01 | 2025-05-01
        """,
        "result": """
            mandate_id    | case_id     | from_date  | to_date    | activity          | mandate_scope  | mandate_worker | mandate_number | ended_by      | observed_until
            lapses-1      | lapses      | 2025-02-01 | 2025-03-01 | mandate_obtained  | work           | A              | 1              | worker_change | 2025-12-31
            lapses-3      | lapses      | 2025-03-10 |            | mandate_renewed   | life_situation | B              | 2              |               | 2025-12-31
            no reason-1   | no reason   | 2025-02-01 | 2025-03-01 | mandate_obtained  |                |                | 1              | worker_change | 2025-12-31
            cover-1       | cover       | 2025-02-01 |            | mandate_obtained  |                |                | 1              |               | 2025-12-31
            to benefits-1 | to benefits | 2025-02-01 |            | mandate_obtained  |                |                | 1              |               | 2025-12-31
            goes on-1     | goes on     | 2025-02-01 |            | mandate_obtained  | work           | A              | 1              |               | 2025-12-31
            taken back-1  | taken back  | 2025-02-01 | 2025-03-01 | mandate_obtained  |                |                | 1              | withdrawn     | 2025-12-31
            taken back-4  | taken back  | 2025-04-01 |            | mandate_confirmed |                |                | 2              |               | 2025-12-31
            on one day-1  | on one day  | 2025-02-01 | 2025-02-01 | mandate_obtained  |                |                | 1              | worker_change | 2025-12-31
            on one day-3  | on one day  | 2025-02-01 |            | mandate_renewed   |                |                | 2              |               | 2025-12-31
            exit-1        | exit        | 2025-02-01 | 2025-05-01 | mandate_obtained  |                |                | 1              | exit          | 2025-05-01
            exit later-1  | exit later  | 2025-02-01 |            | mandate_obtained  |                |                | 1              |               | 2025-12-31
            on last day-1 | on last day | 2025-02-01 | 2025-05-01 | mandate_obtained  |                |                | 1              | withdrawn     | 2025-05-01
            after exit-1  | after exit  | 2025-02-01 | 2025-05-01 | mandate_obtained  |                |                | 1              | exit          | 2025-05-01
            after exit-2  | after exit  | 2025-06-01 |            | mandate_confirmed |                |                | 2              |               | 2025-06-01
        """,
    },
    # ---- what was decided
    "decisions": {
        "events": """
            case_id   | local_date | activity              | lifecycle | decision_mode    | legal_notice | options_offered
            kinds     | 2025-03-01 | cooperation_plan      |           | joint            | none         |
            kinds     | 2025-03-02 | placement_proposal    | complete  | office_unilateral | full        |
            kinds     | 2025-03-03 | measure_offer         |           |                  |              | 2
            kinds     | 2025-03-04 | measure_assignment    |           |                  |              |
            kinds     | 2025-03-05 | measure_start         |           |                  |              |
            kinds     | 2025-03-06 | special_support_start |           |                  |              |
            kinds     | 2025-03-07 | segment_change        |           | rule             |              |
            kinds     | 2025-03-08 | casework              |           | joint            |              |
            planned   | 2025-03-01 | measure_start         | schedule  |                  |              |
            next step | 2025-03-01 | followup_interview    |           | client_choice    | hint         | 3
            next step | 2025-03-20 | followup_interview    |           |                  |              | 2
            latest    | 2025-04-30 | measure_start         |           |                  |              |
            sixty     | 2025-04-30 | measure_start         |           |                  |              |
            too early | 2025-04-30 | measure_start         |           |                  |              |
            same day  | 2025-04-30 | measure_start         |           |                  |              |
        """,
        "contacts": """
            case_id   | contact_id  | on_date    | activity           | decision_mode | legal_notice
            next step | next step-1 | 2025-03-01 | followup_interview | client_choice | hint
            next step | next step-2 | 2025-03-20 | followup_interview |               |
            next step | next step-3 | 2025-03-25 | short_contact      | joint         |
            latest    | latest-1    | 2025-04-01 | followup_interview |               |
            latest    | latest-2    | 2025-04-29 | followup_interview |               |
            latest    | latest-3    | 2025-05-02 | followup_interview |               |
            sixty     | sixty-1     | 2025-03-01 | followup_interview |               |
            too early | too early-1 | 2025-02-28 | followup_interview |               |
            same day  | same day-1  | 2025-04-30 | followup_interview |               |
        """,
        "result": """
            decision_id | case_id   | on_date    | activity              | decision_kind | decision_mode     | legal_notice | options_offered | informed_on
            kinds-1     | kinds     | 2025-03-01 | cooperation_plan      | plan          | joint             | none         |                 |
            kinds-2     | kinds     | 2025-03-02 | placement_proposal    | proposal      | office_unilateral | full         |                 |
            kinds-3     | kinds     | 2025-03-03 | measure_offer         | measure       |                   |              | 2               |
            kinds-4     | kinds     | 2025-03-04 | measure_assignment    | measure       |                   |              |                 |
            kinds-5     | kinds     | 2025-03-05 | measure_start         | measure       |                   |              |                 |
            kinds-6     | kinds     | 2025-03-06 | special_support_start | support       |                   |              |                 |
            kinds-7     | kinds     | 2025-03-07 | segment_change        | segment       | rule              |              |                 |
            next step-1 | next step | 2025-03-01 | followup_interview    | next_step     | client_choice     | hint         | 3               |
            next step-3 | next step | 2025-03-25 | short_contact         | next_step     | joint             |              |                 |
            latest-1    | latest    | 2025-04-30 | measure_start         | measure       |                   |              |                 | 2025-04-29
            sixty-1     | sixty     | 2025-04-30 | measure_start         | measure       |                   |              |                 | 2025-03-01
            too early-1 | too early | 2025-04-30 | measure_start         | measure       |                   |              |                 |
            same day-1  | same day  | 2025-04-30 | measure_start         | measure       |                   |              |                 |
        """,
    },
    "measures": {
        "events": """
            case_id        | local_date | activity              | lifecycle | role             | link_id | decision_mode     | legal_notice | options_offered
            linked         | 2025-03-01 | measure_offer         |           |                  | L1      | client_choice     | hint         | 3
            linked         | 2025-03-02 | measure_offer         |           |                  | L2      | office_unilateral | full         | 1
            linked         | 2025-03-10 | measure_assignment    |           |                  | L1      |                   | none         |
            linked         | 2025-03-20 | measure_start         |           |                  | L1      |                   |              |
            its own        | 2025-03-01 | measure_offer         |           |                  |         | joint             |              | 2
            its own        | 2025-03-20 | measure_start         |           |                  |         | client_choice     |              | 4
            latest         | 2025-03-01 | measure_offer         |           |                  |         | joint             |              |
            latest         | 2025-03-10 | measure_assignment    |           |                  |         | office_unilateral |              |
            latest         | 2025-03-20 | measure_start         |           |                  |         |                   |              |
            one linked     | 2025-03-01 | measure_offer         |           |                  | L1      | joint             | full         | 2
            one linked     | 2025-03-20 | measure_start         |           |                  |         |                   |              |
            sixty days     | 2025-03-01 | measure_offer         |           |                  |         | joint             |              |
            sixty days     | 2025-04-30 | measure_start         |           |                  |         |                   |              |
            too early      | 2025-02-28 | measure_offer         |           |                  |         | joint             | full         |
            too early      | 2025-04-30 | measure_start         |           |                  |         |                   |              |
            same day       | 2025-03-20 | measure_start         |           |                  |         |                   |              |
            same day       | 2025-03-20 | measure_assignment    |           |                  |         | rule              |              |
            the second     | 2025-03-01 | measure_assignment    |           |                  |         | joint             | full         |
            the second     | 2025-03-05 | measure_start         |           |                  |         |                   |              |
            the second     | 2025-04-01 | measure_start         |           |                  |         |                   |              |
            strongest      | 2025-03-01 | measure_offer         |           |                  |         |                   | full         |
            strongest      | 2025-03-10 | measure_assignment    |           |                  |         |                   | hint         |
            strongest      | 2025-03-20 | measure_start         |           |                  |         |                   | none         |
            no entry       | 2025-03-01 | measure_assignment    |           |                  |         | joint             |              |
            no entry       | 2025-03-09 | measure_start         | schedule  |                  |         | joint             |              |
            unlinked ends  | 2025-03-01 | measure_start         |           |                  |         |                   |              |
            unlinked ends  | 2025-03-05 | measure_end           |           |                  | L9      |                   |              |
            unlinked ends  | 2025-03-20 | measure_dropout       |           |                  |         |                   |              |
            unlinked ends  | 2025-05-01 | measure_start         |           |                  |         |                   |              |
            unlinked ends  | 2025-06-01 | measure_end           |           |                  |         |                   |              |
            linked ends    | 2025-03-01 | measure_start         |           |                  | L1      |                   |              |
            linked ends    | 2025-03-02 | measure_start         |           |                  | L2      |                   |              |
            linked ends    | 2025-03-20 | measure_end           |           |                  | L2      |                   |              |
            linked ends    | 2025-04-20 | measure_dropout       |           |                  | L1      |                   |              |
            by a coach     | 2025-03-01 | measure_start         |           | coach            |         |                   |              |
            holistic       | 2025-02-01 | special_support_start |           | coach            |         |                   |              |
            holistic       | 2025-03-01 | measure_start         |           | measure_provider |         |                   |              |
            holistic       | 2025-04-01 | special_support_end   |           | coach            |         |                   |              |
            holistic       | 2025-05-01 | measure_start         |           | measure_provider |         |                   |              |
            other support  | 2025-02-01 | special_support_start |           | case_manager     |         |                   |              |
            other support  | 2025-03-01 | measure_start         |           |                  |         |                   |              |
            watched before | 2026-01-05 | measure_start         |           |                  |         |                   |              |
        """,
        "result": """
            measure_id       | case_id        | on_date    | decision_mode     | legal_notice | options_offered | voluntary_by_law | ended_on   | dropped_on | observed_until
            linked-4         | linked         | 2025-03-20 | client_choice     | hint         | 3               | false            |            |            | 2025-12-31
            its own-2        | its own        | 2025-03-20 | client_choice     |              | 4               | false            |            |            | 2025-12-31
            latest-3         | latest         | 2025-03-20 | office_unilateral |              |                 | false            |            |            | 2025-12-31
            one linked-2     | one linked     | 2025-03-20 |                   |              |                 | false            |            |            | 2025-12-31
            sixty days-2     | sixty days     | 2025-04-30 | joint             |              |                 | false            |            |            | 2025-12-31
            too early-2      | too early      | 2025-04-30 |                   |              |                 | false            |            |            | 2025-12-31
            same day-1       | same day       | 2025-03-20 | rule              |              |                 | false            |            |            | 2025-12-31
            the second-2     | the second     | 2025-03-05 | joint             | full         |                 | false            |            |            | 2025-12-31
            the second-3     | the second     | 2025-04-01 |                   |              |                 | false            |            |            | 2025-12-31
            strongest-3      | strongest      | 2025-03-20 |                   | full         |                 | false            |            |            | 2025-12-31
            unlinked ends-1  | unlinked ends  | 2025-03-01 |                   |              |                 | false            |            | 2025-03-20 | 2025-12-31
            unlinked ends-4  | unlinked ends  | 2025-05-01 |                   |              |                 | false            | 2025-06-01 |            | 2025-12-31
            linked ends-1    | linked ends    | 2025-03-01 |                   |              |                 | false            |            | 2025-04-20 | 2025-12-31
            linked ends-2    | linked ends    | 2025-03-02 |                   |              |                 | false            | 2025-03-20 |            | 2025-12-31
            by a coach-1     | by a coach     | 2025-03-01 |                   |              |                 | true             |            |            | 2025-12-31
            holistic-2       | holistic       | 2025-03-01 |                   |              |                 | true             |            |            | 2025-12-31
            holistic-4       | holistic       | 2025-05-01 |                   |              |                 | false            |            |            | 2025-12-31
            other support-2  | other support  | 2025-03-01 |                   |              |                 | false            |            |            | 2025-12-31
            watched before-1 | watched before | 2026-01-05 |                   |              |                 | false            |            |            | 2026-01-05
        """,
    },
    "sanctions": {
        "events": """
            case_id  | local_date | activity         | lifecycle | sanction_type
            lifted   | 2025-03-01 | reduction        |           | missed_appointment
            lifted   | 2025-04-01 | reduction        |           | breach
            lifted   | 2025-04-15 | reduction_lifted |           |
            lifted   | 2025-04-20 | reduction_lifted |           |
            planned  | 2025-03-01 | reduction        | schedule  |
            planned  | 2025-03-02 | reduction        |           |
            planned  | 2025-04-01 | reduction_lifted | withdraw  |
            agreed   | 2025-03-01 | reduction        |           |
            own wish | 2025-03-01 | reduction        |           |
            unclear  | 2025-03-01 | reduction        |           |
            one told | 2025-03-01 | reduction        |           |
        """,
        "contacts": """
            case_id  | on_date    | initiator        | setting_mode
            agreed   | 2025-03-01 | client           | client_booked
            agreed   | 2025-03-05 | caseworker       | office_set
            agreed   | 2025-03-10 | caseworker       | jointly_agreed
            agreed   | 2025-03-12 | client           |
            own wish | 2025-03-09 | household_member |
            unclear  | 2025-03-01 |                  |
            unclear  | 2025-03-04 |                  |
            unclear  | 2025-03-06 |                  | walk_in
            one told | 2025-03-04 | caseworker       |
            one told | 2025-03-06 |                  | office_set
        """,
        "result": """
            sanction_id | case_id  | on_date    | sanction_type      | lifted_on  | recontact_on | unclear_on | observed_until
            lifted-1    | lifted   | 2025-03-01 | missed_appointment |            |              |            | 2025-12-31
            lifted-2    | lifted   | 2025-04-01 | breach             | 2025-04-15 |              |            | 2025-12-31
            planned-2   | planned  | 2025-03-02 |                    |            |              |            | 2025-12-31
            agreed-1    | agreed   | 2025-03-01 |                    |            | 2025-03-10   |            | 2025-12-31
            own wish-1  | own wish | 2025-03-01 |                    |            | 2025-03-09   |            | 2025-12-31
            unclear-1   | unclear  | 2025-03-01 |                    |            | 2025-03-06   | 2025-03-04 | 2025-12-31
            one told-1  | one told | 2025-03-01 |                    |            |              |            | 2025-12-31
        """,
    },
