-- Leads for the dialer. Times are epoch seconds that the caller gives: the database's clock counts for nothing here.
-- Dials that the network had no line for (congestion) or that were never made (withdrawn) do not count on a person.

-- name: reopen
-- In hand, but the dialer does not have them.
update leads set state = 'open', ready = false
where id in (
    select id from leads
    where campaign = $1 and state = 'in_hand' and not (id = any($2::text[]))
        and not exists (select from attempts where lead = leads.id and ended_at is null)
    for update skip locked
)

-- name: reopen_all
update leads set state = 'open', ready = false
where state = 'in_hand' and not exists (select from attempts where lead = leads.id and ended_at is null)

-- name: zones
-- Each text once, by jumps over the index.
with recursive found as (
    (select zones from leads where campaign = $1 and state = 'open' and ready order by zones limit 1)
    union all
    select (
        select leads.zones from leads
        where campaign = $1 and state = 'open' and ready and leads.zones > found.zones
        order by leads.zones
        limit 1
    )
    from found
    where found.zones is not null
)
select zones from found where zones is not null limit 5000

-- name: resting
-- Of each zones and priority among those that wait for their time: whether somebody's has come whom anybody may call
-- (of who was promised a call by one agent: since $3), and when the next one's comes. By jumps over the index.
with recursive found as (
    (
        select zones, priority from leads
        where campaign = $1 and state = 'open' and not ready
        order by zones, priority
        limit 1
    )
    union all
    select next.zones, next.priority
    from found
    cross join lateral (
        select leads.zones, leads.priority from leads
        where campaign = $1 and state = 'open' and not ready
            and (leads.zones, leads.priority) > (found.zones, found.priority)
        order by leads.zones, leads.priority
        limit 1
    ) as next
)
select zones, priority,
    exists (
        select from leads
        where campaign = $1 and leads.zones = found.zones and leads.priority = found.priority and state = 'open'
            and not ready and due_at <= to_timestamp($2)
            and (callback_at is null or callback_agent is null or callback_at <= to_timestamp($3))
    ) as due,
    (
        select extract(epoch from due_at)::float8 from leads
        where campaign = $1 and leads.zones = found.zones and leads.priority = found.priority and state = 'open'
            and not ready and due_at > to_timestamp($2)
        order by due_at
        limit 1
    ) as next_at
from found
limit 10000

-- name: next_due
-- Those whose time came first, of each zones and priority.
select id, priority, sequence, attempts, shuffle
from unnest($2::text[], $3::integer[]) as open (zones, priority)
cross join lateral (
    select id, sequence, attempts, shuffle from leads
    where campaign = $1 and leads.zones = open.zones and leads.priority = open.priority and state = 'open'
        and not ready and due_at <= to_timestamp($5)
        and (callback_at is null or callback_agent is null or callback_at <= to_timestamp($6))
    order by due_at
    limit $4
) as found

-- name: next_callbacks
-- Promised by the team, or by an agent who has had until $5 to make the call himself.
select id from leads
where campaign = $1 and state = 'open' and callback_at <= to_timestamp($4) and due_at <= to_timestamp($4)
    and zones = any($2::text[]) and (callback_agent is null or callback_at <= to_timestamp($5))
order by callback_at
limit $3

-- name: next_personal
-- Promised by an agent himself, whose time ($5) is not over: with those in hand $6 of each agent, $3 in all.
with in_hand as (
    select callback_agent, count(*) as leads from leads
    where campaign = $1 and state = 'in_hand' and callback_agent is not null and callback_at is not null
    group by callback_agent
),
due as (
    select id, callback_at, callback_agent,
        row_number() over (partition by callback_agent order by callback_at, sequence) as place
    from leads
    where campaign = $1 and state = 'open' and callback_at <= to_timestamp($4) and due_at <= to_timestamp($4)
        and zones = any($2::text[]) and callback_agent is not null and callback_at > to_timestamp($5)
)
select due.id
from due
left join in_hand using (callback_agent)
where due.place + coalesce(in_hand.leads, 0) <= $6
order by due.callback_at
limit greatest($3 - (select coalesce(sum(leads), 0) from in_hand), 0)

-- name: next_promise
select extract(epoch from min(callback_at))::float8 as at
from leads
where campaign = $1 and state = 'open' and callback_at > to_timestamp($2)

