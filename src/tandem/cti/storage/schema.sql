-- The whole truth about Tandem's database (PostgreSQL 15 or newer, no extensions).
-- The migrations build the same; a contract test compares the catalogs.
--
-- Two kinds of tables:
--   * master data (users, queues, customers, ...): foreign keys and checks;
--   * what the journal writes (calls, call_events, contacts, ...): it is written behind the calls, late and perhaps
--     twice, so each row has a key of its own, and no foreign key or vocabulary check can make a true record bounce.
-- Times are timestamptz; the server's side of the wire speaks seconds since the Unix epoch.

create table schema_migrations (
    number     integer primary key,
    name       text not null,
    checksum   text not null,
    applied_at timestamptz not null default now()
);

-- ---- people -------------------------------------------------------------------------------------------------------

create table users (
    login         text primary key check (login ~ '^[A-Za-z0-9._-]{1,64}$'),
    name          text not null,
    role          text not null check (role in ('agent', 'supervisor', 'operator', 'admin')),
    device        text unique check (device ~ '^[0-9]{1,16}$'),
    language      text not null default 'zh' check (language in ('zh', 'en')),
    password_hash text not null check (password_hash like '$argon2id$%'),
    active        boolean not null default true,
    created_at    timestamptz not null default now(),
    constraint agents_have_a_device check (role <> 'agent' or device is not null)
);

-- Browser sessions. The cookie's token is kept as its SHA-256 only.
create table sessions (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    login      text not null references users on delete cascade,
    created_at timestamptz not null default now(),
    until      timestamptz not null
);
create index sessions_until on sessions (until);
create index sessions_login on sessions (login);

-- ---- routing ------------------------------------------------------------------------------------------------------

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

-- ---- flows --------------------------------------------------------------------------------------------------------

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

-- ---- dispositions -------------------------------------------------------------------------------------------------

create table dispositions (
    code     text primary key check (code ~ '^[A-Za-z0-9._-]{1,64}$'),
    parent   text references dispositions,
    zh       text not null,
    en       text not null,
    position integer not null default 0,
    active   boolean not null default true,
    constraint not_its_own_parent check (parent <> code)
);

-- ---- customers (the built-in CRM) ---------------------------------------------------------------------------------

create table customers (
    id         text primary key check (id ~ '^[A-Za-z0-9._-]{1,64}$'),
    name       text not null check (name <> ''),
    company    text not null default '',
    tier       text not null default 'standard' check (tier in ('vip', 'gold', 'standard')),
    language   text not null default 'zh',
    email      text not null default '',
    city       text not null default '',
    since      timestamptz not null default now(),
    note       text not null default '',
    created_by text not null default '',
    created_at timestamptz not null default now(),
    owner      text
);
comment on column customers.owner is 'log-in of the agent who looks after him';
create index customers_name on customers (lower(name));

-- Several customers may share a number (a family, a switchboard). A short code (95533) stands as it is dialled.
create table customer_numbers (
    customer text not null references customers on delete cascade,
    e164     text not null check (e164 ~ '^\+?[0-9]{3,15}$'),
    tail8    text generated always as (case when length(e164) >= 9 then right(e164, 8) end) stored,
    label    text not null default '',
    position integer not null default 0,
    primary key (customer, e164)
);
create index customer_numbers_e164 on customer_numbers (e164);
create index customer_numbers_tail8 on customer_numbers (tail8);

create table tickets (
    id        text primary key,
    customer  text not null references customers on delete cascade,
    title     text not null,
    state     text not null check (state in ('open', 'pending', 'closed')),
    priority  text not null check (priority in ('low', 'normal', 'high', 'urgent')),
    opened_at timestamptz not null,
    closed_at timestamptz,
    constraint closed_when_closed check ((state = 'closed') = (closed_at is not null))
);
create index tickets_open on tickets (customer, opened_at desc) where state <> 'closed';

-- ---- what the journal writes --------------------------------------------------------------------------------------

create table calls (
    id           text primary key,
    rev          bigint not null,
    ani          text not null,
    ani_e164     text not null,
    caller_name  text not null,
    dnis         text not null,
    phase        text not null,
    outcome      text,
    cause        text,
    flow         text not null,
    language     text not null,
    queue        text,
    priority     integer not null,
    customer     text,
    agent        text,
    started_at   timestamptz not null,
    queued_at    timestamptz,
    answered_at  timestamptz,
    ended_at     timestamptz,
    wait_s       double precision not null,
    talk_s       double precision not null,
    pressed      jsonb not null,
    state        jsonb not null,
    flow_version integer not null default 0
);
comment on column calls.state is 'what a restarted server needs to carry on';
comment on column calls.flow_version is '0: a draft, or a call from before versions were kept';
-- An agent has one call at most.
create unique index calls_one_per_agent on calls (agent)
    where ended_at is null and phase in ('offered', 'ringing', 'dialling', 'talking', 'rejoining');
