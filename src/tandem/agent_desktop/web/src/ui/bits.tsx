// Small pieces that every page uses.

import type { ReactNode } from "react";
import { serverNow, useSecond } from "../clock";
import { duration } from "../format";
import { useSpeech } from "../i18n";
import { Icon, type IconName } from "./icons";

/** Text written by strangers: always text, its direction kept to itself, cut where the room ends. */
export function Name({ children, cut = true }: { children: string; cut?: boolean }) {
  return (
    <bdi className={cut ? "name cut" : "name"} title={cut && children.length > 16 ? children : undefined}>
      {children}
    </bdi>
  );
}

/** Time since a moment, counting. */
export function Since({ at }: { at: number }) {
  useSecond();
  return <span className="num">{duration(serverNow() - at)}</span>;
}

/** Time until a moment, counting down to zero. */
export function Until({ at }: { at: number }) {
  useSecond();
  return <span className="num">{duration(Math.ceil(at - serverNow()))}</span>;
}

export function Kbd({ children }: { children: string }) {
  return <kbd>{children}</kbd>;
}

export function Tier({ tier }: { tier: string }) {
  const { w } = useSpeech();
  return <span className={`tier tier-${tier === "vip" || tier === "gold" ? tier : "standard"}`}>{w("tier", tier)}</span>;
}

export function LanguageMark({ code }: { code: string }) {
  const { w } = useSpeech();
  return <span className="mark">{w("spoken", code)}</span>;
}

/** A field of a form: its name over it, what is to be known under it. */
export function Field({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="form-field">
      <span className="form-label">{label}</span>
      {children}
      {hint && <span className="quiet small">{hint}</span>}
    </div>
  );
}

/** What a list says of somebody besides name and numbers, as it was imported. */
export function ListFields({ fields }: { fields: readonly (readonly [string, string])[] }) {
  return (
    <dl>
      {fields.map(([key, value]) => (
        <div key={key}>
          <dt>
            <Name>{key}</Name>
          </dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

export type Tone = "ready" | "pause" | "busy" | "after" | "bad" | "off";

/** The colour of a state; the word always stands beside it. */
export function toneOf(state: string, phase: string | null = null): Tone {
  if (state === "ready") return "ready";
  if (state === "busy") return phase === "rejoining" ? "bad" : "busy";
  if (state === "working_after_call") return "after";
  return state === "not_ready" ? "pause" : "off";
}

export function Dot({ tone }: { tone: Tone | "good" }) {
  return <i className={`dot dot-${tone}`} aria-hidden="true" />;
}

export function Panel({
  title,
  icon,
  extra,
  children,
  className = "",
  testId,
  flush = false,
}: {
  title?: ReactNode;
  icon?: IconName;
  extra?: ReactNode;
  children: ReactNode;
  className?: string;
  testId?: string;
  flush?: boolean;
}) {
  return (
    <section className={`panel ${className}`} data-testid={testId}>
      {title !== undefined && (
        <header className="panel-head">
          {icon && <Icon name={icon} />}
          <h2>{title}</h2>
          {extra !== undefined && <div className="panel-extra">{extra}</div>}
        </header>
      )}
      <div className={flush ? "panel-body flush" : "panel-body"}>{children}</div>
    </section>
  );
}

export function Nothing({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="nothing">
      <span className="nothing-icon">
        <Icon name={icon} size={22} />
      </span>
      <p className="nothing-title">{title}</p>
      {children !== undefined && <div className="nothing-text">{children}</div>}
    </div>
  );
}

export function Loading({ rows = 4 }: { rows?: number }) {
  const { t } = useSpeech();
  return (
    <div className="loading" role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className="bone" />
      ))}
    </div>
  );
}
