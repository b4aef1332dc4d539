-- Campaigns: leads of lists, attempts, who is not to be called, decisions, sheets.

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
