// Everything behind the log-in: the desk (live channel, phone), the bar on top, the page that the path names.

import { StyleProvider } from "@ant-design/cssinjs";
import { App, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { Suspense, lazy, useEffect, useMemo, useState } from "react";
import { api } from "../api";
import { Desk, DeskProvider, useDesk, useDeskState } from "../desk";
import type { Me } from "../generated/rest";
import { language, useLanguage, useSpeech } from "../i18n";
import type { Action } from "../keys";
import { wakeAudio } from "../ring";
import { type PageName, pageAt, pagesFor, pathOf } from "../roles";
import { navigate, usePath } from "../router";
import { Loading, Nothing } from "../ui/bits";
import { themes } from "../ui/antdTheme";
import { nextThemeChoice, setThemeChoice, useThemeChoice, useThemeName } from "../ui/theme";
import { useAction } from "../ui/useActions";
import { Banners, Covered } from "./Banners";
import { Crash } from "./Crash";
import { HelpSheet } from "./HelpSheet";
import { chooseLanguage } from "./Switches";
import { TopBar } from "./TopBar";
import { useAttention } from "./useAttention";

const SeatPage = lazy(() => import("../pages/seat/SeatPage"));
const BoardPage = lazy(() => import("../pages/BoardPage"));
const CallsPage = lazy(() => import("../pages/CallsPage"));
const LinePage = lazy(() => import("../pages/LinePage"));
const RoutingPage = lazy(() => import("../pages/RoutingPage"));
const StudiesPage = lazy(() => import("../pages/StudiesPage"));
const CallbacksPage = lazy(() => import("../pages/CallbacksPage"));
const CampaignsPage = lazy(() => import("../pages/CampaignsPage"));
const FlowsPage = lazy(() => import("../pages/FlowsPage"));
const SystemPage = lazy(() => import("../pages/SystemPage"));

function PageOf({ name }: { name: PageName }) {
  switch (name) {
    case "seat":
      return <SeatPage />;
    case "board":
      return <BoardPage />;
    case "line":
      return <LinePage />;
    case "routing":
      return <RoutingPage />;
    case "studies":
      return <StudiesPage />;
    case "calls":
      return <CallsPage />;
    case "callbacks":
      return <CallbacksPage />;
    case "campaigns":
      return <CampaignsPage />;
    case "flows":
      return <FlowsPage />;
    case "system":
      return <SystemPage />;
  }
}

function NoPage({ home, forbidden }: { home: PageName | undefined; forbidden: boolean }) {
  const { t } = useSpeech();
  return (
    <div className="middle">
      <Nothing icon={forbidden ? "alert" : "search"} title={t(forbidden ? "page.forbidden" : "page.not_found")}>
        <p>{t(forbidden ? "page.forbidden_text" : "page.not_found_text")}</p>
        {home && (
          <button type="button" className="link" onClick={() => navigate(pathOf[home], { replace: true })}>
            {t("page.home")}
          </button>
        )}
      </Nothing>
    </div>
  );
}

/** Shortcuts that hold on every page. */
function useEverywhereActions(pages: readonly PageName[], onHelp: () => void): void {
  const themeChoice = useThemeChoice();
  useAction("help", onHelp);
  useAction("language", () => chooseLanguage(language() === "zh" ? "en" : "zh", true));
  useAction("theme", () => setThemeChoice(nextThemeChoice(themeChoice)));
  const go = (index: number) => {
    const page = pages[index];
    return page ? () => navigate(pathOf[page]) : null;
  };
  useAction("page_1" satisfies Action, go(0));
  useAction("page_2" satisfies Action, go(1));
  useAction("page_3" satisfies Action, go(2));
  useAction("page_4" satisfies Action, go(3));
  useAction("page_5" satisfies Action, go(4));
  useAction("page_6" satisfies Action, go(5));
  useAction("page_7" satisfies Action, go(6));
  useAction("page_8" satisfies Action, go(7));
  useAction("page_9" satisfies Action, go(8));
}

/** A caller takes the page, wherever the agent is reading. */
function useCallTakesPage(hasSeat: boolean): void {
  const call = useDeskState((state) => state.live.call?.id ?? null);
  const rings = useDeskState((state) => state.phone.session === "incoming");
  useEffect(() => {
    if ((call !== null || rings) && hasSeat) navigate(pathOf.seat);
  }, [call, rings, hasSeat]);
}

function useBrowserEvents(desk: Desk): void {
  useEffect(() => {
    const hurry = () => desk.hurry();
    const visible = () => {
      if (document.visibilityState === "visible") desk.hurry();
    };
    const leave = () => desk.leave();
    const shown = (event: PageTransitionEvent) => {
      // Taken out of the browser's back-forward cache: phone and channel are gone, start afresh.
      if (event.persisted) window.location.reload();
    };
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", visible);
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", shown);
    window.addEventListener("pointerdown", wakeAudio);
    window.addEventListener("keydown", wakeAudio);
    return () => {
      window.removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", visible);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", shown);
      window.removeEventListener("pointerdown", wakeAudio);
      window.removeEventListener("keydown", wakeAudio);
    };
  }, [desk]);
}

