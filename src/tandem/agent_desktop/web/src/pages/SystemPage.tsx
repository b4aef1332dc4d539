import { Button } from "antd";
import { api } from "../api";
import { useDesk } from "../desk";
import { useSpeech } from "../i18n";
import { Dot, Loading, Panel } from "../ui/bits";
import { Icon } from "../ui/icons";
import { NotLoaded } from "./notices";
import { useLoaded } from "./useLoaded";

/** The same report as `tandem check`: what is wrong, and what to do. */
export default function SystemPage() {
  const { t, lang } = useSpeech();
  const { me } = useDesk();
  const { value, error, busy, again } = useLoaded(api.check);
  const checks = value?.checks ?? [];
  const bad = checks.filter((check) => !check.ok).length;
  const sorted = [...checks].sort((a, b) => Number(a.ok) - Number(b.ok));
  return (
    <Panel
      title={t("system.title")}
      icon="pulse"
      flush
      className="narrow fill"
      extra={
        <>
          <span className="quiet">Tandem {me.version}</span>
          <Button size="small" onClick={again} loading={busy} data-testid="check-again">
            {t("system.again")}
          </Button>
        </>
      }
    >
      {value === null && error === null && <Loading rows={6} />}
      {error !== null && <NotLoaded error={error} onAgain={again} />}
      {value !== null && (
        <div className="scroll">
          <p className={`check-sum ${bad > 0 ? "tone-bad" : "tone-ready"}`} role="status">
            <Icon name={bad > 0 ? "alert" : "check"} size={18} />
            {bad > 0 ? t("system.bad", { count: bad, all: checks.length }) : t("system.good")}
          </p>
          <ul className="checks" data-testid="checks">
            {sorted.map((check) => {
              const { name, detail, remedy } = check.texts?.[lang] ?? check;
              return (
                <li key={check.name} data-ok={check.ok}>
                  <Dot tone={check.ok ? "good" : "bad"} />
                  <b>{name}</b>
                  <div>
                    <p>
                      <bdi>{detail}</bdi>
                    </p>
                    {!check.ok && remedy && (
                      <p className="remedy">
                        <span className="quiet">{t("system.remedy")}:</span> <bdi>{remedy}</bdi>
                      </p>
                    )}
                  </div>
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </Panel>
  );
}