-- name: next_by_list
select id, priority, sequence, attempts, shuffle
from unnest($2::text[]) as open (zones)
cross join lateral (
    select id, priority, sequence, attempts, shuffle from leads
    where campaign = $1 and leads.zones = open.zones and state = 'open' and ready
    order by priority desc, sequence
    limit $3
) as found
order by priority desc, sequence
limit $3

-- name: next_by_newest
select id, priority, sequence, attempts, shuffle
from unnest($2::text[]) as open (zones)
cross join lateral (
    select id, priority, sequence, attempts, shuffle from leads
    where campaign = $1 and leads.zones = open.zones and state = 'open' and ready
    order by priority desc, sequence desc
    limit $3
) as found
order by priority desc, sequence desc
limit $3

-- name: next_by_attempts
select id, priority, sequence, attempts, shuffle
from unnest($2::text[]) as open (zones)
cross join lateral (
    select id, priority, sequence, attempts, shuffle from leads
    where campaign = $1 and leads.zones = open.zones and state = 'open' and ready
    order by priority desc, attempts, sequence
    limit $3
) as found
order by priority desc, attempts, sequence
limit $3

-- name: next_by_chance
select id, priority, sequence, attempts, shuffle
from unnest($2::text[]) as open (zones)
cross join lateral (
    select id, priority, sequence, attempts, shuffle from leads
    where campaign = $1 and leads.zones = open.zones and state = 'open' and ready
    order by priority desc, shuffle
    limit $3
) as found
order by priority desc, shuffle
limit $3

-- name: judge
-- Which of these leads nobody may call: their list was taken back, or do-not-call. ``until``: not before then.
select leads.id,
    lead_lists.removed_at is not null as removed,
    person.for_ever or not numbers.left_ever as for_ever,
    extract(epoch from case when person.until is not null or not numbers.left_now
        then greatest(person.until, numbers.until) end)::float8 as until
from leads
join lead_lists on lead_lists.id = leads.list
cross join lateral (
    select coalesce(bool_or(until is null), false) as for_ever, max(until) as until
    from do_not_call as entry
    where entry.person = leads.person and entry.person <> '' and not lifted
        and (entry.campaign is null or entry.campaign = leads.campaign)
        and (until is null or until > to_timestamp($2))
) as person
cross join lateral (
    select coalesce(bool_or(entry.ever is null), false) as left_ever,
        coalesce(bool_or(entry.ever is null and entry.until is null), false) as left_now,
        min(entry.until) as until
    from lead_numbers
    left join lateral (
        select bool_or(true) filter (where until is null) as ever, max(until) as until
        from do_not_call
        where do_not_call.number = lead_numbers.number and do_not_call.number <> '' and not lifted
            and (do_not_call.campaign is null or do_not_call.campaign = leads.campaign)
            and (until is null or until > to_timestamp($2))
    ) as entry on true
    where lead = leads.id and not bad
) as numbers
where leads.id = any($1::text[])

-- name: forbid
update leads set state = 'do_not_call', ready = false where id = any($1::text[]) and state = 'open'

-- name: remove
update leads set state = 'removed', ready = false where id = any($1::text[]) and state = 'open'

-- name: rest
update leads set next_at = to_timestamp($2), ready = false where id = $1 and state = 'open'

-- name: take
update leads set state = 'in_hand'
where id in (
    select id from leads
    where id = any($1::text[]) and state = 'open'
        and not exists (select from attempts where lead = leads.id and ended_at is null)
    for update skip locked
)
returning id

-- name: leads
select leads.id, rev, leads.campaign, list, leads.person, name, language, zone, fields, priority, position, state,
    attempts, coalesce(recent.day, 0)::int as day, coalesce(recent.week, 0)::int as week, results,
    extract(epoch from greatest(leads.last_at, recent.last_at))::float8 as last_at,
    extract(epoch from next_at)::float8 as next_at, extract(epoch from callback_at)::float8 as callback_at,
    callback_agent, callback_note, callback_number,
    extract(epoch from greatest(leads.abandoned_at, recent.abandoned_at, there.abandoned_at))::float8 as abandoned_at,
    case when exists (
        select from do_not_call as entry
        where entry.person = leads.person and entry.person <> '' and not lifted
            and (entry.campaign is null or entry.campaign = leads.campaign)
            and (until is null or until > to_timestamp($2))
    ) then 'person' else leads.do_not_call end as do_not_call,
    consent, customer, segment, sequence, disposition, why, zones
