// Who is here? The log-in page is small and comes at once; the workspace behind it is loaded meanwhile.

import { Suspense, lazy, useCallback, useEffect, useState } from "react";
import { ApiError, api, whenLoggedOut } from "../api";
import type { Me } from "../generated/rest";
import { asLanguage, languageChosenHere, setLanguage } from "../i18n";
import { LoginPage } from "../pages/LoginPage";
import "../ui/theme";
import { Crash } from "./Crash";
import { Splash, Unreachable } from "./Splash";

const loadWorkspace = () => import("./Workspace");
const Workspace = lazy(loadWorkspace);

type Session = { kind: "loading" } | { kind: "anonymous"; ended: boolean } | { kind: "unreachable" } | { kind: "in"; me: Me };

const RETRY_MS = 3_000;

function useSession() {
  const [session, setSession] = useState<Session>({ kind: "loading" });

  const load = useCallback((signal?: AbortSignal) => {
    api.me(signal).then(
      (me) => {
        const accountLanguage = asLanguage(me.user.language);
        if (accountLanguage && !languageChosenHere()) setLanguage(accountLanguage, { remember: false });
        setSession({ kind: "in", me });
      },
      (error: unknown) => {
        if (signal?.aborted) return;
        const anonymous = error instanceof ApiError && error.status === 401;
        setSession(anonymous ? { kind: "anonymous", ended: false } : { kind: "unreachable" });
      },
    );
  }, []);

  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal);
    // A failure shows when the workspace is really wanted.
    loadWorkspace().catch(() => undefined);
    whenLoggedOut(() => setSession((old) => (old.kind === "in" ? { kind: "anonymous", ended: true } : old)));
    return () => controller.abort();
  }, [load]);

  const unreachable = session.kind === "unreachable";
  useEffect(() => {
    if (!unreachable) return;
    const timer = setInterval(() => load(), RETRY_MS);
    return () => clearInterval(timer);
  }, [unreachable, load]);

  const logOut = useCallback((ended: boolean) => setSession({ kind: "anonymous", ended }), []);
  return { session, load, logOut };
}

function Content() {
  const { session, load, logOut } = useSession();
  switch (session.kind) {
    case "loading":
      return <Splash />;
    case "unreachable":
      return <Unreachable onRetry={() => load()} />;
    case "anonymous":
      return <LoginPage ended={session.ended} onLoggedIn={() => load()} />;
    case "in":
      return (
        <Suspense fallback={<Splash />}>
          <Workspace key={session.me.user.login} me={session.me} onLoggedOut={logOut} />
        </Suspense>
      );
  }
}

export function Root() {
  return (
    <div className="root">
      <Crash>
        <Content />
      </Crash>
    </div>
  );
}
