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
