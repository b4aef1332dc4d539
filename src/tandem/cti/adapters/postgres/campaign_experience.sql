-- What the pacing learns from at start: of each campaign the last attempts, so many at most. The comparison of
-- rows leaves no index but the one of a campaign's times: with that of all times a campaign that has not dialled lately
-- would be looked for in a million attempts of others.

-- name: hours
select each.campaign, lately.segment,
    greatest(0, (to_timestamp($4) at time zone each.zone)::date - (lately.at at time zone each.zone)::date)::int
        as days_ago,
    extract(hour from lately.at at time zone each.zone)::int as hour,
    count(*)::int as tries,
    (count(*) filter (where result in ('talked', 'abandoned', 'served', 'hung_up')))::int as answered,
    (count(*) filter (where result = 'abandoned'))::int as abandoned
from unnest($1::text[], $2::text[]) as each (campaign, zone)
cross join lateral (
    select attempts.at, segment, result from attempts
    where attempts.campaign <= each.campaign and (attempts.campaign, attempts.at) > (each.campaign, to_timestamp($3))
        and ended_at is not null
        and result not in ('withdrawn', 'congestion')
    order by attempts.campaign desc, attempts.at desc
    limit $5
) as lately
group by 1, 2, 3, 4
order by 1, 3 desc, 4, 2

-- name: times
select each.campaign, lately.*
from unnest($1::text[]) as each (campaign)
cross join lateral (
    select array_agg(round(extract(epoch from coalesce(person_at, answered_at) - at), 1)::float8 order by at)
            filter (where person and answered_at is not null) as answer_s,
        array_agg(round(extract(epoch from coalesce(answered_at, ended_at) - at), 1)::float8 order by at)
            filter (where not person) as other_s,
        array_agg(round(extract(epoch from ended_at - connected_at), 1)::float8 order by at)
            filter (where result = 'talked' and connected_at is not null) as talk_s,
        (count(distinct agent) filter (where result = 'talked' and at > latest - interval '12 hours'))::int as agents,
        count(*)::int as dialled,
        (count(*) filter (where result in ('machine', 'message_left')))::int as machines,
        (count(*) filter (where machine <> '' and machine <> 'machine'))::int as persons,
        (count(*) filter (where machine <> ''))::int as judged,
        coalesce(avg(extract(epoch from person_at - answered_at)) filter (where person), 0)::float8 as verdict_s
    from (
        select *, max(at) over () as latest from (
            select attempts.at, answered_at, person_at, connected_at, ended_at, result, machine, agent,
                result in ('talked', 'abandoned', 'served', 'hung_up') as person
            from attempts
            where attempts.campaign <= each.campaign
                and (attempts.campaign, attempts.at) > (each.campaign, to_timestamp($2))
                and ended_at is not null and result not in ('withdrawn', 'congestion')
            order by attempts.campaign desc, attempts.at desc
            limit $3
        ) as last_ones
    ) as recent
) as lately
where lately.dialled > 0

-- name: wrap_ups
-- Of all campaigns, the last ones: how long until the agent was in his next state.
select attempts.campaign, array_agg(round(extract(epoch from following.at - ended.at), 1)::float8 order by ended.at)
    as wrap_up_s
from (
    select agent, number, at, call from agent_state_history
    where at > to_timestamp($2) and state = 'working_after_call'
    order by at desc
    limit $3
) as ended
join attempts on attempts.id = ended.call and attempts.campaign = any($1::text[])
join agent_state_history as following on following.agent = ended.agent and following.number = ended.number + 1
group by 1
