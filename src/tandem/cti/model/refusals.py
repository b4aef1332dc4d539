"""Why something was refused, by code: the English sentence, with the values that it names.

Whoever reads JSON gets code and values and needs no sentence; the pages have their own ones, in Chinese and English
(``agent_desktop/web/src/i18n/refusals.*.ts``; a test compares them). ``{text}`` stands for a sentence that whoever
refused can say in both languages itself: the gate, the check of a campaign, the reader of lists.
"""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # documents of campaigns
    "no_campaign": "there is no campaign {campaign}",
    "campaigns_full": "there are {most} campaigns: delete drafts that are not needed",
    "campaign_exists": "there is a campaign with the id {campaign}",
    "campaign_id_fixed": "the id of a campaign does not change: copy it instead",
    "campaign_changed_by": "{by} changed it meanwhile: look at it again",
    "campaign_changed_itself": "it changed by itself or was changed meanwhile: look at it again",
    "campaign_not_draft": "only a draft can be deleted: of what was dialled records are kept",
    "campaign_step": "a campaign that is {state} cannot become {wanted}",
    "campaign_errors": "it has errors that must be mended first ({field}): {text}",
    "bad_id": "id: at most 64 characters of A-Z a-z 0-9 . _ - are an id",
    "text_too_long": "{field}: longer than {most} characters",
    "control_characters": "{field}: has control characters",
    "number_not_meant": "{field}: is not a number that can be meant",
    "too_many_entries": "{field}: more than {most} entries",
    # numbers and outlook
    "no_day": "{day} is no day of the calendar",
    "day_not_begun": "{day} has not begun yet",
    "bad_cursor": "this cursor is none of ours: begin at the first page",
    "nothing_to_simulate": "this campaign does not dial ahead of its agents now: there is nothing to simulate",
    "nobody_left": "{agents} agents work for it now: nobody would be left",
    "simulation_late": "the simulation did not come to an end; try it with fewer agents",
    # contacts and promises
    "no_lead": "there is no contact {lead}",
    "no_agent": "there is no agent {agent}",
    "moment_over": "this moment is over: give one to come",
    "moment_not_near": "give a moment to come, within a year",
    "lead_not_open": "this contact is being dialled, or is never to be: look at the reason beside the name",
    "lead_in_hand": "this contact is being dialled, or is in hand no more",
    "no_promise": "nobody has promised {lead} a call",
    "promise_of_others": "{agent} has promised {lead} no call",
    "promise_for_others": "you can keep this call or give it to the team, not to others",
    "promise_in_hand": "this call is about to be dialled, or was dialled just now",
    # dialling by hand, and at the seat
    "gate": "may not be dialled: {text}",
    "no_line": "cannot be dialled now: {text}",
    "no_number": "{number} is no telephone number",
    "number_without_country": "{number} is no telephone number: write it with its country code, +8613800138000",
    "not_for_campaign": "{agent} does not work for this campaign",
    "dial_for_others": "you may only have numbers dialled for yourself",
    "agent_not_free": "{agent} is not free",
    "switch_or_call": "the telephone switch is away, or this call is there already",
    "lead_being_dialled": "this contact is being dialled at this moment",
    "card_over": "this card is over",
    "other_number": "this is not one of the contact's numbers",
    "dialled_already": "the number is being dialled already",
    "no_campaign_call": "this call is no campaign's",
    "campaign_call_over": "this call is no campaign's, or it is over",
    "campaign_call_long_over": "this call is no campaign's, or too long ago",
    "machine_not_ours": "only a call that we made can have met a machine",
    "nobody_answered": "nobody has answered yet",
    "other_disposition": "choose one of this campaign's dispositions",
    "no_number_to_forbid": "there is no number that could be forbidden",
    # who is not called
    "forbid_person_or_number": "give a person for the scope person, and a number for the others",
    "forbid_campaign": "name a campaign for the scope campaign, and only there",
    "no_entry": "there is no entry {entry}",
    "forbidden_late": "the numbers are entered; they count as soon as the database has them",
    # lists
    "list_unreadable": "{text}",
    "list_body": "send the file as it is, with Content-Type application/octet-stream",
    "list_slow": "nothing of the file came for {wait_s} s",
    "list_too_large": "the file is larger than {most_mib} MiB",
    "list_room": (
        "the files of lists take up {held_gb} GB, {most_gb} GB is the most: import or discard what was sent (after a "
        "day it goes by itself), or take back lists whose bad rows nobody needs"
    ),
    "no_file": "there is no file {file}: send it again",
    "list_columns": "the file has {columns} columns, not {given}",
    "list_use": "a column cannot be used as {use}",
    "list_use_twice": "two columns have the same use",
    "list_no_numbers": "say which column has the telephone numbers",
    "no_list": "there is no list {list}",
    "list_taken_back": "the list {list} was taken back already",
    "no_bad_rows": "no bad rows are kept of list {list}",
    "no_job": "there is no import {job}",
    "import_over": "this import is over",
    "import_twice": "this file is being imported already",
    "imports_waiting": "{most} imports are waiting: let them come to their end first",
}
