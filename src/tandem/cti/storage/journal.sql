-- What the journal writes. Every statement may be carried out twice, late or out of order: a row with a revision is
-- replaced by newer revisions only, any other row is written once.

-- name: put_call
insert into calls as old (
    id, rev, ani, ani_e164, caller_name, dnis, phase, outcome, cause, flow, language, queue, priority, customer, agent,
    started_at, queued_at, answered_at, ended_at, wait_s, talk_s, pressed, state,
    flow_version
) values (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
    to_timestamp($16), to_timestamp($17), to_timestamp($18), to_timestamp($19), $20, $21, $22, $23,
    $24
)
on conflict (id) do update set
    rev = excluded.rev, ani = excluded.ani, ani_e164 = excluded.ani_e164, caller_name = excluded.caller_name,
    dnis = excluded.dnis, phase = excluded.phase, outcome = excluded.outcome, cause = excluded.cause,
    flow = excluded.flow, language = excluded.language, queue = excluded.queue, priority = excluded.priority,
    customer = excluded.customer, agent = excluded.agent, started_at = excluded.started_at,
    queued_at = excluded.queued_at, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
    wait_s = excluded.wait_s, talk_s = excluded.talk_s, pressed = excluded.pressed, state = excluded.state,
    flow_version = excluded.flow_version
where old.rev < excluded.rev

-- name: put_call_event
insert into call_events (call, number, at, kind, text, data)
values ($1, $2, to_timestamp($3), $4, $5, $6)
on conflict do nothing

-- name: put_segment
insert into segments (call, number, kind, agent, queue, started_at, ended_at, ended_by)
values ($1, $2, $3, $4, $5, to_timestamp($6), to_timestamp($7), $8)
on conflict do nothing

-- name: put_agent_state
insert into agent_state_history (agent, number, at, state, reason, pending, call)
values ($1, $2, to_timestamp($3), $4, $5, $6, $7)
on conflict do nothing

-- name: put_contact
insert into contacts as old (
    id, rev, customer, number_e164, call, agent, queue, channel, direction, at, duration_s, outcome, disposition, notes
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10), $11, $12, $13, $14)
on conflict (id) do update set
    rev = excluded.rev, customer = excluded.customer, number_e164 = excluded.number_e164, call = excluded.call,
    agent = excluded.agent, queue = excluded.queue, channel = excluded.channel, direction = excluded.direction,
    at = excluded.at, duration_s = excluded.duration_s, outcome = excluded.outcome,
    disposition = excluded.disposition, notes = excluded.notes
where old.rev < excluded.rev

-- name: put_recording
insert into recordings as old (id, rev, call, agent, file, started_at, duration_s, bytes, state, detail)
values ($1, $2, $3, $4, $5, to_timestamp($6), $7, $8, $9, $10)
on conflict (id) do update set
    rev = excluded.rev, call = excluded.call, agent = excluded.agent, file = excluded.file,
    started_at = excluded.started_at, duration_s = excluded.duration_s, bytes = excluded.bytes,
    state = excluded.state, detail = excluded.detail
where old.rev < excluded.rev

-- name: put_callback
insert into callbacks as old (
    id, rev, call, number_e164, caller_name, customer, queue, reason, created_at, state, done_by, done_at,
    created_by, note, dnis, language, needs, priority, tier, queued_at, first, window_from, window_until, expires_at,
    attempts, next_at, last_result, attempt, recording, tries
) values (
    $1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9), $10, $11, to_timestamp($12),
    $13, $14, $15, $16, $17, $18, $19, to_timestamp($20), $21, to_timestamp($22), to_timestamp($23), to_timestamp($24),
    $25, to_timestamp($26), $27, $28, $29, $30
)
on conflict (id) do update set
    rev = excluded.rev, call = excluded.call, number_e164 = excluded.number_e164,
    caller_name = excluded.caller_name, customer = excluded.customer, queue = excluded.queue,
    reason = excluded.reason, created_at = excluded.created_at, state = excluded.state,
    done_by = excluded.done_by, done_at = excluded.done_at, created_by = excluded.created_by, note = excluded.note,
    dnis = excluded.dnis, language = excluded.language, needs = excluded.needs, priority = excluded.priority,
    tier = excluded.tier, queued_at = excluded.queued_at, first = excluded.first,
    window_from = excluded.window_from, window_until = excluded.window_until, expires_at = excluded.expires_at,
    attempts = excluded.attempts, next_at = excluded.next_at, last_result = excluded.last_result,
    attempt = excluded.attempt, recording = excluded.recording, tries = excluded.tries
