-- The routing plan takes the place of the tables queues and agent_skills; callbacks keep a place in line; tasks.

-- Versions of the routing plan; the newest is the one that counts.
create table routing_plans (
    version    bigint generated always as identity primary key,
    text       text not null check (text <> ''),
    note       text not null default '',
    created_by text not null default '',
    created_at timestamptz not null default now()
);
comment on column routing_plans.text is 'docs/reference/routing-plan.md; JSON is YAML, so it may be JSON';

-- Emergency closures that hold now; queue '*' is every queue.
create table queue_closures (
    queue     text primary key,
    closed_by text not null,
    at        timestamptz not null,
    reason    text not null default '',
    text      jsonb not null default '{}'
);
comment on column queue_closures.text is 'what callers hear, by language';

-- What the two tables say, as the first version: one line a queue, one an agent.
insert into routing_plans (text, note)
with queue_lines as (
    select string_agg(
        format(
            '    %s: %s',
            to_json(id),
            json_build_object(
                'name', json_build_object('zh', name_zh, 'en', name_en),
                'priority', greatest(-1000, least(1000, priority)),
                'target', format('%s%% in %s s', trim_scale(target_share::numeric * 100), target_s::numeric),
                'steps', json_build_array(case when trim(needs) = '' then 'anyone' else needs end)
            )
        ),
        E',\n' order by position, id
    ) as text
    from queues
),
agent_lines as (
    select string_agg(format('    %s: {"skills": %s}', to_json(agent), skills), E',\n' order by agent) as text
    from (select agent, json_object_agg(skill, proficiency order by skill) as skills from agent_skills group by agent)
        as agents
)
select E'{\n  "format": 1,\n  "queues": {\n' || queue_lines.text || E'\n  }'
    || coalesce(E',\n  "agents": {\n' || agent_lines.text || E'\n  }', '') || E'\n}\n',
    'from the tables of queues and skills'
from queue_lines, agent_lines
where queue_lines.text is not null;

drop table agent_skills;
drop table queues;

alter table customers add column owner text;
comment on column customers.owner is 'log-in of the agent who looks after him';

alter table callbacks
    add column dnis text not null default '',
    add column language text not null default '',
    add column needs text not null default '',
    add column priority integer not null default 0,
    add column tier integer not null default 2,
    add column queued_at timestamptz,
    add column first text not null default '',
    add column window_from timestamptz,
    add column window_until timestamptz,
    add column expires_at timestamptz,
    add column attempts integer not null default 0,
    add column next_at timestamptz,
    add column last_result text not null default '',
    add column attempt text,
    add column recording text,
    add column created_by text not null default '',
    add column note text not null default '',
    add column tries jsonb not null default '[]';
comment on column callbacks.dnis is 'our number that was dialled: shown to the customer when he is called';
comment on column callbacks.queued_at is 'the place in line that is kept';
comment on column callbacks.first is 'who is rung first: agent, customer; empty: nobody is dialled by itself';
comment on column callbacks.attempt is 'calls.id of the attempt under way, or of the last one';
comment on column callbacks.created_by is 'log-in; empty: the caller himself';
drop index callbacks_open;
create index callbacks_open on callbacks (created_at) where state in ('open', 'due', 'dialling', 'talking');

-- Work that is not a call.
create table tasks (
    id            text primary key,
    rev           bigint not null,
    queue         text not null,
    title         text not null,
    text          text not null,
    customer      text,
    number_e164   text not null,
    language      text not null,
    needs         text not null,
    priority      integer not null,
    tier          integer not null,
    queued_at     timestamptz not null,
    state         text not null,
    agent         text,
    created_by    text not null,
    created_at    timestamptz not null,
    offered_until timestamptz,
    accepted_at   timestamptz,
    done_at       timestamptz,
    note          text not null,
    returns       integer not null
);
create index tasks_open on tasks (queued_at) where state in ('waiting', 'offered', 'in_hand');

-- an agent whose customer is being dialled (a call back) has that call
drop index calls_one_per_agent;
create unique index calls_one_per_agent on calls (agent)
    where ended_at is null and phase in ('offered', 'ringing', 'dialling', 'talking', 'rejoining');
