-- Calls that leads were promised. Times are epoch seconds that the caller gives.

-- name: open
-- The soonest first. Of campaigns $1, until $2; with $3 only this agent's, and the team's of campaigns $4.
select found.id, found.campaign, found.name, extract(epoch from callback_at)::float8 as at, callback_agent as agent,
    callback_note as note, found.state = 'in_hand' as in_hand,
    coalesce(number.number, '') as number, coalesce(nullif(number.zone, ''), found.zone) as zone
from (
    select * from leads where campaign = any($1::text[]) and state = 'open' and callback_at < to_timestamp($2)
    union all
    select * from leads where campaign = any($1::text[]) and state = 'in_hand' and callback_at < to_timestamp($2)
) as found
join lead_lists on lead_lists.id = found.list and lead_lists.removed_at is null
left join lateral (
    select number, zone from lead_numbers
    where lead = found.id and not bad
    order by number = callback_number desc, position
    limit 1
) as number on true
where $3::text is null or callback_agent = $3 or (callback_agent is null and found.campaign = any($4::text[]))
order by callback_at, found.id
limit $5

-- name: one
select id, campaign, callback_agent as agent, state from leads where id = $1 and callback_at is not null

-- name: move
update leads set ready = false, next_at = to_timestamp($2), callback_at = to_timestamp($2),
    callback_note = coalesce($3, callback_note), callback_agent = $4, why = $5
where id = $1 and state = 'open' and callback_at is not null
returning id

-- name: cancel
-- Who was talked with is finished then; anybody else goes on as his attempts left him.
update leads set ready = false, callback_at = null, callback_agent = null, callback_note = '', callback_number = '',
    why = $2,
    state = case when (
        select result from attempts where lead = leads.id order by number_of desc limit 1
    ) in ('talked', 'served') then 'done' else 'open' end
where id = $1 and state = 'open' and callback_at is not null
returning id