where old.rev < excluded.rev

-- name: put_task
insert into tasks as old (
    id, rev, queue, title, text, customer, number_e164, language, needs, priority, tier, queued_at, state, agent,
    created_by, created_at, offered_until, accepted_at, done_at, note, returns
) values (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, to_timestamp($12), $13, $14,
    $15, to_timestamp($16), to_timestamp($17), to_timestamp($18), to_timestamp($19), $20, $21
)
on conflict (id) do update set
    rev = excluded.rev, queue = excluded.queue, title = excluded.title, text = excluded.text,
    customer = excluded.customer, number_e164 = excluded.number_e164, language = excluded.language,
    needs = excluded.needs, priority = excluded.priority, tier = excluded.tier, queued_at = excluded.queued_at,
    state = excluded.state, agent = excluded.agent, created_by = excluded.created_by,
    created_at = excluded.created_at, offered_until = excluded.offered_until, accepted_at = excluded.accepted_at,
    done_at = excluded.done_at, note = excluded.note, returns = excluded.returns
where old.rev < excluded.rev

-- name: put_visit
insert into ivr_visits (
    call, number, flow, version, edition, step, exit, "to", entered_at, left_at, no_inputs, no_matches, heard
) values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9), to_timestamp($10), $11, $12, $13)
on conflict do nothing

-- name: put_survey_answer
insert into survey_answers (call, number, question, scale, answer, agent, queue, at)
values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8))
on conflict do nothing

-- name: put_campaign
insert into campaigns as old (id, rev, state, document, by, at, why)
values ($1, $2, $3, $4, $5, to_timestamp($6), $7)
on conflict (id) do update set
    rev = excluded.rev, state = excluded.state, document = excluded.document, by = excluded.by, at = excluded.at,
    why = excluded.why
where old.rev < excluded.rev

-- name: put_lead
-- A list that was taken back stays so. Whether the lead's time has come is seen when leads are read.
with changed as (
    update leads set
        rev = $2, state = case when state = 'removed' then state else $4 end, ready = false, attempts = $5,
        results = $6, last_at = to_timestamp($7), next_at = to_timestamp($8), callback_at = to_timestamp($9),
        callback_agent = $10, callback_note = $11, abandoned_at = to_timestamp($12), disposition = $14, why = $15,
        callback_number = $16
    where id = $1 and campaign = $3 and rev < $2
    returning id
)
update lead_numbers set bad = not bad
from changed
where lead = changed.id and bad <> (number = any($13))

-- name: put_attempt
insert into attempts as old (
    id, rev, campaign, lead, list, person, number_of, number, caller_id, carrier, mode, segment, reserved, at,
    ringing_at, answered_at, connected_at, ended_at, result, machine, agent, message_at, cause, disposition, cost, why,
    person_at, machine_why, machine_s
) values (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, to_timestamp($14),
    to_timestamp($15), to_timestamp($16), to_timestamp($17), to_timestamp($18), $19, $20, $21, to_timestamp($22), $23,
    $24, $25, $26, to_timestamp($27), $28, $29
)
on conflict (id) do update set
    rev = excluded.rev, campaign = excluded.campaign, lead = excluded.lead, list = excluded.list,
    person = excluded.person, number_of = excluded.number_of, number = excluded.number,
    caller_id = excluded.caller_id, carrier = excluded.carrier, mode = excluded.mode, segment = excluded.segment,
    reserved = excluded.reserved, at = excluded.at, ringing_at = excluded.ringing_at,
    answered_at = excluded.answered_at, connected_at = excluded.connected_at, ended_at = excluded.ended_at,
    result = excluded.result, machine = excluded.machine, agent = excluded.agent, message_at = excluded.message_at,
    cause = excluded.cause, disposition = excluded.disposition, cost = excluded.cost, why = excluded.why,
    person_at = excluded.person_at, machine_why = excluded.machine_why, machine_s = excluded.machine_s
