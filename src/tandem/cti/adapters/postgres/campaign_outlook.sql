-- What a campaign has still to do and what it has seen so far, for forecasts; the attempts of a day, for its sheet.

-- name: open_by_tries
select attempts as tried, count(*)::int as leads from leads
where campaign = $1 and state in ('open', 'in_hand')
group by attempts

-- name: over_by_tries
-- Leads that recycling would open, by how often they were tried.
select leads.attempts as tried, count(*)::int as leads
from leads
cross join lateral (
    select result from attempts where lead = leads.id and ended_at is not null order by number_of desc limit 1
) as last
where leads.campaign = $1 and state in ('done', 'exhausted') and last.result = any($2::text[])
group by leads.attempts

-- name: by_try
select least(number_of, 50)::int as number_of, count(*)::int as tries,
    (count(*) filter (where result in ('talked', 'served')))::int as talked
from attempts
where campaign = $1 and ended_at is not null and result not in ('withdrawn', 'congestion')
    and at > to_timestamp($2)
group by 1

-- name: times
select avg(extract(epoch from ended_at - connected_at)) filter (where result = 'talked')::float8 as talk_s,
    avg(extract(epoch from answered_at - at)) filter (where answered_at is not null)::float8 as answer_s,
    avg(extract(epoch from ended_at - at)) filter (where answered_at is null)::float8 as other_s,
    count(*)::int as dialled,
    (count(*) filter (where result in ('talked', 'abandoned', 'served', 'hung_up')))::int as answered
from attempts
where campaign = $1 and ended_at is not null and result not in ('withdrawn', 'congestion')
    and at > to_timestamp($2)

-- name: attempts_between
select id, rev, campaign, lead, list, person, number_of, number, caller_id, carrier, mode, segment, reserved,
    extract(epoch from at)::float8 as at, extract(epoch from ringing_at)::float8 as ringing_at,
    extract(epoch from answered_at)::float8 as answered_at, extract(epoch from connected_at)::float8 as connected_at,
    extract(epoch from ended_at)::float8 as ended_at, result, machine, agent,
    extract(epoch from message_at)::float8 as message_at, cause, disposition, cost, '{}' as why,
    extract(epoch from person_at)::float8 as person_at, machine_why, machine_s
from attempts
where campaign = $1 and attempts.at >= to_timestamp($2) and attempts.at < to_timestamp($3)
    and (attempts.at, id) > (to_timestamp($4), $5)
order by attempts.at, id
limit $6

-- name: first_attempt
select extract(epoch from min(at))::float8 as at from attempts
where campaign = $1 and attempts.at >= to_timestamp($2)

-- name: successes
select count(*)::int as leads from leads where campaign = $1 and state = 'success'

-- name: successes_by
select fields->>$2::text as value, count(*)::int as leads from leads
where campaign = $1 and state = 'success' and fields ? $2::text
group by 1
order by 2 desc
limit 1000

-- name: undisposed
-- Who was talked with, while nobody has said yet what came of it.
select id, rev, campaign, lead, list, person, number_of, number, caller_id, carrier, mode, segment, reserved,
    extract(epoch from at)::float8 as at, extract(epoch from ringing_at)::float8 as ringing_at,
    extract(epoch from answered_at)::float8 as answered_at, extract(epoch from connected_at)::float8 as connected_at,
    extract(epoch from ended_at)::float8 as ended_at, result, machine, agent,
    extract(epoch from message_at)::float8 as message_at, cause, disposition, cost, '{}' as why,
    extract(epoch from person_at)::float8 as person_at, machine_why, machine_s
from attempts
where attempts.ended_at > to_timestamp($1) and result = 'talked' and disposition is null
order by attempts.at, id
limit 10000

-- name: detections
-- What the machine detection said, by its own word and threshold, and what agents said of it. A call that went to an
-- agent as a person's and was marked by him has its person_at still.
select said, kind, threshold, count(*)::int as calls,
    count(connected_at)::int as connected,
    count(*) filter (where marked)::int as marked,
    coalesce(sum(extract(epoch from ended_at - connected_at)) filter (where marked), 0)::float8 as marked_s
from attempts
cross join lateral (
    select coalesce(substring(machine_why from '^[A-Z]+'), '') as kind,
        coalesce(substring(machine_why from '-([0-9]{1,6})$')::int, 0) as threshold
) as word
cross join lateral (
    select case when person_at is null then 'machine' when kind = 'HUMAN' then 'human' else 'unsure' end as said,
        connected_at is not null and case when person_at is null then result = 'machine' else machine = 'machine' end
            as marked
) as verdict
where campaign = $1 and attempts.at >= to_timestamp($2) and machine_s is not null and ended_at is not null
    and ($3::float8 is null or attempts.at < to_timestamp($3))
group by 1, 2, 3
order by 4 desc, 1, 2, 3
limit 1000

-- name: detection_times
select percentile_cont(0.5) within group (order by machine_s) as p50_s,
    percentile_cont(0.9) within group (order by machine_s) as p90_s
from attempts
where campaign = $1 and attempts.at >= to_timestamp($2) and machine_s is not null and person_at is not null
