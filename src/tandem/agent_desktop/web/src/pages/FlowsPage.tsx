// The IVR flows as the operator reads them: which numbers, which steps, where each exit leads, what is wrong.

import { useState } from "react";
import { api } from "../api";
import type { FlowStep, FlowView } from "../generated/rest";
import { type Key, useSpeech } from "../i18n";
import { Loading, Name, Nothing, Panel } from "../ui/bits";
import { Icon, type IconName } from "../ui/icons";
import { inReadingOrder } from "./flows/order";
import { useLoaded } from "./useLoaded";

const iconOf: Record<string, IconName> = {
  play: "play",
  menu: "keypad",
  set: "note",
  queue: "users",
  hang_up: "hangup",
};

function Problems({ flow }: { flow: FlowView }) {
  const { t } = useSpeech();
  if (flow.problems.length === 0) return null;
  return (
    <ul className="problems" data-testid="flow-problems">
      {flow.problems.map((problem, index) => (
        <li key={index}>
          <Icon name="alert" />
          <div>
            <p>
              <b>
                <bdi>{problem.message}</bdi>
              </b>
              <span className="mono quiet">
                {flow.file} · {t("flows.line", { line: problem.line })}
              </span>
            </p>
            {problem.hint && (
              <p className="quiet">
                <bdi>{problem.hint}</bdi>
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Step({ flow, step, number }: { flow: FlowView; step: FlowStep; number: number }) {
  const { t, w } = useSpeech();
  const goTo = (id: string) => document.getElementById(`step-${flow.name}-${id}`)?.scrollIntoView({ block: "center" });
  return (
    <tr id={`step-${flow.name}-${step.id}`}>
      <td className="num quiet">{number}</td>
      <td>
        <span className={`step-kind step-${step.kind}`}>
          <Icon name={iconOf[step.kind] ?? "flow"} size={14} />
          {w("step", step.kind)}
        </span>
      </td>
      <td>
        <b className="mono">
          <Name>{step.id}</Name>
        </b>
        {step.id === flow.start && <span className="mark">{t("flows.start")}</span>}
      </td>
      <td className="prompts">
        {Object.entries(step.prompts).map(([language, text]) => (
          <p key={language}>
            <span className="mark">{w("spoken", language)}</span> <bdi>{text}</bdi>
          </p>
        ))}
      </td>
      <td>
        <ul className="exits">
          {step.exits.map((exit, index) => (
            <li key={index}>
              <kbd>{exit["name"]}</kbd>
              <Icon name="right" size={12} />
              {exit["to"] ? (
                <button type="button" className="link mono" onClick={() => goTo(exit["to"] ?? "")}>
                  {exit["to"]}
                </button>
              ) : (
                <span className="quiet">{t("flows.end")}</span>
              )}
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}

function Flow({ flow }: { flow: FlowView }) {
  const { t, w } = useSpeech();
  return (
    <Panel
      flush
      className="fill flow"
      icon="flow"
      title={<Name>{flow.name}</Name>}
      extra={
        <dl className="sum">
          <div>
            <dt>{t("flows.numbers")}</dt>
            <dd className="num">{flow.numbers.join(", ")}</dd>
          </div>
          <div>
            <dt>{t("flows.languages")}</dt>
            <dd>{flow.languages.map((code) => w("spoken_long", code)).join(" · ")}</dd>
          </div>
          <div>
            <dd className="mono quiet">{flow.file}</dd>
          </div>
        </dl>
      }
    >
      <Problems flow={flow} />
      <div className="scroll">
        <table className="rows flow-steps" data-testid="flow-steps">
          <thead>
            <tr>
              <th>#</th>
              <th colSpan={2}>{t("flows.steps", { count: flow.steps.length })}</th>
              <th>{t("flows.prompts")}</th>
              <th>{t("flows.exits")}</th>
            </tr>
          </thead>
          <tbody>
            {inReadingOrder(flow).map((step, index) => (
              <Step key={step.id} flow={flow} step={step} number={index + 1} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

export default function FlowsPage() {
  const { t } = useSpeech();
  const { value, error, again } = useLoaded(api.flows);
  const [chosen, setChosen] = useState(0);
  if (error !== null && value === null) {
    return (
      <Nothing icon="link" title={t("load_failed")}>
        <p>{error}</p>
        <button type="button" className="link" onClick={again}>
          {t("retry")}
        </button>
      </Nothing>
    );
  }
  if (value === null) return <Loading rows={8} />;
  const flow = value.flows[Math.min(chosen, value.flows.length - 1)];
  if (!flow) {
    return (
      <Nothing icon="flow" title={t("flows.none")}>
        {t("flows.none_text")}
      </Nothing>
    );
  }
  return (
    <div className="flows">
      <nav className="flow-list panel" aria-label={t("page.flows" satisfies Key)}>
        {value.flows.map((one, index) => (
          <button
            key={one.name}
            type="button"
            className={one === flow ? "on" : ""}
            aria-current={one === flow ? "true" : undefined}
            onClick={() => setChosen(index)}
          >
            <b>
              <Name>{one.name}</Name>
            </b>
            <span className="quiet num">{one.numbers.join(", ")}</span>
            {one.problems.length > 0 ? (
              <span className="flow-bad">{t("flows.problems", { count: one.problems.length })}</span>
            ) : (
              <span className="flow-good">{t("flows.no_problems")}</span>
            )}
          </button>
        ))}
      </nav>
      <Flow key={flow.name} flow={flow} />
    </div>
  );
}