where old.rev < excluded.rev

-- name: put_do_not_call
-- Leads whom nobody may call any more are marked at once, and are open again when the entry is lifted. What holds for
-- some time only is seen when leads are read.
with entry as (
    insert into do_not_call as old (id, rev, scope, number, person, campaign, at, by, source, until, lifted)
    values ($1, $2, $3, $4, $5, $6, to_timestamp($7), $8, $9, to_timestamp($10), $11)
    on conflict (id) do update set
        rev = excluded.rev, scope = excluded.scope, number = excluded.number, person = excluded.person,
        campaign = excluded.campaign, at = excluded.at, by = excluded.by, source = excluded.source,
        until = excluded.until, lifted = excluded.lifted
    where old.rev < excluded.rev
    returning *
), touched as (
    select lead as id from entry join lead_numbers using (number) where entry.number <> ''
    union
    select leads.id from entry join leads using (person) where entry.person <> ''
), judged as (
    select leads.id, leads.state,
        not entry.lifted and leads.person = entry.person and entry.until is null
        or exists (
            select from do_not_call as other
            where other.person = leads.person and other.person <> '' and not other.lifted and other.until is null
                and other.id <> entry.id and (other.campaign is null or other.campaign = leads.campaign)
        )
        or not exists (
            select from lead_numbers as numbers
            where numbers.lead = leads.id and not numbers.bad
                and (entry.lifted or entry.until is not null or numbers.number <> entry.number)
                and not exists (
                    select from do_not_call as other
                    where other.number = numbers.number and other.number <> '' and not other.lifted
                        and other.until is null and other.id <> entry.id
                        and (other.campaign is null or other.campaign = leads.campaign)
                )
        ) as forbidden
    from touched join leads using (id) cross join entry
    where leads.state in ('open', 'do_not_call') and (entry.campaign is null or entry.campaign = leads.campaign)
)
update leads set state = case when forbidden then 'do_not_call' else 'open' end, ready = false
from judged
where leads.id = judged.id and leads.state = judged.state and (judged.state = 'do_not_call') <> forbidden

-- name: put_pacing
insert into pacing_decisions (campaign, number, at, launched, why, evidence)
values ($1, $2, to_timestamp($3), $4, $5, $6)
on conflict do nothing

-- name: put_campaign_sample
insert into campaign_samples as old (campaign, at, looks, idle, talking, wrapping, lines, lines_looks)
values ($1, to_timestamp($2), $3, $4, $5, $6, $7, $8)
on conflict (campaign, at) do update set
    looks = excluded.looks, idle = excluded.idle, talking = excluded.talking, wrapping = excluded.wrapping,
    lines = excluded.lines, lines_looks = excluded.lines_looks
where old.looks < excluded.looks

-- name: put_caller_id_rest
insert into caller_id_rests as old (campaign, caller_id, at, until, answer_rate, others_rate)
values ($1, $2, to_timestamp($3), to_timestamp($4), $5, $6)
on conflict (campaign, caller_id) do update set
    at = excluded.at, until = excluded.until, answer_rate = excluded.answer_rate, others_rate = excluded.others_rate
where old.at < excluded.at

-- name: put_audit
insert into audit (id, at, who, action, detail)
values ($1, to_timestamp($2), $3, $4, $5)
on conflict do nothing

-- name: put_dead_letter
insert into dead_letters as old (spool, seq, payload, error) values ($1, $2, $3, $4)
on conflict (spool, seq) do update set error = excluded.error, tries = old.tries + 1

-- name: dead_letters
select seq, payload from dead_letters where spool = $1 and resolved_at is null order by seq limit 200

-- name: resolve_dead_letter
update dead_letters set resolved_at = now(), tries = tries + 1 where spool = $1 and seq = $2
