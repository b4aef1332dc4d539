-- A prepared file comes in by COPY and is spread from there, a set at a time, in one transaction.

-- name: lock_campaign
-- Two imports into one campaign, one after the other: else neither would see the other's duplicates.
select id from campaigns where id = $1 for update

-- name: staging
create temp table staged_leads (
    position       integer not null,
    person         text not null,
    name           text not null,
    language       text not null,
    zone           text not null,
    zones          text not null,
    fields         jsonb not null,
    priority       integer not null,
    callback_at    double precision,
    callback_agent text not null,
    callback_note  text not null,
    consent        boolean,
    customer       text not null,
    segment        text not null,
    until          double precision,
    numbers        text[] not null,
    kinds          text[] not null,
    number_zones   text[] not null,
    countries      text[] not null
) on commit drop;
create temp table staged_persons (position integer not null) on commit drop;
create temp table staged_numbers (
    number   text not null,
    position integer not null,
    place    bigint not null,
    kind     text not null,
    zone     text not null,
    country  text not null
) on commit drop;
create temp table staged_forbidden (position integer not null) on commit drop

-- name: keep_persons
-- Of each person the first row, if he is not in the campaign already.
insert into staged_persons
select min(position) as position from staged_leads group by person

-- name: drop_known_persons
delete from staged_persons using staged_leads, leads
where staged_leads.position = staged_persons.position and leads.person = staged_leads.person
    and leads.campaign = $1 and leads.state <> 'removed'

-- name: keep_numbers
insert into staged_numbers
select distinct on (number) number, staged_leads.position, place, kind, number_zone as zone, country
from staged_persons
join staged_leads using (position)
cross join lateral unnest(numbers, kinds, number_zones, countries) with ordinality
    as each (number, kind, number_zone, country, place)
order by number, staged_leads.position

-- name: drop_known_numbers
delete from staged_numbers using lead_numbers, leads
where lead_numbers.number = staged_numbers.number and leads.id = lead_numbers.lead
    and leads.campaign = $1 and leads.state <> 'removed'

-- name: find_forbidden
-- Rows whose person, or whose every number, is not to be called for ever.
insert into staged_forbidden
select position
from staged_numbers
left join (
    select distinct number from do_not_call
    where not lifted and number <> '' and until is null and (campaign is null or campaign = $1)
) as entry using (number)
group by position
having bool_and(entry.number is not null)
union
select position
from staged_leads
join do_not_call as entry using (person)
where entry.person <> '' and not lifted and entry.until is null and (entry.campaign is null or entry.campaign = $1)

-- name: put_list
insert into lead_lists (id, campaign, name, file_name, mapping, created_by, created_at)
values ($1, $2, $3, $4, $5, $6, to_timestamp($7))

-- name: put_leads
insert into leads (
    id, campaign, list, position, person, name, language, zone, zones, shape, fields, priority, state, ready, callback_at,
    callback_agent, callback_note, consent, customer, segment
)
select $1 || '-' || position, $2, $1, position, person, name, language, zone, zones, shape, fields, priority,
    case when staged_forbidden.position is null then 'open' else 'do_not_call' end,
    staged_forbidden.position is null and (callback_at is null or callback_at <= $3),
    to_timestamp(callback_at), nullif(callback_agent, ''), callback_note, consent, nullif(customer, ''), segment
from staged_leads
join (
    select position,
        string_agg(concat_ws(' ', left(number, 5), length(number), country, zone), ';' order by place) as shape
    from staged_numbers
    group by position
) as numbers using (position)
left join staged_forbidden using (position)
order by position

-- name: put_numbers
insert into lead_numbers (lead, position, number, kind, zone, country)
select $1 || '-' || position, place, number, kind, zone, country
from staged_numbers
order by position, place

-- name: count_list
update lead_lists set
    rows = $2::integer, bad = $3::integer,
    accepted = (select count(*) from leads where list = $1),
    do_not_call = (select count(*) from leads where list = $1 and state = 'do_not_call'),
    duplicates = $2::integer - $3::integer - (select count(*) from leads where list = $1)
where id = $1
returning accepted, duplicates, do_not_call

-- name: end_sessions
-- Of a predecessor that was killed: a statement goes on for a while before it is noticed that nobody waits for it.
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and application_name = 'tandem import' and pid <> pg_backend_pid()

