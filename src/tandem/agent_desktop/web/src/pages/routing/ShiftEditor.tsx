// One shift: its times, who works it, and its days off; what is wrong with it stands at the field.

import { Select } from "antd";
import { type ReactNode, useId, useMemo, useState } from "react";
import type { FormEdit, PlanProblem } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { Field, Name } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useQuestion } from "../../ui/useQuestion";
import { TextField } from "./fields";
import type { PlanForm } from "./form";
import { HoursFields } from "./HoursForms";
import { type Crew, copied, copyName, mayBeCalled, problemsAt, removed, renamed, shiftsOfTeams, teamsOf, withOwn, withTeams } from "./shifts";
import { TurnRows, WeekPicture } from "./ShiftWeek";
import type { Refusal } from "./useDraft";
import { readWeek, writeWeek } from "./week";

const MOST_TAGS = 40;

export interface ShiftProps {
  form: PlanForm;
  edit: (edits: readonly FormEdit[]) => void;
  problems: readonly PlanProblem[];
  /** Why the last edit was not taken, and where it was. */
  refused: Refusal | null;
  refusedAt: readonly (readonly string[])[];
}

/** What the checker says of a place in the form. */
function Notes({ path, problems, refused, refusedAt }: Pick<ShiftProps, "problems" | "refused" | "refusedAt"> & { path: readonly string[] }) {
  const { pick } = useSpeech();
  const said = problemsAt(problems, path).map((problem) => ({ severity: problem.severity, what: pick(problem.what), fix: pick(problem.fix) }));
  const turnedDown = refused !== null && refusedAt.some((at) => path.every((part, index) => at[index] === part));
  if (said.length === 0 && !turnedDown) return null;
  return (
    <ul className="field-problems small" role="status" data-testid={`problems-${path.at(-1)}`}>
      {[...(turnedDown ? [{ severity: "error", what: typeof refused === "string" ? refused : pick(refused.what), fix: typeof refused === "string" ? "" : pick(refused.fix) }] : []), ...said].map(({ severity, what, fix }, index) => (
        <li key={index} className={`problem-${severity}`}>
          <Icon name="alert" size={13} />
          <span>
            <b>
              <bdi>{what}</bdi>
            </b>{" "}
            <bdi className="quiet">{fix}</bdi>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Head({ name, crew, form, edit, onName }: Pick<ShiftProps, "form" | "edit"> & { name: string; crew: Crew; onName: (name: string | null, made: boolean) => void }) {
  const { t } = useSpeech();
  const [confirm, holder] = useQuestion();
  const remove = () => {
    edit(removed(form, name));
    onName(null, false);
  };
  const ask = () =>
    crew.logins.length === 0
      ? remove()
      : confirm({
          title: t("shifts.remove_sure", { name }),
          content: t("shifts.remove_text", { count: crew.logins.length }),
          okText: t("shifts.remove_go"),
          okButtonProps: { danger: true },
          onOk: remove,
        });
  const copy = () => {
    const next = copyName(form, name);
    edit(copied(form, name, next));
    onName(next, true);
  };
  return (
    <header className="panel-head">
      {holder}
      <h2>
        <Name>{name}</Name>
      </h2>
      <span className="quiet small num">{t("shifts.count", { count: crew.logins.length })}</span>
      <div className="panel-extra">
        <button type="button" className="icon-button" aria-label={t("shifts.copy", { name })} title={t("shifts.copy", { name })} onClick={copy} data-testid="shift-copy">
          <Icon name="copy" />
        </button>
        <button type="button" className="icon-button" aria-label={t("shifts.remove", { name })} title={t("shifts.remove", { name })} onClick={ask} data-testid="shift-remove">
          <Icon name="trash" />
        </button>
      </div>
    </header>
  );
}

function Who({ name, crew, form, edit, note }: Pick<ShiftProps, "form" | "edit"> & { name: string; crew: Crew; note: (key: string) => ReactNode }) {
  const { t } = useSpeech();
  const ofTeam = useMemo(() => shiftsOfTeams(form), [form]);
  const teams = useMemo(
    () =>
      teamsOf(form).map(([team, count]) => {
        const shift = ofTeam.get(team) ?? name;
        return { value: team, label: t(shift === name ? "shifts.team_option" : "shifts.team_taken", { team, count, shift }) };
      }),
    [form, ofTeam, name, t],
  );
  const agents = useMemo(
    () =>
      Object.entries(form.agents ?? {}).map(([login, agent]) => {
        const shift = agent.shift ?? ofTeam.get(agent.team ?? "") ?? name;
        return { value: login, label: shift === name ? login : t("shifts.agent_taken", { login, shift }) };
      }),
    [form, ofTeam, name, t],
  );
  const more = (left: readonly unknown[]) => t("shifts.more", { count: left.length });
  return (
    <div className="form-grid shift-who">
      <Field label={t("shifts.teams")} hint={t("shifts.teams_hint")}>
        <Select
          mode="multiple"
          value={form.shifts?.[name]?.teams ?? []}
          options={teams}
          aria-label={t("shifts.teams")}
          data-testid="shift-teams"
          maxTagCount={MOST_TAGS}
          maxTagPlaceholder={more}
          notFoundContent={<span className="quiet">{t("shifts.no_teams")}</span>}
          onChange={(next: string[]) => edit(withTeams(form, name, next))}
        />
        {note("teams")}
      </Field>
      <Field label={t("shifts.own")} hint={t("shifts.own_hint")}>
        <Select
          mode="multiple"
          value={crew.own}
          options={agents}
          aria-label={t("shifts.own")}
          data-testid="shift-own"
          maxTagCount={MOST_TAGS}
          maxTagPlaceholder={more}
          notFoundContent={<span className="quiet">{t(agents.length > 0 ? "nothing_found" : "matrix.none")}</span>}
          onChange={(next: string[]) => edit(withOwn(form, name, next))}
        />
      </Field>
    </div>
  );
}

/** `onName`: the shift is called so now; null when it is gone. `made`: a new one, whose name is still to be given. */
export function ShiftEditor({ name, isNew, crew, onName, ...props }: ShiftProps & { name: string; isNew: boolean; crew: Crew; onName: (name: string | null, made: boolean) => void }) {
  const { form, edit } = props;
  const { t } = useSpeech();
  const [badName, setBadName] = useState(false);
  const noteId = useId();
  const shift = form.shifts?.[name];
  if (!shift) return null;
  const week = readWeek(shift.weekly);
  const put = (key: string, value: unknown) => edit([{ path: ["shifts", name, key], value }]);
  const note = (key: string) => <Notes path={["shifts", name, key]} problems={props.problems} refused={props.refused} refusedAt={props.refusedAt} />;
  const call = (next: string) => {
    edit(renamed(form, name, next));
    onName(next, false);
  };
  return (
    <section className="panel queue-editor shift-editor fill" data-testid="shift-editor">
      <Head name={name} crew={crew} form={form} edit={edit} onName={onName} />
      <div className="queue-fields scroll">
        <Field label={t("shifts.name")}>
          <TextField
            className="shift-name mono"
            value={name}
            label={t("shifts.name")}
            autoFocus={isNew}
            testId="shift-name"
            {...(badName ? { describedBy: noteId } : {})}
            read={(text) => (text.trim() === name || mayBeCalled(form, text.trim()) ? text.trim() : null)}
            onRead={(fits) => setBadName(!fits)}
            onSay={call}
          />
          {badName && (
            <span id={noteId} className="bad-text small" role="alert">
              {t("shifts.bad_name")}
            </span>
          )}
        </Field>
        <h3>{t("shifts.times")}</h3>
        {week && (
          <>
            <TurnRows week={week} onSay={(next) => put("weekly", writeWeek(next))} />
            <span className="quiet small">{t("shifts.week_hint")}</span>
            {note("weekly")}
            <WeekPicture week={week} />
          </>
        )}
        <h3>{t("shifts.who")}</h3>
        <Who name={name} crew={crew} form={form} edit={edit} note={note} />
        <h3>{t("shifts.days_off")}</h3>
        <div className="form-grid shift-days">
          <HoursFields hours={shift} of="shifts" week={week === null} note={note} onSay={put} />
        </div>
      </div>
    </section>
  );
}
