-- name: user
select login, name, role, language, device, password_hash from users where login = $1 and active

-- name: open_session
insert into sessions (token_hash, login, until) values ($1, $2, to_timestamp($3))

-- name: forget_old_sessions
delete from sessions where until < now() - interval '1 day'

-- name: session_user
select login, name, role, language, device
from sessions join users using (login)
where token_hash = $1 and until > to_timestamp($2::float8) and active

-- name: close_session
delete from sessions where token_hash = $1

-- name: set_language
update users set language = $2 where login = $1 and active

-- name: calls
-- One more than a page, and those that began in the same moment as the last.
-- $6 the searched text in lower case with %, _ and \ escaped; $7 its digits, '' when they are too few to search by.
select calls.id, extract(epoch from started_at)::float8 as started_at,
    extract(epoch from ended_at)::float8 as ended_at, coalesce(nullif(ani_e164, ''), ani) as number, caller_name,
    customer, customers.name as customer_name, dnis, queue, calls.language, phase, outcome, agent,
    users.name as agent_name, wait_s, talk_s,
    (select count(*) from recordings where recordings.call = calls.id) as recordings
from calls
left join customers on customers.id = calls.customer
left join users on users.login = calls.agent
where ($2::float8 is null or started_at < to_timestamp($2))
    and ($3::text is null or agent = $3
        or exists (select from recordings where recordings.call = calls.id and recordings.agent = $3))
    and ($4::text is null or queue = $4)
    and ($5::text is null or outcome = $5)
    and ($6::text is null
        or lower(caller_name) like '%' || $6 || '%'
        or lower(customers.name) like '%' || $6 || '%'
        or lower(customers.company) like '%' || $6 || '%'
        or ($7 <> '' and (ani_e164 like '%' || $7 || '%' or ani like '%' || $7 || '%')))
order by calls.started_at desc
fetch first $1 rows with ties

-- name: call
select calls.id, extract(epoch from started_at)::float8 as started_at,
    extract(epoch from ended_at)::float8 as ended_at, coalesce(nullif(ani_e164, ''), ani) as number, caller_name,
    customer, customers.name as customer_name, dnis, queue, calls.language, phase, outcome, agent,
    users.name as agent_name, wait_s, talk_s,
    (select count(*) from recordings where recordings.call = calls.id) as recordings
from calls
left join customers on customers.id = calls.customer
left join users on users.login = calls.agent
where calls.id = $1

-- name: timeline
select extract(epoch from at)::float8 as at, kind, text, data from call_events where call = $1 order by number

-- name: recordings
select id, agent, extract(epoch from started_at)::float8 as started_at, duration_s, bytes, state, detail
from recordings where call = $1 order by recordings.started_at, id

-- name: contacts
select contacts.id, extract(epoch from at)::float8 as at, channel, direction,
    coalesce(users.name, agent, '') as agent_name, coalesce(queue, '') as queue, outcome,
    coalesce(disposition, '') as disposition, notes, duration_s
from contacts left join users on users.login = agent
where call = $1
order by contacts.at, contacts.id

-- name: recording
select file, agent from recordings where id = $1

-- name: survey_lines
select question, scale,
    case $3
        when 'queue' then coalesce(queue, '')
        when 'agent' then coalesce(agent, '')
        when 'day' then to_char(at at time zone $4, 'YYYY-MM-DD')
        else ''
    end as name,
    count(*)::int as asked,
    count(answer)::int as answered,
    avg(answer)::float8 as mean,
    count(*) filter (where answer = 0)::int as n0,
    count(*) filter (where answer = 1)::int as n1,
    count(*) filter (where answer = 2)::int as n2,
    count(*) filter (where answer = 3)::int as n3,
    count(*) filter (where answer = 4)::int as n4,
    count(*) filter (where answer = 5)::int as n5
from survey_answers
where at >= to_timestamp($1) and at < to_timestamp($2)
    and ($5 = '' or question = $5) and ($6 = '' or queue = $6) and ($7 = '' or agent = $7)
group by 1, 2, 3
order by question, scale, name
limit $8
