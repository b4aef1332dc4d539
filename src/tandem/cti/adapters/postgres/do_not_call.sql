-- name: search
select id, rev, scope, number, person, campaign, extract(epoch from at)::float8 as at, by, source,
    extract(epoch from until)::float8 as until, lifted
from do_not_call
where ($1 = '' or number like '%' || $1 || '%' or ($2 <> '' and person = $2))
    and ($3 or not lifted)
    and (do_not_call.at, id) < (to_timestamp($4), $5)
order by do_not_call.at desc, id desc
limit $6

-- name: one
select id, rev, scope, number, person, campaign, extract(epoch from at)::float8 as at, by, source,
    extract(epoch from until)::float8 as until, lifted
from do_not_call
where id = $1

-- name: since
select id, rev, scope, number, person, campaign, extract(epoch from at)::float8 as at, by, source,
    extract(epoch from until)::float8 as until, lifted
from do_not_call
where at >= to_timestamp($1)
order by do_not_call.at
limit 100000

-- name: against
select id, rev, scope, number, person, campaign, extract(epoch from at)::float8 as at, by, source,
    extract(epoch from until)::float8 as until, lifted
from do_not_call
where scope = 'global' and number = $1 and not lifted and (until is null or until > current_timestamp)
limit 100

-- name: count
select count(*) as entries from do_not_call where not lifted
