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