from leads
left join lateral (
    select count(*) filter (where at > to_timestamp($2) - interval '1 day' and counts) as day,
        count(*) filter (where counts) as week, max(at) filter (where counts) as last_at,
        max(coalesce(answered_at, at)) filter (where result = 'abandoned') as abandoned_at
    from attempts
    cross join lateral (select coalesce(result, '') not in ('congestion', 'withdrawn') as counts) as counted
    where attempts.person = leads.person and at > to_timestamp($2) - interval '7 days'
) as recent on true
left join lateral (  -- under another name, on one of his numbers
    select max(coalesce(answered_at, at)) as abandoned_at
    from lead_numbers
    join attempts using (number)
    where lead_numbers.lead = leads.id and at > to_timestamp($2) - interval '7 days' and result = 'abandoned'
) as there on true
where leads.id = any($1::text[])

-- name: numbers
select lead_numbers.lead, lead_numbers.number, kind, lead_numbers.zone, country,
    coalesce(mine.attempts, 0)::int as attempts,
    coalesce(recent.day, 0)::int as day, coalesce(recent.week, 0)::int as week,
    extract(epoch from greatest(mine.last_at, recent.last_at))::float8 as last_at,
    coalesce(mine.last_result, '') as last_result, bad,
    coalesce(entry.stands, '') as do_not_call
from lead_numbers
join leads on leads.id = lead_numbers.lead
left join lateral (
    select count(*) filter (where at > to_timestamp($2) - interval '1 day') as day, count(*) as week, max(at) as last_at
    from attempts
    where attempts.number = lead_numbers.number and at > to_timestamp($2) - interval '7 days'
        and coalesce(result, '') not in ('congestion', 'withdrawn')
) as recent on true
left join lateral (
    select count(*) filter (
            where coalesce(result, '') not in ('congestion', 'withdrawn')
                and number_of > coalesce((leads.results->>'recycled')::int, 0)
        ) as attempts,
        max(at) as last_at, (array_agg(result order by at desc))[1] as last_result
    from attempts
    where attempts.lead = lead_numbers.lead and attempts.number = lead_numbers.number
) as mine on true
left join lateral (
    select case when do_not_call.campaign is null then 'global' else 'campaign' end as stands
    from do_not_call
    where do_not_call.number = lead_numbers.number and do_not_call.number <> '' and not lifted
        and (do_not_call.campaign is null or do_not_call.campaign = leads.campaign)
        and (until is null or until > to_timestamp($2))
    order by do_not_call.campaign nulls first
    limit 1
) as entry on true
where lead_numbers.lead = any($1::text[])
order by lead_numbers.lead, lead_numbers.position

-- name: open_attempts
select id, rev, campaign, lead, list, person, number_of, number, caller_id, carrier, mode, segment, reserved,
    extract(epoch from at)::float8 as at, extract(epoch from ringing_at)::float8 as ringing_at,
    extract(epoch from answered_at)::float8 as answered_at, extract(epoch from connected_at)::float8 as connected_at,
    extract(epoch from ended_at)::float8 as ended_at, result, machine, agent,
    extract(epoch from message_at)::float8 as message_at, cause, disposition, cost, why,
    extract(epoch from person_at)::float8 as person_at, machine_why, machine_s
from attempts
where ended_at is null
order by attempts.at, id
limit 20000

-- name: attempts_of
select id, rev, campaign, lead, list, person, number_of, number, caller_id, carrier, mode, segment, reserved,
    extract(epoch from at)::float8 as at, extract(epoch from ringing_at)::float8 as ringing_at,
    extract(epoch from answered_at)::float8 as answered_at, extract(epoch from connected_at)::float8 as connected_at,
    extract(epoch from ended_at)::float8 as ended_at, result, machine, agent,
    extract(epoch from message_at)::float8 as message_at, cause, disposition, cost, why,
    extract(epoch from person_at)::float8 as person_at, machine_why, machine_s
from attempts
where lead = $1
order by number_of desc
limit 200

-- name: lead_with_number
select leads.id from lead_numbers join leads on leads.id = lead
where number = $1 and campaign = $2 and state <> 'removed'
order by leads.sequence desc
limit 1

