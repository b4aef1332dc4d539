-- name: add
insert into compliance_sheets (campaign, number, day, text, previous, hash, at)
values ($1, $2, $3::text::date, $4, $5, $6, to_timestamp($7))
on conflict do nothing
returning number

-- name: last
select campaign, number, day::text as day, text, previous, hash, extract(epoch from at)::float8 as at
from compliance_sheets
where campaign = $1
order by number desc
limit 1

-- name: of_day
-- The newest of a day: a sheet that was corrected is added, never replaced.
select campaign, number, day::text as day, text, previous, hash, extract(epoch from at)::float8 as at
from compliance_sheets
where campaign = $1 and day = $2::text::date
order by number desc
limit 1

-- name: chain
select campaign, number, day::text as day, text, previous, hash, extract(epoch from at)::float8 as at
from compliance_sheets
where campaign = $1
order by number
limit 5000
