-- name: is_there
select exists (select from campaigns where id = $1)

-- name: plan
-- That is in force, and whether somebody else than the demo has ever put one.
select text, (select bool_and(created_by = 'demo') from routing_plans) as ours
from routing_plans order by version desc limit 1

-- name: put_plan
insert into routing_plans (text, note, created_by) values ($1, $2, 'demo')

-- name: put_campaign
insert into campaigns (id, rev, state, document, by, at)
values ($1, 1, 'paused', $2::jsonb, 'demo', to_timestamp($3::float8))

-- name: put_list
insert into lead_lists (id, campaign, name, file_name, rows, accepted, created_by, created_at)
values ($1, $2, $3, $4, $5, $5, 'demo', to_timestamp($6::float8))
