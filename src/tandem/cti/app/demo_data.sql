-- name: logins
select login from users

-- name: put_user
insert into users (login, name, role, device, language, password_hash) values ($1, $2, $3, $4, $5, $6)
on conflict (login) do nothing

-- name: put_plan
insert into routing_plans (text, note, created_by)
select $1, 'the demo bank', 'demo' where not exists (select from routing_plans)

-- name: put_disposition
insert into dispositions (code, parent, zh, en, position) values ($1, $2, $3, $4, $5)
on conflict (code) do nothing

-- name: put_customer
insert into customers (id, name, company, tier, language, email, city, since, note, owner, created_by)
values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8), $9, $10, 'demo')
on conflict (id) do nothing

-- name: put_number
insert into customer_numbers (customer, label, e164, position) values ($1, $2, $3, $4)
on conflict do nothing

-- name: put_contact
insert into contacts (
    id, rev, customer, number_e164, call, agent, queue, channel, direction, at, duration_s, outcome, disposition, notes
) values ($1, 1, $2, $3, null, $4, $5, $6, $7, to_timestamp($8), $9, $10, $11, $12)
on conflict (id) do nothing

-- name: put_ticket
insert into tickets (id, customer, title, state, priority, opened_at)
values ($1, $2, $3, $4, $5, to_timestamp($6))
on conflict (id) do nothing

-- name: summary
select (select count(*) from users) as users, (select count(*) from customers) as customers,
    (select count(*) from contacts) as contacts, (select count(*) from tickets) as tickets