-- name: facts_of_number
select
    (select count(*) from attempts where number = $1 and at > to_timestamp($2) - interval '1 day'
        and coalesce(result, '') not in ('congestion', 'withdrawn'))::int as day,
    (select count(*) from attempts where number = $1 and at > to_timestamp($2) - interval '7 days'
        and coalesce(result, '') not in ('congestion', 'withdrawn'))::int as week,
    extract(epoch from last.at)::float8 as last_at, coalesce(last.result, '') as last_result,
    (select extract(epoch from max(coalesce(answered_at, at)))::float8 from attempts
        where number = $1 and at > to_timestamp($2) - interval '7 days' and result = 'abandoned') as abandoned_at,
    coalesce((
        select case when do_not_call.campaign is null then 'global' else 'campaign' end
        from do_not_call
        where do_not_call.number = $1 and not lifted and (do_not_call.campaign is null or do_not_call.campaign = $3)
            and (until is null or until > to_timestamp($2))
        order by do_not_call.campaign nulls first
        limit 1
    ), '') as do_not_call,
    case when exists (
        select from lead_numbers join leads on leads.id = lead join do_not_call as entry on entry.person = leads.person
        where lead_numbers.number = $1 and entry.person <> '' and not lifted
            and (entry.campaign is null or entry.campaign = $3) and (until is null or until > to_timestamp($2))
    ) then 'person' else '' end as person_do_not_call
from (select 1) as once
left join lateral (
    select at, result from attempts where number = $1 order by at desc limit 1
) as last on true

-- name: count_ready
select zones, count(*) as leads from leads where campaign = $1 and state = 'open' and ready group by zones

-- name: count_resting
select count(*) as leads, count(*) filter (where due_at <= to_timestamp($2)) as due
from leads
where campaign = $1 and state = 'open' and not ready

-- name: count_in_hand
select count(*) as leads from leads where campaign = $1 and state = 'in_hand'

-- name: page
select id, sequence from leads
where campaign = $1 and sequence > $2
    and (cardinality($3::text[]) = 0 or state = any($3::text[]))
    and ($4::text[] is null or zones = any($4::text[]))
    and ($5::float8 is null or due_at <= to_timestamp($5))
    and ($6::float8 is null or due_at > to_timestamp($6))
    and ($7 = '' or list = $7)
    and (
        $8 = '' or lower(name) like '%' || $8 || '%' or lower(person) = $8
        or $9 <> '' and id in (select lead from lead_numbers where number like '%' || $9 || '%')
    )
order by sequence
limit $10

-- name: recycle
update leads set state = 'open', ready = false, next_at = to_timestamp($3), callback_at = null, callback_agent = null,
    callback_number = '', results = jsonb_build_object('recycled', attempts), why = $4
where campaign = $1 and state in ('done', 'exhausted')
    and (select result from attempts where lead = leads.id order by number_of desc limit 1) = any($2::text[])

-- name: call_again
update leads set state = 'open', ready = false, next_at = to_timestamp($2), callback_at = to_timestamp($3),
    callback_agent = $4, callback_note = $5, callback_number = '', why = $6,
    results = case when state = 'open' then results else jsonb_build_object('recycled', attempts) end
where id = $1 and state in ('open', 'done', 'exhausted', 'success')
returning id

-- name: export
select leads.id, sequence, list, position, leads.person, name, language, zone, priority, state, attempts,
    extract(epoch from last_at)::float8 as last_at, extract(epoch from next_at)::float8 as next_at,
    extract(epoch from callback_at)::float8 as callback_at, callback_agent, callback_note, consent, segment,
    disposition, why, fields, results,
    (select array_agg(number order by lead_numbers.position) from lead_numbers where lead = leads.id) as numbers,
    last.result as last_result, last.agent as last_agent, last.number as last_number
from leads
left join lateral (
    select result, agent, number from attempts where lead = leads.id order by number_of desc limit 1
) as last on true
where campaign = $1 and sequence > $2
order by sequence
limit $3

-- name: field_names
select distinct name
from (select fields from leads where campaign = $1 order by sequence limit 20000) as first_ones
cross join lateral jsonb_object_keys(fields) as name
order by 1
limit 200