-- name: brought_in
-- Of a list, or of entries against calling ($1 is the import's): null when nothing of it is there.
select coalesce(
    (select accepted from lead_lists where id = $1),
    (select nullif(count(*), 0) from do_not_call where batch = $1)
)::integer as accepted

-- name: lists
select lead_lists.id, lead_lists.campaign, lead_lists.name, file_name, rows, accepted, bad, duplicates,
    lead_lists.do_not_call, created_by, extract(epoch from created_at)::float8 as created_at, removed_by,
    extract(epoch from removed_at)::float8 as removed_at,
    case when removed_at is not null then 0 when $2 then (
        select count(*) from leads where list = lead_lists.id and state in ('open', 'in_hand')
    ) end::int as left
from lead_lists
where $1 = '' or lead_lists.campaign = $1
order by lead_lists.created_at desc, id
limit 1000

-- name: take_back
update lead_lists set removed_by = $2, removed_at = to_timestamp($3) where id = $1 and removed_at is null
returning campaign

-- name: taken_back
-- Lists whose leads were not all taken away when the server ended.
select id from lead_lists
where removed_at is not null and exists (select from leads where list = lead_lists.id and state <> 'removed')

-- name: keep_dialled
update leads set state = 'removed', ready = false
where id in (
    select id from leads
    where list = $1 and state <> 'removed'
        and (attempts > 0 or state = 'in_hand' or exists (select from attempts where lead = leads.id))
    limit $2
)

-- name: delete_undialled
with gone as (
    delete from leads
    where id in (
        select id from leads
        where list = $1 and attempts = 0 and state <> 'in_hand'
            and not exists (select from attempts where lead = leads.id)
        limit $2
    )
    returning id
), numbers as (
    delete from lead_numbers using gone where lead = gone.id
)
select count(*)::int as leads from gone

-- name: put_forbidden
insert into do_not_call (id, rev, scope, number, person, campaign, at, by, source, until, lifted, batch)
select distinct on (number, person) $1 || '-' || position || '-' || place, 1, scope, number, person, $2, to_timestamp($3),
    $4, $5, to_timestamp(until), false, $1
from (
    select position, place, number, '' as person, case when $2::text is null then 'global' else 'campaign' end as scope,
        coalesce(until, $6::double precision) as until
    from staged_leads cross join lateral unnest(numbers) with ordinality as each (number, place)
    union all
    select position, 0, '', person, 'person', coalesce(until, $6::double precision) from staged_leads where cardinality(numbers) = 0
) as new
where not exists (
    select from do_not_call as old
    where (new.number <> '' and old.number = new.number or new.person <> '' and old.person = new.person)
        and not old.lifted and (old.campaign is null or old.campaign = $2)
        and (old.until is null or old.until >= to_timestamp(new.until))
)
order by number, person, position

-- name: count_forbidden
select count(*)::int as entries from do_not_call where batch = $1

-- name: mark_forbidden
update leads set state = 'do_not_call', ready = false
where state = 'open'
    and id in (
        select lead from do_not_call join lead_numbers using (number) where batch = $1 and until is null and number <> ''
        union
        select leads.id from do_not_call join leads using (person)
        where batch = $1 and until is null and do_not_call.person <> ''
    )
    and (
        exists (
            select from do_not_call as entry
            where entry.person = leads.person and entry.person <> '' and not lifted and until is null
                and (entry.campaign is null or entry.campaign = leads.campaign)
        )
        or not exists (
            select from lead_numbers
            where lead = leads.id and not bad and not exists (
                select from do_not_call as entry
                where entry.number = lead_numbers.number and entry.number <> '' and not lifted and until is null
                    and (entry.campaign is null or entry.campaign = leads.campaign)
            )
        )
    )

-- name: forbidden_in_hand
-- Entries of an import that concern people whom the dialer has in hand.
select id, rev, scope, number, person, campaign, extract(epoch from at)::float8 as at, by, source,
    extract(epoch from until)::float8 as until, lifted
from do_not_call as entry
where batch = $1
    and (
        entry.number <> '' and exists (
            select from lead_numbers join leads on leads.id = lead
            where lead_numbers.number = entry.number and leads.state = 'in_hand'
        )
        or entry.person <> '' and exists (
            select from leads where leads.person = entry.person and leads.state = 'in_hand'
        )
    )
limit 100000
