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
            case_id   | local_date | activity              | lifecycle | decision_mode     | legal_notice | options_offered
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
    # ---- benefits
    "benefit_issues": {
        "events": """
            case_id       | local_date | activity               | lifecycle | office | benefit_issue_id | benefit_state
            resolved      | 2025-03-01 | application            |           | JC-01  | B1               | pending
            resolved      | 2025-03-03 | benefit_issue_raised   |           | JC-02  | B1               |
            resolved      | 2025-03-04 | benefit_issue_raised   |           | JC-03  | B1               |
            resolved      | 2025-03-05 | benefit_notice         |           | JC-01  | B1               | settled
            resolved      | 2025-03-20 | benefit_issue_resolved |           | JC-01  | B1               |
            resolved      | 2025-03-21 | benefit_issue_resolved |           | JC-01  |                  |
            settled       | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            settled       | 2025-03-09 | benefit_notice         |           | JC-01  | B1               | settled
            never raised  | 2025-03-01 | application            |           | JC-01  | B1               | pending
            two issues    | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            two issues    | 2025-03-02 | benefit_issue_raised   |           | JC-01  | B2               |
            two issues    | 2025-03-03 | benefit_issue_resolved |           | JC-01  | B2               |
            one day       | 2025-03-01 | benefit_issue_resolved |           | JC-01  | B1               |
            one day       | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            raised again  | 2025-02-01 | benefit_issue_resolved |           | JC-01  | B1               |
            raised again  | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            begun         | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            begun         | 2025-03-05 | benefit_issue_resolved | start     | JC-01  | B1               |
            with nobody   | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            role unknown  | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            at benefits   | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            took part     | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            warm          | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            too late      | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            by file       | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            type open     | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            receiver open | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            no handover   | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            one silent    | 2025-03-01 | benefit_issue_raised   |           | JC-01  | B1               |
            not watched   | 2025-12-25 | benefit_issue_raised   |           | JC-01  | B1               |
        """,
        "contacts": """
            case_id       | on_date    | function    | participants
            role unknown  | 2025-03-01 |             | client|system
            at benefits   | 2025-03-01 | benefits    |
            took part     | 2025-03-01 | integration | placement|benefits|client
            warm          | 2025-03-01 | integration | placement|client
            too late      | 2025-02-28 | integration | placement|benefits
            too late      | 2025-03-01 | integration | placement|client
            by file       | 2025-03-01 | integration | placement|client
            type open     | 2025-03-01 | integration | placement|client
            receiver open | 2025-03-01 | integration | placement|client
            no handover   | 2025-03-01 | integration | placement|client
            one silent    | 2025-03-01 | integration | placement|client
            one silent    | 2025-03-01 | front       |
            not watched   | 2025-12-25 | integration | placement|client
        """,
        "handovers": """
            case_id       | on_date    | activity      | transfer_kind | handover_type | to_role
            warm          | 2025-03-15 | handover      | internal      | accompanied   | benefits
            too late      | 2025-02-28 | handover      | internal      | warm          | benefits
            too late      | 2025-03-16 | handover      | internal      | warm          | benefits
            by file       | 2025-03-02 | handover      | internal      | file_only     | benefits
            type open     | 2025-03-02 | handover      | internal      |               | benefits
            receiver open | 2025-03-02 | handover      | internal      | warm          |
            no handover   | 2025-03-02 | worker_change | internal      | warm          |
            no handover   | 2025-03-02 | handover      | internal      | file_only     |
            no handover   | 2025-03-02 | handover      | internal      | warm          | case_manager
            no handover   | 2025-03-02 | referral      | external      | warm          |
        """,
        "result": """
            benefit_issue_id | case_id       | office | raised_on  | resolved_on | raised_in_contact | drawn_in | observed_until
            B1               | resolved      | JC-02  | 2025-03-03 | 2025-03-20  | false             |          | 2025-12-31
            B1               | settled       | JC-01  | 2025-03-01 | 2025-03-09  | false             |          | 2025-12-31
            B1               | never raised  | JC-01  | 2025-03-01 |             | false             |          | 2025-12-31
            B1               | two issues    | JC-01  | 2025-03-01 |             | false             |          | 2025-12-31
            B2               | two issues    | JC-01  | 2025-03-02 | 2025-03-03  | false             |          | 2025-12-31
            B1               | one day       | JC-01  | 2025-03-01 | 2025-03-01  | false             |          | 2025-12-31
            B1               | raised again  | JC-01  | 2025-03-01 |             | false             |          | 2025-12-31
            B1               | begun         | JC-01  | 2025-03-01 |             | false             |          | 2025-12-31
            B1               | with nobody   | JC-01  | 2025-03-01 |             | false             |          | 2025-12-31
            B1               | role unknown  | JC-01  | 2025-03-01 |             |                   | 0        | 2025-12-31
            B1               | at benefits   | JC-01  | 2025-03-01 |             | false             | 1        | 2025-12-31
            B1               | took part     | JC-01  | 2025-03-01 |             | true              | 1        | 2025-12-31
            B1               | warm          | JC-01  | 2025-03-01 |             | true              | 1        | 2025-12-31
            B1               | too late      | JC-01  | 2025-03-01 |             | true              | 0        | 2025-12-31
            B1               | by file       | JC-01  | 2025-03-01 |             | true              | 0        | 2025-12-31
            B1               | type open     | JC-01  | 2025-03-01 |             | true              |          | 2025-12-31
            B1               | receiver open | JC-01  | 2025-03-01 |             | true              |          | 2025-12-31
            B1               | no handover   | JC-01  | 2025-03-01 |             | true              | 0        | 2025-12-31
            B1               | one silent    | JC-01  | 2025-03-01 |             | true              |          | 2025-12-31
            B1               | not watched   | JC-01  | 2025-12-25 |             | true              |          | 2025-12-31
        """,
    },
    "benefit_states": {
        "events": """
            case_id        | local_date | activity               | lifecycle | benefit_issue_id | benefit_state
            goes on        | 2025-03-01 | application            |           | B1               | pending
            goes on        | 2025-03-10 | casework               |           | B1               | pending
            goes on        | 2025-04-01 | benefit_notice         |           | B1               | settled
            two lines      | 2025-03-01 | application            |           | B1               | pending
            two lines      | 2025-03-05 | benefit_change         |           |                  | suspended
            two lines      | 2025-03-20 | benefit_change         |           |                  | settled
            last of a day  | 2025-03-01 | application            |           |                  | pending
            last of a day  | 2025-03-01 | benefit_change         |           |                  | suspended
            last of a day  | 2025-04-01 | benefit_notice         |           |                  | settled
            back the day   | 2025-03-01 | application            |           |                  | pending
            back the day   | 2025-03-10 | benefit_notice         |           |                  | settled
            back the day   | 2025-03-10 | objection              |           |                  | pending
            resolved       | 2025-03-01 | benefit_issue_raised   |           | B1               | pending
            resolved       | 2025-03-15 | benefit_issue_resolved |           | B1               |
            begun          | 2025-03-01 | benefit_issue_raised   |           | B1               | pending
            begun          | 2025-03-15 | benefit_issue_resolved | start     | B1               |
            never recorded | 2025-03-15 | benefit_issue_resolved |           | B1               |
            never recorded | 2025-04-01 | benefit_notice         |           | B1               | settled
            watched before | 2026-01-05 | objection              |           |                  | disputed
        """,
        "result": """
            state_id         | case_id        | from_date  | to_date    | benefit_state | activity               | observed_until
            goes on-1        | goes on        | 2025-03-01 | 2025-04-01 | pending       | application            | 2025-12-31
            goes on-3        | goes on        | 2025-04-01 |            | settled       | benefit_notice         | 2025-12-31
            two lines-1      | two lines      | 2025-03-01 |            | pending       | application            | 2025-12-31
            two lines-2      | two lines      | 2025-03-05 | 2025-03-20 | suspended     | benefit_change         | 2025-12-31
            two lines-3      | two lines      | 2025-03-20 |            | settled       | benefit_change         | 2025-12-31
            last of a day-2  | last of a day  | 2025-03-01 | 2025-04-01 | suspended     | benefit_change         | 2025-12-31
            last of a day-3  | last of a day  | 2025-04-01 |            | settled       | benefit_notice         | 2025-12-31
            back the day-1   | back the day   | 2025-03-01 |            | pending       | application            | 2025-12-31
            resolved-1       | resolved       | 2025-03-01 | 2025-03-15 | pending       | benefit_issue_raised   | 2025-12-31
            resolved-2       | resolved       | 2025-03-15 |            | settled       | benefit_issue_resolved | 2025-12-31
            begun-1          | begun          | 2025-03-01 |            | pending       | benefit_issue_raised   | 2025-12-31
            never recorded-2 | never recorded | 2025-04-01 |            | settled       | benefit_notice         | 2025-12-31
            watched before-1 | watched before | 2026-01-05 |            | disputed      | objection              | 2026-01-05
        """,
    },
    # ---- special support and what comes after it
    "supports": {
        "events": """
            case_id      | local_date | activity              | lifecycle | role             | to_org
            ended        | 2025-03-01 | special_support_start |           | coach            |
            ended        | 2025-05-01 | special_support_end   |           | coach            |
            ended        | 2025-05-02 | return_to_regular     |           | placement        |
            returned     | 2025-03-01 | special_support_start |           | case_manager     |
            returned     | 2025-05-01 | return_to_regular     |           |                  |
            the next     | 2025-03-01 | special_support_start |           | coach            |
            the next     | 2025-05-01 | special_support_start |           | measure_provider |
            the next     | 2025-07-01 | special_support_end   |           |                  |
            exit         | 2025-03-01 | special_support_start |           | coach            |
            exit later   | 2025-03-01 | special_support_start |           | coach            |
            organisation | 2025-03-01 | special_support_start |           | placement        | Verein
            partner      | 2025-03-01 | special_support_start |           | partner          |
            team lead    | 2025-03-01 | special_support_start |           | team_lead        |
            role unknown | 2025-03-01 | special_support_start |           |                  |
            planned      | 2025-03-01 | special_support_start | schedule  | coach            |
            planned      | 2025-03-15 | special_support_start |           | coach            |
            planned      | 2025-04-01 | special_support_end   | schedule  | coach            |
            joint        | 2025-03-01 | special_support_start |           | coach            |
            joint        | 2025-04-01 | special_support_end   |           | coach            |
            nobody told  | 2025-03-01 | special_support_start |           | coach            |
            watched      | 2025-12-01 | special_support_start |           | coach            |
        """,
        "contacts": """
            case_id     | on_date    | function    | participants
            joint       | 2025-02-28 | integration | coach|measure_provider
            joint       | 2025-03-01 |             | client|coach|measure_provider
            joint       | 2025-03-15 | provider    | client|placement
            joint       | 2025-03-20 | integration | client|coach
            joint       | 2025-03-21 | benefits    | client|partner
            joint       | 2025-03-22 | integration |
            joint       | 2025-04-01 | integration | client|partner
            joint       | 2025-04-02 | integration | coach|partner
            nobody told | 2025-03-10 | integration |
            nobody told | 2025-03-11 | provider    |
            watched     | 2025-12-31 | integration | coach|partner
            watched     | 2026-01-02 | integration | coach|partner
        """,
        "cases": """
            case_id    | exit_date  | observed_until
            exit       | 2025-06-01 | 2025-06-01
            exit later | 2026-06-01 | 2025-12-31
        """,
        "result": """
            support_id     | case_id      | from_date  | to_date    | run_by   | joint_contacts | unclear_contacts | observed_until
            ended-1        | ended        | 2025-03-01 | 2025-05-01 | own      |                | 0                | 2025-12-31
            returned-1     | returned     | 2025-03-01 | 2025-05-01 | own      |                | 0                | 2025-12-31
            the next-1     | the next     | 2025-03-01 | 2025-05-01 | own      |                | 0                | 2025-12-31
            the next-2     | the next     | 2025-05-01 | 2025-07-01 | provider |                | 0                | 2025-12-31
            exit-1         | exit         | 2025-03-01 | 2025-06-01 | own      |                | 0                | 2025-06-01
            exit later-1   | exit later   | 2025-03-01 |            | own      |                | 0                | 2025-12-31
            organisation-1 | organisation | 2025-03-01 |            | provider |                | 0                | 2025-12-31
            partner-1      | partner      | 2025-03-01 |            | provider |                | 0                | 2025-12-31
            team lead-1    | team lead    | 2025-03-01 |            |          |                | 0                | 2025-12-31
            role unknown-1 | role unknown | 2025-03-01 |            |          |                | 0                | 2025-12-31
            planned-2      | planned      | 2025-03-15 |            | own      |                | 0                | 2025-12-31
            joint-1        | joint        | 2025-03-01 | 2025-04-01 | own      | 3              | 1                | 2025-12-31
            nobody told-1  | nobody told  | 2025-03-01 |            | own      |                | 2                | 2025-12-31
            watched-1      | watched      | 2025-12-01 |            | own      | 1              | 0                | 2025-12-31
        """,
    },
    "returns": {
        "events": """
            case_id        | local_date | activity              | lifecycle | link_id
            in time        | 2025-03-01 | special_support_start |           |
            in time        | 2025-05-01 | special_support_end   |           |
            in time        | 2025-05-29 | return_to_regular     |           |
            late           | 2025-03-01 | special_support_start |           |
            late           | 2025-05-01 | special_support_end   |           |
            late           | 2025-05-30 | return_to_regular     |           |
            next support   | 2025-03-01 | special_support_start |           |
            next support   | 2025-05-01 | special_support_end   |           |
            next support   | 2025-05-01 | special_support_start |           |
            planned        | 2025-05-01 | return_to_regular     | schedule  |
            outlasted      | 2025-04-01 | measure_end           |           |
            both end       | 2025-03-01 | special_support_start |           |
            both end       | 2025-05-01 | measure_end           |           |
            both end       | 2025-05-01 | special_support_end   |           |
            linked         | 2025-03-01 | measure_start         |           | L1
            linked         | 2025-04-01 | measure_start         |           | L2
            linked         | 2025-05-01 | measure_end           |           | L1
            support first  | 2025-03-01 | special_support_start |           |
            support first  | 2025-04-01 | measure_start         |           |
            support first  | 2025-05-01 | return_to_regular     |           |
            since return   | 2025-02-01 | special_support_start |           |
            since return   | 2025-03-01 | return_to_regular     |           |
            since return   | 2025-04-01 | measure_start         |           |
            since return   | 2025-05-01 | return_to_regular     |           |
            never began    | 2025-05-01 | return_to_regular     |           |
            worker unknown | 2025-03-01 | special_support_start |           |
            worker unknown | 2025-05-01 | return_to_regular     |           |
            nobody after   | 2025-03-01 | special_support_start |           |
            nobody after   | 2025-05-01 | return_to_regular     |           |
            warm           | 2025-05-01 | return_to_regular     |           |
            too far        | 2025-05-01 | return_to_regular     |           |
            type open      | 2025-05-01 | return_to_regular     |           |
            warm beside    | 2025-05-01 | return_to_regular     |           |
            fourteen       | 2025-12-17 | return_to_regular     |           |
            thirteen       | 2025-12-18 | return_to_regular     |           |
            it happened    | 2025-12-18 | return_to_regular     |           |
            mandate begins | 2025-05-01 | return_to_regular     |           |
            mandate late   | 2025-05-01 | return_to_regular     |           |
            renewed        | 2025-05-01 | return_to_regular     |           |
            renewed        | 2025-06-30 | mandate_renewed       |           |
            confirmed      | 2025-05-01 | return_to_regular     |           |
            confirmed      | 2025-05-02 | mandate_confirmed     |           |
        """,
        "contacts": """
            case_id        | on_date    | function    | worker
            in time        | 2025-02-14 | integration | w2
            in time        | 2025-02-15 | integration | w1
            in time        | 2025-02-20 | benefits    | w9
            in time        | 2025-03-01 | integration | w3
            in time        | 2025-05-29 | integration | w3
            in time        | 2025-06-01 | benefits    | w9
            in time        | 2025-06-10 | integration | w1
            in time        | 2025-06-11 | integration | w2
            late           | 2025-02-15 | integration | w1
            late           | 2025-06-14 | integration | w2
            linked         | 2025-02-15 | integration | w1
            linked         | 2025-03-15 | integration | w2
            linked         | 2025-05-20 | integration | w1
            support first  | 2025-02-15 | integration | w1
            support first  | 2025-03-15 | integration | w2
            support first  | 2025-05-16 | integration | w1
            since return   | 2025-01-15 | integration | w1
            since return   | 2025-03-15 | integration | w2
            since return   | 2025-05-15 | integration | w2
            never began    | 2025-02-15 | integration | w1
            never began    | 2025-05-15 | integration | w1
            worker unknown | 2025-02-15 | integration | w1
            worker unknown | 2025-05-15 | integration |
            worker unknown | 2025-05-16 | integration | w1
            nobody after   | 2025-02-15 | integration | w1
            nobody after   | 2025-07-01 | integration | w1
            it happened    | 2025-12-19 | provider    | p1
        """,
        "handovers": """
            case_id     | on_date    | transfer_kind | handover_type | to_role
            warm        | 2025-04-17 | internal      | warm          | placement
            warm        | 2025-05-02 | internal      | file_only     |
            too far     | 2025-04-16 | internal      | warm          |
            too far     | 2025-05-16 | internal      | warm          |
            too far     | 2025-05-02 | internal      | file_only     |
            type open   | 2025-05-15 | internal      |               |
            type open   | 2025-05-02 | internal      | file_only     |
            warm beside | 2025-05-02 | external      | warm          | partner
            warm beside | 2025-05-02 | internal      | warm          | benefits
            it happened | 2025-12-18 | internal      | accompanied   |
        """,
        "mandates": """
            case_id        | from_date
            mandate begins | 2025-06-30
            mandate late   | 2025-04-30
            mandate late   | 2025-07-01
            it happened    | 2025-12-30
        """,
        "supports": """
            case_id   | from_date  | to_date
            outlasted | 2025-03-01 |
            both end  | 2025-03-01 | 2025-05-01
        """,
        "result": """
            return_id        | case_id        | on_date    | same_worker | warm | met | mandate_renewed | observed_until
            in time-3        | in time        | 2025-05-29 | 1           | 0    | 1   | 0               | 2025-12-31
            late-2           | late           | 2025-05-01 | 0           | 0    | 0   | 0               | 2025-12-31
            late-3           | late           | 2025-05-30 | 0           | 0    | 0   | 0               | 2025-12-31
            both end-3       | both end       | 2025-05-01 |             | 0    | 0   | 0               | 2025-12-31
            linked-3         | linked         | 2025-05-01 | 1           | 0    | 0   | 0               | 2025-12-31
            support first-3  | support first  | 2025-05-01 | 1           | 0    | 0   | 0               | 2025-12-31
            since return-2   | since return   | 2025-03-01 | 0           | 0    | 1   | 0               | 2025-12-31
            since return-4   | since return   | 2025-05-01 | 1           | 0    | 1   | 0               | 2025-12-31
            never began-1    | never began    | 2025-05-01 |             | 0    | 1   | 0               | 2025-12-31
            worker unknown-2 | worker unknown | 2025-05-01 |             | 0    | 1   | 0               | 2025-12-31
            nobody after-2   | nobody after   | 2025-05-01 |             | 0    | 0   | 0               | 2025-12-31
            warm-1           | warm           | 2025-05-01 |             | 1    | 0   | 0               | 2025-12-31
            too far-1        | too far        | 2025-05-01 |             | 0    | 0   | 0               | 2025-12-31
            type open-1      | type open      | 2025-05-01 |             |      | 0   | 0               | 2025-12-31
            warm beside-1    | warm beside    | 2025-05-01 |             | 0    | 0   | 0               | 2025-12-31
            fourteen-1       | fourteen       | 2025-12-17 |             | 0    | 0   |                 | 2025-12-31
            thirteen-1       | thirteen       | 2025-12-18 |             |      |     |                 | 2025-12-31
            it happened-1    | it happened    | 2025-12-18 |             | 1    | 1   | 1               | 2025-12-31
            mandate begins-1 | mandate begins | 2025-05-01 |             | 0    | 0   | 1               | 2025-12-31
            mandate late-1   | mandate late   | 2025-05-01 |             | 0    | 0   | 0               | 2025-12-31
            renewed-1        | renewed        | 2025-05-01 |             | 0    | 0   | 1               | 2025-12-31
            confirmed-1      | confirmed      | 2025-05-01 |             | 0    | 0   | 0               | 2025-12-31
        """,
    },
    # ---- changes of segment, conflicts
    "segment_changes": {
        "events": """
            case_id     | local_date | activity       | lifecycle | change_reason
            before      | 2025-05-01 | segment_change |           | age
            after       | 2025-05-01 | segment_change |           |
            no reason   | 2025-05-01 | segment_change |           | case
            too far     | 2025-05-01 | segment_change |           | case
            cover       | 2025-05-01 | segment_change |           | case
            not watched | 2025-12-04 | segment_change |           | case
            seen anyway | 2025-12-04 | segment_change |           | case
            planned     | 2025-05-01 | segment_change | schedule  | case
        """,
        "assignments": """
            case_id     | from_date  | opening | cover
            before      | 2025-04-03 | false   | false
            after       | 2025-05-29 | false   | false
            no reason   | 2025-05-01 | false   |
            too far     | 2025-04-02 | false   | false
            too far     | 2025-05-30 | false   | false
            too far     | 2025-05-01 | true    | false
            cover       | 2025-05-01 | false   | true
            seen anyway | 2025-12-01 | false   | false
        """,
        "result": """
            change_id     | case_id     | on_date    | change_reason | worker_changed
            before-1      | before      | 2025-05-01 | age           | true
            after-1       | after       | 2025-05-01 |               | true
            no reason-1   | no reason   | 2025-05-01 | case          | true
            too far-1     | too far     | 2025-05-01 | case          | false
            cover-1       | cover       | 2025-05-01 | case          | false
            not watched-1 | not watched | 2025-12-04 | case          |
            seen anyway-1 | seen anyway | 2025-12-04 | case          | true
        """,
    },
    "conflicts": {
        "events": """
            case_id   | local_date | activity    | lifecycle | office
            twice     | 2025-03-01 | objection   | complete  | JC-01
            twice     | 2025-04-01 | objection   |           | JC-02
            withdrawn | 2025-03-01 | objection   |           | JC-01
            withdrawn | 2025-03-09 | objection   | withdraw  | JC-01
            none      | 2025-03-01 | application |           | JC-01
        """,
        "result": """
            conflict_id | case_id   | office | on_date    | activity
            twice-1     | twice     | JC-01  | 2025-03-01 | objection
            twice-2     | twice     | JC-02  | 2025-04-01 | objection
            withdrawn-1 | withdrawn | JC-01  | 2025-03-01 | objection
        """,
    },
}
VOCABULARY: Tables = {
    "activity_kinds": [{"activity": code.code, "kind": code.belongs} for code in SCHEMA.activities.values()],
    "role_functions": [{"role": code.code, "function": code.belongs} for code in SCHEMA.codes["role"].values()],
}
# What a row has where its example does not say it; a key is made from the case and the number of the row.
USUAL: Mapping[str, Mapping[str, Any]] = {
    "cases": {"first_date": date(2025, 1, 1), "observed_until": date(2025, 12, 31)},
    "assignments": {"opening": False},
}
FILES = listing("event_logs/derived", ".sql")


