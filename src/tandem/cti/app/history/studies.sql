-- name: staffed_half_hours
with told as (
    select agent, number, at, state from agent_state_history
    where at >= to_timestamp($1::float8) and at < to_timestamp($2::float8) and agent = any($3::text[])
    union all
    select latest.agent, latest.number, latest.at, latest.state
    from unnest($3::text[]) as login
    cross join lateral (
        select * from agent_state_history
        where agent = login and at < to_timestamp($1::float8) order by number desc limit 1
    ) as latest
),
spans as (
    select state, greatest(extract(epoch from at)::float8 - $1::float8, 0) as begins_s,
        coalesce(extract(epoch from lead(at) over (partition by agent order by number))::float8, $2::float8)
            - $1::float8 as ends_s
    from told
)
select half_hour,
    sum(least(ends_s, 1800 * (half_hour + 1)) - greatest(begins_s, 1800 * half_hour))::float8 / 1800 as agents
from spans
cross join lateral generate_series(floor(begins_s / 1800)::int, ceil(ends_s / 1800)::int - 1) as half_hour
where state in ('ready', 'busy', 'working_after_call') and ends_s > begins_s and half_hour < 48
group by half_hour
order by half_hour

-- Of one queue, by its index on started_at: nobody joins a queue more than a day after he rang in.
-- name: queue_half_hours
select to_char(queued_at at time zone $4, 'YYYY-MM-DD') as day,
    (extract(hour from queued_at at time zone $4) * 2
        + floor(extract(minute from queued_at at time zone $4) / 30))::int as half_hour,
    count(*)::int as calls
from calls
where queue = $1 and started_at >= to_timestamp($2::float8) - interval '1 day'
    and queued_at >= to_timestamp($2::float8) and queued_at < to_timestamp($3::float8)
group by 1, 2
order by 1, 2

-- name: queue_waits
select wait_s, coalesce(outcome = 'abandoned_in_queue', false) as gave_up
from calls
where queue = $1 and started_at >= to_timestamp($2::float8) and queued_at < to_timestamp($3::float8)
    and ended_at is not null
order by started_at desc
limit $4