create index calls_open on calls (started_at) where ended_at is null;
create index calls_started_at on calls (started_at desc);
create index calls_agent on calls (agent, started_at desc);
create index calls_queue on calls (queue, started_at desc);
create index calls_ani on calls (ani_e164, started_at desc);

create table call_events (
    call   text not null,
    number integer not null,
    at     timestamptz not null,
    kind   text not null,
    text   text not null,
    data   jsonb not null,
    primary key (call, number)
);

create table segments (
    call       text not null,
    number     integer not null,
    kind       text not null,
    agent      text,
    queue      text,
    started_at timestamptz not null,
    ended_at   timestamptz not null,
    ended_by   text not null,
    primary key (call, number)
);
create index segments_agent on segments (agent, started_at desc);

-- The newest row of an agent is the agent's state.
create table agent_state_history (
    agent   text not null,
    number  bigint not null,
    at      timestamptz not null,
    state   text not null,
    reason  text,
    pending text,
    call    text,
    primary key (agent, number)
);
create index agent_state_history_at on agent_state_history (at);

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

create table contacts (
    id          text primary key,
    rev         bigint not null,
    customer    text,
    number_e164 text not null,
    call        text,
    agent       text,
    queue       text,
    channel     text not null,
    direction   text not null,
    at          timestamptz not null,
    duration_s  double precision not null,
    outcome     text not null,
    disposition text,
    notes       text not null
);
create index contacts_customer on contacts (customer, at desc);
create index contacts_unknown on contacts (number_e164, at desc) where customer is null;
create index contacts_call on contacts (call);

create table recordings (
    id         text primary key,
    rev        bigint not null,
    call       text not null,
    agent      text,
    file       text not null,
    started_at timestamptz not null,
    duration_s double precision not null,
    bytes      bigint not null,
    state      text not null,
    detail     text not null
);
create index recordings_call on recordings (call);

create table callbacks (
    id           text primary key,
    rev          bigint not null,
    call         text,
    number_e164  text not null,
    caller_name  text not null,
    customer     text,
    queue        text,
    reason       text not null,
    created_at   timestamptz not null,
    state        text not null,
    done_by      text,
    done_at      timestamptz,
    dnis         text not null default '',
    language     text not null default '',
    needs        text not null default '',
    priority     integer not null default 0,
    tier         integer not null default 2,
    queued_at    timestamptz,
    first        text not null default '',
    window_from  timestamptz,
    window_until timestamptz,
    expires_at   timestamptz,
    attempts     integer not null default 0,
    next_at      timestamptz,
    last_result  text not null default '',
    attempt      text,
    recording    text,
    created_by   text not null default '',
    note         text not null default '',
    tries        jsonb not null default '[]'
);
comment on column callbacks.dnis is 'our number that was dialled: shown to the customer when he is called';
comment on column callbacks.queued_at is 'the place in line that is kept';
comment on column callbacks.first is 'who is rung first: agent, customer; empty: nobody is dialled by itself';
comment on column callbacks.attempt is 'calls.id of the attempt under way, or of the last one';
comment on column callbacks.created_by is 'log-in; empty: the caller himself';
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

create table audit (
    id     text primary key,
    at     timestamptz not null,
    who    text not null,
    action text not null,
    detail jsonb not null
);
create index audit_at on audit (at);

-- Journal records that the database refused. They are tried again; a person looks at what stays.
create table dead_letters (
    spool       text not null,
    seq         bigint not null,
    payload     text not null,
    error       text not null,
    failed_at   timestamptz not null default now(),
    tries       integer not null default 1,
    resolved_at timestamptz,
    primary key (spool, seq)
);
create index dead_letters_unresolved on dead_letters (seq) where resolved_at is null;

-- ---- campaigns ----------------------------------------------------------------------------------------------------

-- What an operator set, and where it is. Written by the pages and by the journal (a campaign that completes by itself).
create table campaigns (
    id       text primary key check (id ~ '^[A-Za-z0-9._-]{1,64}$'),
    rev      bigint not null,
    state    text not null,
    document jsonb not null,
    by       text not null default '',
    at       timestamptz not null,
    why      text not null default ''
);
comment on column campaigns.document is 'tandem.cti.model.campaigns.Campaign';
comment on column campaigns.by is 'log-in; empty: the campaign itself';

