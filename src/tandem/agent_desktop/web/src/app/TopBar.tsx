import { Dropdown } from "antd";
import { useDesk, useDeskState } from "../desk";
import { useSpeech } from "../i18n";
import { StateControl } from "../pages/seat/StateControl";
import { type PageName, pathOf } from "../roles";
import { followLink, navigate } from "../router";
import { Dot, Name } from "../ui/bits";
import { Hint } from "../ui/Hint";
import { Icon, type IconName } from "../ui/icons";
import { Mark } from "../ui/Mark";
import { useThemeChoice } from "../ui/theme";
import { LanguageSwitch, ThemeSwitch } from "./Switches";

const iconOf: Record<PageName, IconName> = {
  seat: "headset",
  board: "board",
  line: "line",
  calls: "list",
  callbacks: "callback",
  campaigns: "megaphone",
  routing: "route",
  studies: "plot",
  flows: "flow",
  system: "pulse",
};

function Navigation({ pages, current }: { pages: readonly PageName[]; current: PageName | null }) {
  const { t } = useSpeech();
  return (
    <nav className="bar-nav" aria-label={t("nav.label")}>
      {pages.map((page) => (
        <a
          key={page}
          href={pathOf[page]}
          onClick={followLink}
          className={page === current ? "on" : ""}
          aria-current={page === current ? "page" : undefined}
          data-testid={`nav-${page}`}
          title={t(`page.${page}`)}
        >
          <Icon name={iconOf[page]} />
          <span>{t(`page.${page}`)}</span>
        </a>
      ))}
    </nav>
  );
}

function LiveMark() {
  const { t, w } = useSpeech();
  const status = useDeskState((state) => state.status);
  const tone = status === "live" ? "good" : status === "stopped" ? "off" : "bad";
  const text = `${t("live.label")}: ${w("live", status)}`;
  return (
    <Hint text={text}>
      <span className="bar-mark" data-testid="live-state" data-state={status} role="status" aria-label={text}>
        <Icon name="link" />
        <Dot tone={tone} />
      </span>
    </Hint>
  );
}

function PhoneMark() {
  const { t, w } = useSpeech();
  const phone = useDeskState((state) => state.phone);
  const state = phone.microphone ? "microphone" : phone.registration;
  const tone = state === "registered" ? "good" : state === "off" ? "off" : "bad";
  const text = `${t("phone.label")}: ${phone.microphone ? w("microphone", phone.microphone) : w("phone", state)}`;
  return (
    <Hint text={text}>
      <span
        className="bar-mark"
        data-testid="phone-state"
        data-state={phone.registration}
        data-session={phone.session}
        role="status"
        aria-label={text}
      >
        <Icon name="phone" />
        <Dot tone={tone} />
      </span>
    </Hint>
  );
}

function CallbackMark({ pages }: { pages: readonly PageName[] }) {
  const { t } = useSpeech();
  const count = useDeskState((state) => state.live.callbacks?.total ?? 0);
  if (count === 0) return null;
  const text = t("callbacks.count", { count });
  const path = pages.includes("callbacks") ? pathOf.callbacks : pathOf.seat;
  return (
    <Hint text={text}>
      <a className="bar-mark count" href={path} onClick={followLink} aria-label={text} data-testid="callback-count">
        <Icon name="callback" />
        <b className="num">{count}</b>
      </a>
    </Hint>
  );
}

export function TopBar({
  pages,
  current,
  seat,
  onHelp,
  onLogOut,
}: {
  pages: readonly PageName[];
  current: PageName | null;
  seat: boolean;
  onHelp: () => void;
  onLogOut: () => void;
}) {
  const { t, w } = useSpeech();
  const { user, version } = useDesk().me;
  const theme = useThemeChoice();
  const home = pages[0];
  return (
    <header className="bar">
      <a className="bar-brand" href={home ? pathOf[home] : "/"} onClick={followLink} aria-label="Tandem">
        <Mark size={26} />
      </a>
      <Navigation pages={pages} current={current} />
      <div className="bar-center">{seat && <StateControl />}</div>
      <div className="bar-right">
        <CallbackMark pages={pages} />
        {seat && <PhoneMark />}
        <LiveMark />
        <span className="bar-rule" />
        <Hint text={t("switch.language")} action="language">
          <span>
            <LanguageSwitch account />
          </span>
        </Hint>
        <Hint text={`${t("switch.theme")}: ${t(`theme.${theme}`)}`} action="theme">
          <span>
            <ThemeSwitch />
          </span>
        </Hint>
        <Hint text={t("keys.title")} action="help">
          <button type="button" className="bar-button" aria-label={t("keys.title")} onClick={onHelp} data-testid="help-open">
            <Icon name="help" />
          </button>
        </Hint>
        <Dropdown
          trigger={["click"]}
          placement="bottomRight"
          menu={{
            items: [
              {
                key: "who",
                type: "group",
                label: (
                  <>
                    <Name>{user.name}</Name> · {w("role", user.role)}
                    {user.device ? ` · ${user.device}` : ""}
                  </>
                ),
              },
              ...pages.map((page) => ({ key: page, label: t(`page.${page}`), icon: <Icon name={iconOf[page]} /> })),
              { type: "divider" as const },
              { key: "exit", label: t("log_out"), icon: <Icon name="exit" />, "data-testid": "log-out" },
              { key: "version", type: "group", label: `Tandem ${version}` },
            ],
            onClick: ({ key }) => {
              if (key === "exit") onLogOut();
              else navigate(pathOf[key as PageName]);
            },
          }}
        >
          <button type="button" className="bar-user" data-testid="user-menu" aria-label={t("user_menu")}>
            <Name>{user.name}</Name>
            <Icon name="down" size={12} />
          </button>
        </Dropdown>
      </div>
    </header>
  );
}
