-- name: is_there
select exists (select from flow_versions where name = $1)

-- name: editions
select name, version, edition from flow_versions

-- name: put_version
insert into flow_versions (name, version, base, main, files, tests, note, by, at, edition, checked)
values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, 'demo', to_timestamp($8::float8), $9, $10::jsonb)

-- name: put_deployment
insert into flow_deployments (flow, live, canary, share, what, by, at)
values ($1, $2, $3, $4, $5, 'demo', to_timestamp($6::float8))

-- name: made_up_days
-- Of calls that were never made: their ids begin with the mark and the day.
select distinct split_part(id, '-', 2) as day from calls where id like $1