-- name: classes
-- Leads that are the same to the gate (routing.core.dialer.lead_classes), each class with one of them: by the shape of
-- their numbers, and by what is to be said of single numbers and persons, which is little. Moments in steps of five
-- minutes, of an hour when they are further away.
with recent as materialized (
    select number, count(*) filter (where at > to_timestamp($2) - interval '1 day') as day, count(*) as week,
        ceil(extract(epoch from max(at)) / 3600)::bigint as step
    from attempts
    where at > to_timestamp($2) - interval '7 days' and coalesce(result, '') not in ('congestion', 'withdrawn')
    group by number
    having count(*) >= $7::int or count(*) filter (where at > to_timestamp($2) - interval '1 day') >= $6::int
), persons as materialized (
    select person, count(*) filter (where at > to_timestamp($2) - interval '1 day' and counts) >= $5::int as often,
        max(at) filter (where counts) as last_at,
        max(coalesce(answered_at, at)) filter (where result = 'abandoned') as abandoned_at
    from attempts
    cross join lateral (select coalesce(result, '') not in ('congestion', 'withdrawn') as counts) as counted
    where at > to_timestamp($2) - interval '7 days'
    group by person
    having count(*) filter (where at > to_timestamp($2) - interval '1 day' and counts) >= $5::int
        or max(at) filter (where counts) > to_timestamp($2::float8 - $9::float8)
        or bool_or(result = 'abandoned')
), forbidden as materialized (
    select person, bool_or(true) as forbidden
    from do_not_call
    where person <> '' and not lifted and (campaign is null or campaign = $1)
        and (until is null or until > to_timestamp($2))
    group by person
), said as materialized (
    select lead, position || 'o' || concat_ws(',', day >= $6::int, week >= $7::int, step) as word
    from recent
    cross join lateral (  -- one look into the index each: they are few
        select lead, position from lead_numbers where lead_numbers.number = recent.number offset 0
    ) as each
    union all
    select lead, position || 'x' || step
    from (
        select number, ceil(extract(epoch from max(coalesce(answered_at, at))) / 3600)::bigint as step
        from attempts
        where at > to_timestamp($2) - interval '7 days' and result = 'abandoned'
        group by number
        having max(coalesce(answered_at, at)) > to_timestamp($2::float8 - $10::float8)
    ) as met_nobody
    cross join lateral (
        select lead, position from lead_numbers where lead_numbers.number = met_nobody.number offset 0
    ) as each
    union all
    select lead, position || 'b' from lead_numbers where bad
    union all
    select distinct lead_numbers.lead, position || 'n'
    from do_not_call
    join lead_numbers using (number)
    where do_not_call.number <> '' and not lifted and (do_not_call.campaign is null or do_not_call.campaign = $1)
        and (until is null or until > to_timestamp($2))
    union all
    select attempts.lead, attempts.number || 'a'
    from leads
    join attempts on attempts.lead = leads.id
    where leads.campaign = $1 and leads.attempts > 0 and leads.attempts >= $3::int and leads.state in ('open', 'in_hand')
        and coalesce(result, '') not in ('congestion', 'withdrawn')
        and number_of > coalesce((leads.results->>'recycled')::int, 0)
    group by 1, attempts.number
    having count(*) >= $3::int
    union all
    select lead, number || 'm' || ceil(extract(epoch from at) / 3600)::bigint
    from attempts
    where $8::float8 > 0 and campaign = $1 and at > to_timestamp($2::float8 - $8::float8)
        and result in ('machine', 'message_left')
), words as materialized (
    select lead as id, string_agg(word, ' ' order by word) as words from said group by lead
)
select min(id collate "C") as example, count(*)::int as leads
from leads
left join words using (id)
left join persons using (person)
left join forbidden using (person)
cross join lateral (
    select callback_at is not null and callback_at <= to_timestamp($2) as due,
        greatest(leads.last_at, persons.last_at) as last_at,
        greatest(leads.abandoned_at, persons.abandoned_at) as abandoned_at
) as now
where campaign = $1 and state <> 'removed'
group by state, zone, shape, words.words, consent, forbidden.forbidden, leads.do_not_call, due, callback_number,
    attempts > 0 and not due and attempts - coalesce((results->>'congestion')::int, 0)
        - coalesce((results->>'withdrawn')::int, 0) - coalesce((results->>'recycled')::int, 0) >= $4::int,
    case when due then null
        when now.last_at > to_timestamp($2::float8 - $9::float8) then ceil(extract(epoch from now.last_at) / 300)
        when persons.often then ceil(extract(epoch from now.last_at) / 3600) end,
    persons.often,
    case when due or next_at <= to_timestamp($2) then null
        when next_at <= to_timestamp($2::float8 + 3600) then ceil(extract(epoch from next_at) / 300)
        else ceil(extract(epoch from next_at) / 3600) end,
    case when now.abandoned_at > to_timestamp($2::float8 - $10::float8)
        then ceil(extract(epoch from now.abandoned_at) / 3600) end,
    case when cardinality($11::text[]) > 0 then
        (select jsonb_agg(fields->name order by name) from unnest($11::text[]) as name)
    end