def query_of(name: str) -> Query:
    return read_query(read_text(FILES[name]), where=place_of(FILES[name]), tables=SCHEMA.all_columns())


def rows_of(name: str, text: str) -> Rows:
    """The rows of a drawn table, by column name."""
    table, faults = drawn_table(text, SCHEMA.tables[name].kinds(), place=f"the example of {name}", line=1)

    assert faults == []
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def filled(name: str, rows: Rows) -> Rows:
    """Rows of a table with what their example leaves out."""
    counts: dict[str, int] = {}
    whole = []
    for row in rows:
        number = counts[row["case_id"]] = counts.get(row["case_id"], 0) + 1
        numbered = {column: number for column in ("event_no", "case_contact_number")}
        ids = dict.fromkeys(SCHEMA.tables[name].key, f"{row['case_id']}-{number}")
        told = {column: value for column, value in row.items() if value is not None}
        whole.append({"office": "JC-01", **numbered, **ids, **USUAL.get(name, {}), **told})
    return whole


def tables_of(name: str) -> Tables:
    """The tables an example gives to its query, its cases with them."""
    tables = {table: rows_of(table, text) for table, text in EXAMPLES[name].items() if table != "result"}
    known = {row["case_id"] for row in tables.setdefault("cases", [])}
    others = {row["case_id"]: {"case_id": row["case_id"]} for rows in tables.values() for row in rows}
    tables["cases"] += [row for case, row in others.items() if case not in known]
    return {table: filled(table, rows) for table, rows in tables.items()}