-- Imports of leads.
create table lead_lists (
    id          text primary key check (id ~ '^[A-Za-z0-9._-]{1,40}$'),
    campaign    text not null references campaigns on delete cascade,
    name        text not null,
    file_name   text not null default '',
    mapping     jsonb not null default '{}',
    rows        integer not null default 0,
    accepted    integer not null default 0,
    bad         integer not null default 0,
    duplicates  integer not null default 0,
    do_not_call integer not null default 0,
    created_by  text not null default '',
    created_at  timestamptz not null,
    removed_by  text,
    removed_at  timestamptz
);
comment on column lead_lists.do_not_call is 'of the accepted: nobody may call them; they stay visible';
create index lead_lists_campaign on lead_lists (campaign, created_at desc);

-- A person on a list. Rows come with their list; what changes later is written by the journal.
create table leads (
    id              text primary key check (id ~ '^[A-Za-z0-9._-]{1,60}$'),
    sequence        bigint not null generated always as identity,
    rev             bigint not null default 1,
    campaign        text not null,
    list            text not null references lead_lists on delete cascade,
    position        integer not null,
    person          text not null,
    name            text not null default '',
    language        text not null default '',
    zone            text not null default '',
    zones           text not null default '',
    shape           text not null default '',
    fields          jsonb not null default '{}',
    priority        integer not null default 0,
    shuffle         double precision not null default random(),
    state           text not null default 'open',
    ready           boolean not null default true,
    attempts        integer not null default 0,
    results         jsonb not null default '{}',
    last_at         timestamptz,
    next_at         timestamptz not null default to_timestamp(0),
    callback_at     timestamptz,
    callback_agent  text,
    callback_note   text not null default '',
    callback_number text not null default '',
    due_at          timestamptz not null generated always as (greatest(next_at, callback_at)) stored,
    abandoned_at    timestamptz,
    do_not_call     text not null default '',
    consent         boolean,
    customer        text,
    segment         text not null default '',
    disposition     text,
    why             text not null default ''
);
comment on column leads.sequence is 'order of coming, over all lists';
comment on column leads.person is 'the same for one person on several lists';
comment on column leads.zone is 'IANA time zone by the address';
comment on column leads.zones is 'zones of the address and of the numbers: A|B both, A;B one or the other';
comment on column leads.shape is 'what the gate sees of the numbers by themselves: leads with one shape are alike';
comment on column leads.ready is 'may be dialled at any time: nothing has become of it yet';
comment on column leads.callback_agent is 'log-in of who wants to do it himself; null: the team';
comment on column leads.callback_number is 'that he wants to be called on; empty: any of his';
comment on column leads.do_not_call is 'person: on no number';
comment on column leads.why is 'what followed from the last attempt';
create index leads_campaign on leads (campaign, sequence);
create index leads_list on leads (list);
create index leads_person on leads (person);
-- The orders in which a campaign may dial; equal zones are together, because closed ones are left out. Who was dialled
-- before, or waits for a callback, comes by his time.
create index leads_by_list on leads (campaign, zones, priority desc, sequence) where state = 'open' and ready;
create index leads_by_newest on leads (campaign, zones, priority desc, sequence desc) where state = 'open' and ready;
create index leads_by_attempts on leads (campaign, zones, priority desc, attempts, sequence)
    where state = 'open' and ready;
create index leads_by_chance on leads (campaign, zones, priority desc, shuffle) where state = 'open' and ready;
create index leads_resting on leads (campaign, zones, priority, due_at) where state = 'open' and not ready;
create index leads_callbacks on leads (campaign, callback_at) where state = 'open' and callback_at is not null;
create index leads_tried on leads (campaign, attempts) where attempts > 0;
create index leads_in_hand on leads (campaign) where state = 'in_hand';

-- Numbers of leads, best first. No foreign key: they come and go with their lead, a million in one statement.
create table lead_numbers (
    lead     text not null,
    position integer not null,
    number   text not null check (number ~ '^\+[0-9]{4,15}$'),
    kind     text not null default '',
    zone     text not null default '',
    country  text not null default '',
    bad      boolean not null default false,
    primary key (lead, position)
);
comment on column lead_numbers.bad is 'does not exist, or is not to be dialled any more';
create index lead_numbers_number on lead_numbers (number);
create index lead_numbers_bad on lead_numbers (lead) where bad;

