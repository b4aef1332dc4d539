-- name: answer
select exists (select from answer_tables where name = $1) as known,
       (select fields from answers where name = $1 and key = $2) as fields

-- name: tables
select name, columns, rows, loaded_by, extract(epoch from loaded_at)::float8 as loaded_at from answer_tables order by name

-- name: put_table
insert into answer_tables (name, columns, rows, loaded_by) values ($1, $2, 0, $3)
on conflict (name) do update set columns = excluded.columns, loaded_by = excluded.loaded_by, loaded_at = now()

-- name: clear
delete from answers where name = $1

-- name: count
update answer_tables set rows = $2 where name = $1

-- name: remove
delete from answer_tables where name = $1 returning name