def answer(engine: Any, name: str, tables: Mapping[str, Rows]) -> Rows:
    """The rows of a derived table over the given tables; those it reads and is not given are empty."""
    query = query_of(name)
    drawn.fill(engine, SCHEMA, {table: {**VOCABULARY, **tables}.get(table, ()) for table in query.needs})
    return drawn.run(engine, query)


def told(rows: Rows, columns: Mapping[str, Any]) -> Rows:
    """The rows by what an example draws of them, in the order of their columns."""
    shown = [{column: drawn.plain(row[column]) for column in columns} for row in rows]
    return sorted(shown, key=lambda row: [str(value) for value in row.values()])


@pytest.fixture(scope="module", params=sorted(drawn.ENGINES))
def answers(request: pytest.FixtureRequest) -> Iterator[Mapping[str, Rows]]:
    engine = drawn.ENGINES[request.param]()
    yield {name: answer(engine, name, tables_of(name)) for name in EXAMPLES}
    engine.close()


CLAUSES = [(name, case) for name in EXAMPLES for case in dict.fromkeys(row["case_id"] for row in tables_of(name)["cases"])]


@pytest.mark.parametrize(("name", "case"), CLAUSES, ids=[f"{name}: {case}" for name, case in CLAUSES])
def test_a_course_has_the_rows_its_worked_example_draws(name: str, case: str, answers: Mapping[str, Rows]) -> None:
    drawn_rows = rows_of(name, EXAMPLES[name]["result"])

    found = [row for row in answers[name] if row["case_id"] == case]

    assert told(found, drawn_rows[0]) == told([row for row in drawn_rows if row["case_id"] == case], drawn_rows[0])


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_course_says_what_its_schema_says_in_that_order(name: str) -> None:
    assert tuple(query_of(name).columns) == tuple(SCHEMA.tables[name].columns)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_draws_every_column_that_its_rule_fills(name: str) -> None:
    fixed = {"case_id", "office", "on_date", "activity", "observed_until"}

    assert set(SCHEMA.tables[name].columns) - fixed <= set(rows_of(name, EXAMPLES[name]["result"])[0]) | fixed


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_course_is_the_same_where_keys_are_numbers(name: str, answers: Mapping[str, Rows]) -> None:
    codes: dict[str, int] = {}  # one number a key in all tables, so that joins still meet
    engine = drawn.duckdb_engine()
    given = {**VOCABULARY, **tables_of(name)}
    for table in query_of(name).needs:
        kinds = SCHEMA.tables[table].kinds()
        keys = {column for column, kind in kinds.items() if kind == "key"}
        rows = [
            {
                column: codes.setdefault(str(value), len(codes)) if column in keys and value is not None else value
                for column, value in row.items()
            }
            for row in given.get(table, ())
        ]
        engine.fill(
            table,
            {column: kind.replace("key", "integer") for column, kind in kinds.items()},
            [tuple(row.get(column) for column in kinds) for row in rows],
        )

    found = drawn.run(engine, query_of(name))

    engine.close()
    names = {number: key for key, number in codes.items()}
    plain = set(SCHEMA.tables[name].columns) - set(SCHEMA.tables[name].key)
    named = [{**row, "case_id": names[row["case_id"]]} for row in found]
    assert told(named, dict.fromkeys(sorted(plain))) == told(answers[name], dict.fromkeys(sorted(plain)))