-- One time that a lead was dialled; id is the id of the call and of its channel at the switch.
create table attempts (
    id           text primary key,
    rev          bigint not null,
    campaign     text not null,
    lead         text not null,
    list         text not null,
    person       text not null,
    number_of    integer not null,
    number       text not null,
    caller_id    text not null,
    carrier      text not null,
    mode         text not null,
    segment      text not null,
    reserved     boolean not null,
    at           timestamptz not null,
    ringing_at   timestamptz,
    answered_at  timestamptz,
    connected_at timestamptz,
    ended_at     timestamptz,
    result       text,
    machine      text not null,
    agent        text,
    message_at   timestamptz,
    cause        text,
    disposition  text,
    cost         double precision not null,
    why          jsonb not null,
    person_at    timestamptz,
    machine_why  text not null default '',
    machine_s    double precision
);
comment on column attempts.reserved is 'an agent was there for it before it was dialled';
comment on column attempts.message_at is 'when the message began that says who called';
comment on column attempts.person_at is 'end of the greeting, when the machine detection took it for a person';
comment on column attempts.machine_why is 'the detection''s own word for what it found, with its threshold';
comment on column attempts.machine_s is 'seconds from the answer to the detection''s verdict';
comment on column attempts.why is 'the decision of the pacing and the verdict of the gate that led to it';
-- A lead has one attempt under way at most.
create unique index attempts_one_open_per_lead on attempts (lead) where ended_at is null;
create index attempts_lead on attempts (lead, at);
create index attempts_campaign on attempts (campaign, at);
create index attempts_at on attempts (at);
create index attempts_number on attempts (number, at);
create index attempts_person on attempts (person, at);

-- Who is not to be called.
create table do_not_call (
    id       text primary key,
    rev      bigint not null,
    scope    text not null,
    number   text not null,
    person   text not null,
    campaign text,
    at       timestamptz not null,
    by       text not null,
    source   text not null,
    until    timestamptz,
    lifted   boolean not null,
    batch    text not null default ''
);
comment on column do_not_call.scope is 'global, campaign (campaign says which), person (no number)';
comment on column do_not_call.batch is 'the import that it came with';
create index do_not_call_number on do_not_call (number) where not lifted and number <> '';
create index do_not_call_person on do_not_call (person) where not lifted and person <> '';
create index do_not_call_at on do_not_call (at desc, id);
create index do_not_call_batch on do_not_call (batch) where batch <> '';

-- Decisions of the pacing, each with its sentence and its numbers.
create table pacing_decisions (
    campaign text not null,
    number   bigint not null,
    at       timestamptz not null,
    launched integer not null,
    why      jsonb not null,
    evidence jsonb not null,
    primary key (campaign, number)
);
create index pacing_decisions_at on pacing_decisions (campaign, at desc);

-- A campaign's day as it was reported; each sheet holds the hash of the one before.
create table compliance_sheets (
    campaign text not null,
    number   integer not null check (number > 0),
    day      date not null,
    text     text not null,
    previous text not null,
    hash     text not null check (hash ~ '^[0-9a-f]{64}$'),
    at       timestamptz not null,
    primary key (campaign, number),
    unique (campaign, hash),
    unique (campaign, previous)
);
comment on column compliance_sheets.text is 'exactly what was hashed';
comment on column compliance_sheets.previous is 'hash of the sheet before; empty: it is the first';
create index compliance_sheets_day on compliance_sheets (campaign, day);

-- What the agents of campaigns did, for the plots of their days.
create table campaign_samples (
    campaign    text not null,
    at          timestamptz not null,
    looks       integer not null check (looks > 0),
    idle        integer not null,
    talking     integer not null,
    wrapping    integer not null,
    lines       double precision not null,
    lines_looks integer not null,
    primary key (campaign, at)
);
comment on column campaign_samples.at is 'beginning of the five minutes';
comment on column campaign_samples.looks is 'how often was looked; idle, talking, wrapping are sums over the looks';
comment on column campaign_samples.lines is 'lines per agent, summed over the lines_looks in which somebody worked';
create index campaign_samples_at on campaign_samples (at);

-- Which of a campaign's own numbers rest, since when and until when.
create table caller_id_rests (
    campaign    text not null,
    caller_id   text not null,
    at          timestamptz not null,
    until       timestamptz not null,
    answer_rate double precision not null,
    others_rate double precision not null,
    primary key (campaign, caller_id)
);
comment on column caller_id_rests.at is 'when the last rest began; calls before that say nothing of the number any more';
comment on column caller_id_rests.answer_rate is 'why: its answer rate then, and that of the campaign''s other numbers';
