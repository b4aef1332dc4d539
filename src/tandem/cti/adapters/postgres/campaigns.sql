-- name: all
select id, rev, state, document, by, extract(epoch from at)::float8 as at, why
from campaigns
order by campaigns.at desc, id

-- name: one
select id, rev, state, document, by, extract(epoch from at)::float8 as at, why from campaigns where id = $1

-- name: create
insert into campaigns (id, rev, state, document, by, at, why) values ($1, $2, $3, $4, $5, to_timestamp($6), $7)
on conflict do nothing
returning id

-- name: replace
update campaigns set rev = $2, state = $3, document = $4, by = $5, at = to_timestamp($6), why = $7
where id = $1 and rev = $8 and rev < $2
returning id

-- name: delete_numbers
delete from lead_numbers using leads where leads.id = lead and campaign = $1

-- name: delete
delete from campaigns where id = $1 returning id

-- name: days
-- Attempts under way are counted when they are over.
select attempts.campaign, to_char(attempts.at at time zone $2::text, 'YYYY-MM-DD') as day,
    count(*)::int as dialled,
    count(*) filter (where result in ('talked', 'abandoned', 'served', 'hung_up'))::int as answered,
    count(*) filter (where result = 'abandoned')::int as abandoned,
    count(*) filter (where result in ('machine', 'message_left'))::int as machines,
    count(*) filter (where result = 'talked')::int as talked,
    count(*) filter (where disposition = any($3::text[]))::int as successes,
    sum(cost) as cost
from attempts
where attempts.campaign = $1 and attempts.at >= to_timestamp($4) and ended_at is not null
    and result <> 'withdrawn'
group by 1, 2
order by 2

-- name: series
select (floor(extract(epoch from at) / $4::float8) * $4::float8)::float8 as at,
    count(*)::int as dialled,
    count(*) filter (where result in ('talked', 'abandoned', 'served', 'hung_up'))::int as answered,
    count(*) filter (where result = 'abandoned')::int as abandoned,
    count(*) filter (where result in ('machine', 'message_left'))::int as machines,
    count(*) filter (where result = 'talked')::int as talked,
    count(*) filter (where result = 'busy')::int as busy,
    count(*) filter (where result = 'no_answer')::int as no_answer,
    count(*) filter (where result in ('failed', 'congestion', 'rejected', 'invalid_number'))::int as failed,
    coalesce(sum(extract(epoch from ended_at - connected_at)) filter (where result = 'talked'), 0)::float8 as talk_s,
    sum(cost) as cost
from attempts
where campaign = $1 and attempts.at >= to_timestamp($2) and attempts.at < to_timestamp($3)
    and result is distinct from 'withdrawn'
group by 1
order by 1

-- name: samples
select campaign, extract(epoch from at)::float8 as at, looks, idle, talking, wrapping, lines, lines_looks
from campaign_samples
where ($1 = '' or campaign = $1) and at >= to_timestamp($2) and at < to_timestamp($3)
order by campaign, at

-- name: forget_samples
delete from campaign_samples where at < to_timestamp($1)

-- name: caller_ids
-- How each of our numbers fared, for the rotation at start. Calls under way are counted when they are over. What was
-- before a number's last rest says nothing of it any more.
with rests as materialized (
    select caller_id, at, until, answer_rate, others_rate from caller_id_rests where campaign = $1
), uses as (
    select caller_id,
        count(*) filter (where counts)::int as calls,
        count(*) filter (where counts and answered_at is not null)::int as answered,
        count(*) filter (where attempts.at >= to_timestamp($3))::int as today
    from attempts
    left join rests using (caller_id)
    cross join lateral (
        select result not in ('congestion', 'failed', 'withdrawn') and (rests.at is null or ended_at > rests.at)
    ) as network (counts)
    where campaign = $1 and attempts.at >= to_timestamp($2) and ended_at is not null and caller_id <> ''
    group by 1
)
select $1::text as campaign, caller_id, coalesce(calls, 0) as calls, coalesce(answered, 0) as answered,
    coalesce(today, 0) as today, extract(epoch from at)::float8 as at, extract(epoch from until)::float8 as until,
    answer_rate, others_rate
from uses full join rests using (caller_id)
order by caller_id

-- name: decisions
select campaign, number, extract(epoch from at)::float8 as at, launched, why, evidence
from pacing_decisions
where campaign = $1 and number < $2
order by number desc
limit $3
