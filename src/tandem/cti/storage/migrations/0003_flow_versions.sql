-- Flows have versions; what callers do in them is kept; tables of answers.

-- Versions of IVR flows; what calls get is in flow_deployments. A version is never changed; a draft is one, too.
create table flow_versions (
    name    text not null check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    version integer not null check (version > 0),
    base    integer not null default 0,
    main    text not null check (main <> ''),
    files   jsonb not null,
    tests   jsonb not null default '{}',
    note    text not null default '',
    by      text not null default '',
    at      timestamptz not null default now(),
    edition text not null,
    checked jsonb not null default '{}',
    primary key (name, version)
);
comment on column flow_versions.base is 'the version that was edited; 0: none';
comment on column flow_versions.main is 'the file to begin with, of files';
comment on column flow_versions.files is 'texts by file name: docs/reference/ivr-flow.md';
comment on column flow_versions.tests is 'texts of test files by file name';
comment on column flow_versions.edition is 'first 8 hex digits of the SHA-256 of the files';
comment on column flow_versions.checked is 'what check and tests said when it was saved or deployed last';

-- What new calls of a flow get: the newest row. Rows are only added.
create table flow_deployments (
    number         bigint generated always as identity primary key,
    flow           text not null,
    live           integer not null,
    canary         integer,
    share          double precision not null default 0 check (share between 0 and 1),
    canary_numbers text[] not null default '{}',
    by             text not null default '',
    at             timestamptz not null default now(),
    what           text not null,
    foreign key (flow, live) references flow_versions (name, version),
    foreign key (flow, canary) references flow_versions (name, version)
);
comment on column flow_deployments.what is 'imported, live, canary, canary_ended, rollback';
create index flow_deployments_flow on flow_deployments (flow, number desc);

-- Tables of answers that flows look up in (a balance, the state of an order). Loaded from files; flows only read.
create table answer_tables (
    name      text primary key check (name ~ '^[a-z][a-z0-9_]{0,31}$'),
    columns   text[] not null,
    rows      integer not null check (rows >= 0),
    loaded_by text not null default '',
    loaded_at timestamptz not null default now()
);

create table answers (
    name   text not null references answer_tables on delete cascade,
    key    text not null check (key <> ''),
    fields jsonb not null,
    primary key (name, key)
);

-- A call left a step of its flow.
create table ivr_visits (
    call       text not null,
    number     integer not null,
    flow       text not null,
    version    integer not null,
    edition    text not null,
    step       text not null,
    exit       text not null,
    "to"       text not null,
    entered_at timestamptz not null,
    left_at    timestamptz not null,
    no_inputs  integer not null,
    no_matches integer not null,
    heard      jsonb not null,
    primary key (call, number)
);
comment on column ivr_visits.exit is 'hung_up: the caller did, at this step';
comment on column ivr_visits."to" is 'empty: the flow is over there';
comment on column ivr_visits.heard is 'what the step was told; digits of sensitive steps are dots';
create index ivr_visits_flow on ivr_visits (flow, entered_at);

-- What callers said of the talk.
create table survey_answers (
    call     text not null,
    number   integer not null,
    question text not null,
    scale    text not null,
    answer   smallint,
    agent    text,
    queue    text,
    at       timestamptz not null,
    primary key (call, number)
);
comment on column survey_answers.answer is '1 to 5; 1 for yes, 0 for no; null: nothing was pressed';
create index survey_answers_agent on survey_answers (agent, at desc);
create index survey_answers_question on survey_answers (question, at desc);

alter table calls add column flow_version integer not null default 0;
comment on column calls.flow_version is '0: a draft, or a call from before versions were kept';
