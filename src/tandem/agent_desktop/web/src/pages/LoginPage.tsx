import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError, api } from "../api";
import { LanguageSwitch, ThemeSwitch } from "../app/Switches";
import { useSpeech } from "../i18n";
import { Icon } from "../ui/icons";
import { Mark } from "../ui/Mark";

type Trouble = { kind: "wrong" | "unreachable" | "other"; text?: string } | { kind: "limited"; until: number };

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ApiError)) return { kind: "other", text: String(error) };
  if (error.status === 401) return { kind: "wrong" };
  if (error.status === 429) return { kind: "limited", until: Date.now() + (error.retryAfter_s ?? 30) * 1000 };
  return error.status === 0 ? { kind: "unreachable" } : { kind: "other", text: error.message };
}

/** Seconds left until a moment of this computer's clock, counting down. */
function useSecondsLeft(until: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}

export function LoginPage({ ended, onLoggedIn }: { ended: boolean; onLoggedIn: () => void }) {
  const { t } = useSpeech();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const left = useSecondsLeft(trouble?.kind === "limited" ? trouble.until : null);

  useEffect(() => {
    document.title = `${t("login.title")} · Tandem`;
  }, [t]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || left > 0 || !login.trim() || !password) return;
    setBusy(true);
    setTrouble(null);
    api.logIn({ login: login.trim(), password }).then(onLoggedIn, (error: unknown) => {
      setBusy(false);
      setTrouble(troubleOf(error));
      setPassword("");
      passwordField.current?.focus();
    });
  };

  const message = () => {
    if (!trouble) return null;
    if (trouble.kind === "wrong") return t("login.wrong");
    if (trouble.kind === "unreachable") return t("login.unreachable");
    if (trouble.kind === "limited") return left > 0 ? t("login.limited", { seconds: left }) : null;
    return t("login.failed", { text: trouble.text ?? "" });
  };
  const text = message();

  return (
    <div className="login">
      <div className="login-switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className="login-card">
        <div className="login-brand">
          <Mark size={36} />
          <div>
            <h1>Tandem</h1>
            <p>{t("login.subtitle")}</p>
          </div>
        </div>
        {ended && !text && <p className="login-note">{t("login.ended")}</p>}
        {text && (
          <p className="login-note bad" role="alert" data-testid="login-error">
            <Icon name="alert" /> {text}
          </p>
        )}
        <form onSubmit={submit} noValidate>
          <label htmlFor="login">{t("login.login")}</label>
          <input
            id="login"
            type="text"
            data-testid="login"
            autoFocus
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            value={login}
            onChange={(event) => setLogin(event.target.value)}
          />
          <label htmlFor="password">{t("login.password")}</label>
          <input
            id="password"
            type="password"
            ref={passwordField}
            data-testid="password"
            autoComplete="current-password"
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <button
            data-testid="submit"
            type="submit"
            className="button primary large"
            aria-busy={busy}
            disabled={busy || left > 0 || !login.trim() || !password}
          >
            {busy && <i className="spinner" aria-hidden="true" />}
            {t("login.submit")}
          </button>
        </form>
      </main>
    </div>
  );
}
