-- name: newest
select newest.name, newest.version, newest.base, newest.note, newest.by,
    extract(epoch from newest.at)::float8 as at, newest.edition, newest.checked, counted.versions
from (select name, max(version) as newest, count(*) as versions from flow_versions group by name) as counted
join flow_versions as newest on newest.name = counted.name and newest.version = counted.newest
order by newest.name

-- name: versions
select name, version, base, note, by, extract(epoch from at)::float8 as at, edition, checked
from flow_versions
where name = $1
order by version desc
limit $2

-- name: version
select name, version, base, note, by, extract(epoch from at)::float8 as at, edition, checked, main, files, tests
from flow_versions
where name = $1 and version = $2

-- name: one_at_a_time
select pg_advisory_xact_lock(hashtextextended('flow_versions ' || $1::text, 0))

-- name: save
insert into flow_versions (name, version, base, main, files, tests, note, by, edition, checked)
select $1, coalesce(max(version), 0) + 1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8, $9::jsonb
from flow_versions
where name = $1
returning name, version, base, note, by, extract(epoch from at)::float8 as at, edition, checked

-- name: remember_check
update flow_versions set checked = $3::jsonb where name = $1 and version = $2

-- name: deployed
select distinct on (flow) number, flow, live, canary, share, canary_numbers, by,
    extract(epoch from at)::float8 as at, what
from flow_deployments
order by flow, flow_deployments.number desc

-- name: history
select number, flow, live, canary, share, canary_numbers, by, extract(epoch from at)::float8 as at, what
from flow_deployments
where flow = $1
order by flow_deployments.number desc

-- name: deploy
insert into flow_deployments (flow, live, canary, share, canary_numbers, by, what)
values ($1, $2, $3, $4, $5, $6, $7)
returning number, flow, live, canary, share, canary_numbers, by, extract(epoch from at)::float8 as at, what

-- name: of_open_calls
select name, version, base, note, by, extract(epoch from at)::float8 as at, edition, checked, main, files, tests
from flow_versions
where (name, version) in (select flow, flow_version from calls where ended_at is null)
order by name, version
