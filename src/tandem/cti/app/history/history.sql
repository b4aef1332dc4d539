-- Who waited that day, and with whom agents talked for campaigns (they are no arrivals: queued_at is null).
-- name: day_calls
select id, rev, ani, ani_e164, caller_name, dnis, phase, outcome, cause, flow, language, queue, priority, customer,
    agent,
    extract(epoch from started_at)::float8 as started_at,
    extract(epoch from queued_at)::float8 as queued_at,
    extract(epoch from answered_at)::float8 as answered_at,
    extract(epoch from ended_at)::float8 as ended_at,
    wait_s, talk_s, pressed, state
from calls
where queued_at >= to_timestamp($1::float8) and queued_at < to_timestamp($2::float8)
    or queued_at is null and answered_at is not null
    and started_at >= to_timestamp($1::float8) and started_at < to_timestamp($2::float8)
order by started_at, id

-- name: day_segments
select call, number, kind, segments.agent, segments.queue,
    extract(epoch from segments.started_at)::float8 as started_at,
    extract(epoch from segments.ended_at)::float8 as ended_at,
    ended_by
from segments
join calls on calls.id = segments.call
where queued_at >= to_timestamp($1::float8) and queued_at < to_timestamp($2::float8)
order by call, number

-- name: day_states
select agent, number, extract(epoch from at)::float8 as at, state, reason, pending, call
from agent_state_history
where at >= to_timestamp($1::float8) and at < to_timestamp($2::float8)
union all
select latest.agent, latest.number, extract(epoch from latest.at)::float8, latest.state, latest.reason, latest.pending,
    latest.call
from users
cross join lateral (
    select * from agent_state_history where agent = login and at < to_timestamp($1::float8) order by number desc limit 1
) as latest
order by 1, 2

-- name: day_tiers
select distinct customers.id, tier
from calls
join customers on customers.id = calls.customer
where queued_at >= to_timestamp($1::float8) and queued_at < to_timestamp($2::float8)

-- name: plan_at
select text from routing_plans
order by created_at >= to_timestamp($1::float8), abs(extract(epoch from created_at) - $1::float8)
limit 1

-- name: half_hours
select queue, to_char(queued_at at time zone $3, 'YYYY-MM-DD') as day,
    (extract(hour from queued_at at time zone $3) * 2
        + floor(extract(minute from queued_at at time zone $3) / 30))::int as half_hour,
    count(*)::int as calls
from calls
where queued_at >= to_timestamp($1::float8) and queued_at < to_timestamp($2::float8) and queue is not null
group by 1, 2, 3
order by 1, 2, 3

-- name: stored_days
select to_char(queued_at at time zone $2, 'YYYY-MM-DD') as day, count(*)::int as calls,
    count(distinct agent)::int as agents
from calls
where queued_at >= to_timestamp($1::float8)
group by 1
order by 1 desc

-- name: waits
select wait_s, coalesce(outcome = 'abandoned_in_queue', false) as gave_up
from calls
where queue = $1 and queued_at >= to_timestamp($2::float8) and queued_at < to_timestamp($3::float8)
    and ended_at is not null
order by queued_at desc
limit 20000
