-- name: open_calls
select id, rev, ani, ani_e164, caller_name, dnis, phase, outcome, cause, flow, language, queue, priority, customer,
    agent,
    extract(epoch from started_at)::float8 as started_at,
    extract(epoch from queued_at)::float8 as queued_at,
    extract(epoch from answered_at)::float8 as answered_at,
    extract(epoch from ended_at)::float8 as ended_at,
    wait_s, talk_s, pressed, state, flow_version
from calls
where ended_at is null
    or id in (
        select newest.call
        from users
        cross join lateral (
            select state, call from agent_state_history where agent = login order by number desc limit 1
        ) as newest
        where newest.state = 'working_after_call'
    )
order by calls.started_at, id

-- name: ended_calls
-- Oldest first: of too many the newest are remembered.
select id from calls
where started_at >= to_timestamp($1) and ended_at is not null
order by ended_at

-- name: agent_states
select newest.agent, newest.number, extract(epoch from newest.at)::float8 as at, newest.state, newest.reason,
    newest.pending, newest.call
from users
cross join lateral (
    select * from agent_state_history where agent = users.login order by number desc limit 1
) as newest
where users.active

-- name: agents
select login, name, device from users where role = 'agent' and active order by device

-- name: phones
select device from users where device is not null and active order by device

-- name: dispositions
select code, parent, zh, en from dispositions where active order by position, code

-- name: queue_days
select queues.id as queue,
    count(*) filter (where answered_at is not null) as answered,
    count(*) filter (where outcome = 'abandoned_in_queue') as abandoned,
    count(*) filter (where answered_at is not null and wait_s <= target_s) as answered_in_target,
    count(*) filter (where outcome = 'abandoned_in_queue' and wait_s <= target_s) as abandoned_in_target,
    coalesce(sum(wait_s) filter (where answered_at is not null), 0)::float8 as waited_s
from unnest($2::text[], $3::float8[]) with ordinality as queues (id, target_s, position)
left join calls on calls.queue = queues.id and calls.queued_at is not null
    and calls.started_at >= to_timestamp($1::float8)
    and coalesce(calls.state->>'callback', '') = ''
group by queues.id, queues.position
order by queues.position

-- name: open_callbacks
select id, rev, call, number_e164, caller_name, customer, queue, reason,
    extract(epoch from created_at)::float8 as created_at, state, done_by,
    extract(epoch from done_at)::float8 as done_at, created_by, note, dnis, language, needs, priority, tier,
    extract(epoch from queued_at)::float8 as queued_at, first,
    extract(epoch from window_from)::float8 as window_from, extract(epoch from window_until)::float8 as window_until,
    extract(epoch from expires_at)::float8 as expires_at, attempts, extract(epoch from next_at)::float8 as next_at,
    last_result, attempt, recording, tries
from callbacks
where state in ('open', 'due', 'dialling', 'talking')
order by callbacks.created_at, id
limit 10000

-- name: open_tasks
select id, rev, queue, title, text, customer, number_e164, language, needs, priority, tier,
    extract(epoch from queued_at)::float8 as queued_at, state, agent, created_by,
    extract(epoch from created_at)::float8 as created_at, extract(epoch from offered_until)::float8 as offered_until,
    extract(epoch from accepted_at)::float8 as accepted_at, extract(epoch from done_at)::float8 as done_at, note, returns
from tasks
where state in ('waiting', 'offered', 'in_hand')
order by tasks.queued_at, id
limit 10000

-- name: unfinished_recordings
select id, rev, call, agent, file, extract(epoch from started_at)::float8 as started_at, duration_s, bytes, state, detail
from recordings
where state = 'recording'
order by started_at, id

-- name: decisions
select extract(epoch from at)::float8 as at, data from call_events
where call = $1 and kind = 'matched'
order by number

-- name: has_call
select 1 as there from calls where id = $1