function Frame({ onLogOut }: { onLogOut: () => void }) {
  const desk = useDesk();
  const path = usePath();
  const [help, setHelp] = useState(false);
  const pages = useMemo(() => pagesFor(desk.me.user.role, desk.me.may), [desk]);
  const home = pages[0];
  const asked = pageAt(path);
  const name = asked !== null && pages.includes(asked) ? asked : null;
  const hasSeat = pages.includes("seat");
  // An agent's channel is the seat's on every page, so that a caller finds him wherever he reads.
  const view = hasSeat ? "seat" : "board";
  const status = useDeskState((state) => state.status);

  useEffect(() => desk.start(view), [desk, view]);
  useEffect(() => {
    if (path === "/" && !hasSeat && home) navigate(pathOf[home], { replace: true });
  }, [path, hasSeat, home]);
  useBrowserEvents(desk);
  useEverywhereActions(pages, () => setHelp(true));
  useCallTakesPage(hasSeat);
  useAttention(name);

  if (status === "replaced" || status === "outdated") return <Covered status={status} />;
  return (
    <div className="frame">
      <TopBar pages={pages} current={name} seat={hasSeat} onHelp={() => setHelp(true)} onLogOut={onLogOut} />
      <Banners seat={hasSeat} />
      <main className="page" id="page">
        <Crash key={name}>
          <Suspense fallback={<Loading />}>
            {name ? <PageOf name={name} /> : path === "/" ? null : <NoPage home={home} forbidden={asked !== null} />}
          </Suspense>
        </Crash>
      </main>
      <HelpSheet open={help} onClose={() => setHelp(false)} pages={pages} />
    </div>
  );
}

export default function Workspace({ me, onLoggedOut }: { me: Me; onLoggedOut: (ended: boolean) => void }) {
  const lang = useLanguage();
  const theme = useThemeName();
  const [desk, setDesk] = useState<Desk | null>(null);
  useEffect(() => {
    const made = new Desk(me, () => onLoggedOut(true));
    setDesk(made);
    return () => made.stop();
  }, [me, onLoggedOut]);

  if (!desk) return null;
  const logOut = () => {
    desk.stop();
    api.logOut().then(
      () => onLoggedOut(false),
      () => onLoggedOut(false),
    );
  };
  return (
    <StyleProvider layer>
      <ConfigProvider
        locale={lang === "zh" ? zhCN : enUS}
        theme={themes[theme]}
        wave={{ disabled: true }}
        button={{ autoInsertSpace: false }}
      >
        <App className="root" message={{ top: 60, maxCount: 3 }}>
          <DeskProvider value={desk}>
            <Frame onLogOut={logOut} />
          </DeskProvider>
        </App>
      </ConfigProvider>
    </StyleProvider>
  );
}
