-- name: by_number
-- Customers with this number, or one that ends in the same eight digits.
select distinct customer from customer_numbers
where e164 = $1 or tail8 = right($1, 8)
limit 50

-- name: by_text
-- $1 the text in lower case with %, _ and \ escaped; $2 its digits, '' when they are too few to search by.
select id as customer from customers
where lower(name) like '%' || $1 || '%' or lower(company) like '%' || $1 || '%'
    or lower(email) like $1 || '%' or lower(city) like $1 || '%'
    or ($2 <> '' and exists (
        select from customer_numbers where customer = customers.id and e164 like '%' || $2 || '%'
    ))
order by case tier when 'vip' then 0 when 'gold' then 1 else 2 end, lower(name), id
limit $3

-- name: customers
select id, name, company, tier, language, email, city, extract(epoch from since)::float8 as since, note, owner,
    coalesce(
        (select array_agg(e164 order by position, e164) from customer_numbers where customer = customers.id), '{}'
    ) as numbers
from customers
where id = any($1)

-- name: contacts
-- The last ten contacts of each of these customers.
select latest.customer, latest.id, extract(epoch from latest.at)::float8 as at, latest.channel, latest.direction,
    coalesce(users.name, latest.agent, '') as agent_name, coalesce(latest.queue, '') as queue, latest.outcome,
    coalesce(latest.disposition, '') as disposition, latest.notes, latest.duration_s, latest.agent
from unnest($1::text[]) as wanted
cross join lateral (
    select * from contacts where customer = wanted order by contacts.at desc limit 10
) as latest
left join users on users.login = latest.agent
order by latest.at desc, latest.id

-- name: tickets
select customer, id, title, state, priority, extract(epoch from opened_at)::float8 as opened_at
from tickets
where customer = any($1) and state <> 'closed'
order by tickets.opened_at desc, id

-- name: unknown_contacts
select count(*) as contacts from contacts where customer is null and number_e164 = $1

-- name: create_customer
insert into customers (id, name, company, tier, language, email, city, note, created_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: create_number
insert into customer_numbers (customer, e164) values ($1, $2)

-- name: adopt_contacts
-- What this number did while nobody knew whose it was belongs to its first owner. The revision stays: a wrap-up that
-- is still being written must not be taken for an older one.
update contacts set customer = $1
where customer is null and number_e164 = $2
    and (select count(*) from customer_numbers where e164 = $2) = 1
