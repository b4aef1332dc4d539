-- Of calls that are over, of one flow, by when they began ($2 <= started_at < $3); $4: of one version, null: of all.
-- How the steps of each version are told apart: arrays $5 (version), $6 (step), $7 (kind), $8 (queue).
-- What makes a call's end is written down in ivr/core/journey.py; a contract test holds the two together.

-- name: nodes
select visit.step, visit.exit, count(*) as visits,
    coalesce(sum(extract(epoch from visit.left_at - visit.entered_at)), 0)::float8 as seconds,
    sum(visit.no_inputs) as no_inputs, sum(visit.no_matches) as no_matches
from calls
join ivr_visits as visit on visit.call = calls.id
where calls.flow = $1 and calls.started_at >= to_timestamp($2) and calls.started_at < to_timestamp($3)
    and calls.ended_at is not null and calls.flow_version > 0 and ($4::int is null or calls.flow_version = $4)
group by visit.step, visit.exit

-- name: ends
with facts as (
    select * from unnest($5::int[], $6::text[], $7::text[], $8::text[]) as facts (version, step, kind, queue)
),
visited as (
    select visit.call, visit.number, visit.exit, coalesce(facts.kind, '') as kind, coalesce(facts.queue, '') as queue,
        min(visit.number) filter (where visit.exit = 'after_call') over (partition by visit.call) as talked
    from calls
    join ivr_visits as visit on visit.call = calls.id
    left join facts on facts.version = visit.version and facts.step = visit.step
    where calls.flow = $1 and calls.started_at >= to_timestamp($2) and calls.started_at < to_timestamp($3)
        and calls.ended_at is not null and calls.flow_version > 0 and ($4::int is null or calls.flow_version = $4)
),
ended as (
    select bool_or(exit = 'transferred') as transferred,
        max(number) filter (where exit = 'queued') as queued,
        max(number) filter (
            where exit <> 'queued' and kind in ('leave', 'record', 'callback', 'transfer', 'hangup')
        ) as out_of_line,
        (array_agg(queue order by number desc) filter (where exit = 'queued'))[1] as queue,
        bool_or(exit = 'on_error') as failed,
        bool_or(exit = 'goto' and kind = 'record') as message,
        bool_or(exit = 'goto' and kind = 'callback') as callback,
        bool_or(exit = 'end') as served
    from visited
    where talked is null or number < talked
    group by call
)
select reason, case when reason = 'queue' then queue else '' end as queue, count(*) as calls
from (
    select case
            when transferred then 'transferred'
            when queued > coalesce(out_of_line, -1) then 'queue'
            when failed then 'error'
            when message then 'message'
            when callback then 'callback'
            when served then 'served'
            else 'hung_up'
        end as reason, queue
    from ended
) as reasons
group by 1, 2
order by calls desc, 1, 2

-- name: journeys
with facts as (
    select * from unnest($5::int[], $6::text[], $7::text[], $8::text[]) as facts (version, step, kind, queue)
),
visited as (
    select visit.call, visit.number, visit.step, visit.exit, visit."to", coalesce(facts.queue, '') as queue,
        min(visit.number) filter (where visit.exit = 'queued') over (partition by visit.call) as queued,
        row_number() over (partition by visit.call order by visit.number) - 1 as depth
    from calls
    join ivr_visits as visit on visit.call = calls.id
    left join facts on facts.version = visit.version and facts.step = visit.step
    where calls.flow = $1 and calls.started_at >= to_timestamp($2) and calls.started_at < to_timestamp($3)
        and calls.ended_at is not null and calls.flow_version > 0 and ($4::int is null or calls.flow_version = $4)
)
select depth::int as depth, step as source,
    case
        when "to" <> '' then "to"
        when exit = 'queued' then 'end:queue:' || queue
        when exit = 'end' then 'end:served'
        when exit = 'on_error' then 'end:error'
        else 'end:' || exit
    end as target,
    count(*) as calls
from visited
where (queued is null or number <= queued) and depth < $9
group by 1, 2, 3
order by calls desc, 1, 2, 3
limit 5000

-- name: containment
-- Of every flow that had calls; the same rules as above, only for who was served. $1 <= started_at; arrays as above,
-- with the flow's name first ($2).
with facts as (
    select * from unnest($2::text[], $3::int[], $4::text[], $5::text[]) as facts (flow, version, step, kind)
),
visited as (
    select calls.flow, visit.call, visit.number, visit.exit, coalesce(facts.kind, '') as kind,
        min(visit.number) filter (where visit.exit = 'after_call') over (partition by visit.call) as talked
    from calls
    join ivr_visits as visit on visit.call = calls.id
    left join facts on facts.flow = calls.flow and facts.version = visit.version and facts.step = visit.step
    where calls.started_at >= to_timestamp($1) and calls.ended_at is not null and calls.flow_version > 0
),
ended as (
    select flow, coalesce(bool_or(exit = 'end')
        and not bool_or(exit in ('transferred', 'on_error'))
        and not bool_or(exit = 'goto' and kind in ('record', 'callback'))
        and coalesce(max(number) filter (where exit = 'queued'), -2)
            < coalesce(
                max(number) filter (
                    where exit <> 'queued' and kind in ('leave', 'record', 'callback', 'transfer', 'hangup')
                ),
                -1
            ), false) as served
    from visited
    where talked is null or number < talked
    group by flow, call
)
select flow, count(*) as calls, count(*) filter (where served) as served from ended group by flow

-- name: used_versions
select distinct flow_version as version
from calls
where flow = $1 and started_at >= to_timestamp($2) and started_at < to_timestamp($3) and flow_version > 0
order by 1

-- name: recorded
-- The newest calls first; their visits in order, before the talk. $4: at most so many calls.
with chosen as (
    select id, ani, ani_e164, dnis, caller_name, customer, language, flow_version, started_at
    from calls
    where flow = $1 and started_at >= to_timestamp($2) and started_at < to_timestamp($3) and ended_at is not null
        and flow_version > 0
    order by started_at desc
    limit $4
)
select chosen.id, chosen.ani, chosen.ani_e164, chosen.dnis, chosen.caller_name, chosen.flow_version,
    extract(epoch from chosen.started_at)::float8 as at,
    customers.id as customer, customers.name, customers.tier, customers.language, customers.company, customers.email,
    customers.owner,
    json_agg(
        json_build_array(
            visit.step, visit.exit, visit."to", extract(epoch from visit.entered_at), extract(epoch from visit.left_at),
            visit.heard
        ) order by visit.number
    )::text as visits
from chosen
join ivr_visits as visit on visit.call = chosen.id
left join customers on customers.id = chosen.customer
group by chosen.id, chosen.ani, chosen.ani_e164, chosen.dnis, chosen.caller_name, chosen.flow_version,
    chosen.started_at, customers.id
order by chosen.started_at desc

-- name: count_recorded
select count(*) as calls
from calls
where flow = $1 and started_at >= to_timestamp($2) and started_at < to_timestamp($3) and ended_at is not null
    and flow_version > 0
