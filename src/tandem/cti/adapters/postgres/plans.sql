-- name: current
select version, text, note, created_by, extract(epoch from created_at)::float8 as created_at
from routing_plans
order by version desc
limit 1

-- name: save
insert into routing_plans (text, note, created_by) values ($1, $2, $3) returning version

-- name: versions
select version, note, created_by, extract(epoch from created_at)::float8 as created_at
from routing_plans
order by version desc
limit $1

-- name: text_of
select text from routing_plans where version = $1

-- name: closures
select queue, closed_by, extract(epoch from at)::float8 as at, reason, text from queue_closures order by queue

-- name: close
insert into queue_closures (queue, closed_by, at, reason, text) values ($1, $2, to_timestamp($3), $4, $5::jsonb)
on conflict (queue) do update set
    closed_by = excluded.closed_by, at = excluded.at, reason = excluded.reason, text = excluded.text

-- name: reopen
delete from queue_closures where queue = $1 returning queue

-- name: agent_logins
select login from users where role = 'agent' and active
