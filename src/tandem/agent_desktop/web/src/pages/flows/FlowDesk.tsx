// One flow: its editor, versions, numbers and replay. What is edited stays while one looks at the others.

import { App, Segmented } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { useDesk } from "../../desk";
import { flowsApi } from "../../flowsApi";
import type { FlowDetail, FlowNumbers, FlowVersion, FlowVersionText } from "../../generated/rest";
import { followLink, navigate } from "../../router";
import { Loading, Name, Panel } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useQuestion } from "../../ui/useQuestion";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { useProblem } from "../useProblem";
import { Editor, type PaintChoice } from "./Editor";
import { flowPath, percent } from "./FlowList";
import { NumbersPanel } from "./NumbersPanel";
import { ReplayPanel } from "./ReplayPanel";
import { MeanwhileDialog, SaveDialog } from "./parts/SaveDialog";
import { useFlowSpeech } from "./speech";
import { useFlowDraft } from "./useFlowDraft";
import { firstPlace } from "./useWhere";
import { VersionsPanel } from "./VersionsPanel";

export const flowViews = ["editor", "versions", "numbers", "replay"] as const;
export type FlowView = (typeof flowViews)[number];

function Standing({ detail }: { detail: FlowDetail }) {
  const { t } = useFlowSpeech();
  const live = detail.deployment;
  return (
    <span className="flow-standing">
      {detail.numbers.length > 0 && (
        <span className="quiet num">
          <Icon name="phone" size={13} /> {detail.numbers.join(", ")}
        </span>
      )}
      {live ? <span className="mark mark-live num">{t("desk.live", { version: live.live })}</span> : <span className="mark">{t("list.not_live")}</span>}
      {live?.canary && (
        <span className="mark mark-canary num">
          {t("desk.canary", { version: live.canary.version })} · {live.canary.numbers.length > 0 ? live.canary.numbers.join(", ") : percent(live.canary.share, 0)}
        </span>
      )}
    </span>
  );
}

function Loaded({ detail, onDetail, loaded, view }: { detail: FlowDetail; onDetail: (detail: FlowDetail | null) => void; loaded: FlowVersionText; view: FlowView }) {
  const { t } = useFlowSpeech();
  const { message } = App.useApp();
  const [confirm, holder] = useQuestion();
  const problemOf = useProblem();
  const mayChange = useDesk().me.may.includes("change_flows");
  const draft = useFlowDraft(loaded);
  const [place] = useState(firstPlace);
  const [numbers, setNumbers] = useState<FlowNumbers | null>(null);
  const [paint, setPaint] = useState<PaintChoice>("none");
  const [saving, setSaving] = useState(false);
  const [meanwhile, setMeanwhile] = useState<{ others: readonly FlowVersion[]; note: string } | null>(null);
  const [against, setAgainst] = useState<number | null>(null);
  /** The newest version that this person knows of: what others save later is told before saving. */
  const seen = useRef(detail.versions[0]?.version ?? 0);
  const [busy, setBusy] = useState(false);
  const [jump, setJump] = useState<string | null>(null);
  const jumped = useCallback(() => setJump(null), []);
  const { name } = detail;

  useEffect(() => {
    if (!draft.changed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [draft.changed]);

  const openSave = useCallback(() => {
    // A field says what was typed when it is left.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    setTimeout(() => setSaving(true));
  }, []);
  const save = async (note: string, anyway = false) => {
    setBusy(true);
    const { bundle } = draft;
    try {
      if (!anyway) {
        const others = (await flowsApi.flow(name)).versions.filter(({ version }) => version > seen.current);
        if (others.length > 0) {
          setSaving(false);
          setMeanwhile({ others, note });
          return;
        }
      }
      const version = await flowsApi.saveDraft(name, { base_version: draft.base.version.version, main: bundle.main, files: { ...bundle.files }, tests: { ...bundle.tests }, note: note.trim() });
      const raced = version.version > seen.current + 1 && !anyway;
      seen.current = version.version;
      draft.rebase({ version, main: bundle.main, files: { ...bundle.files }, tests: { ...bundle.tests } });
      setSaving(false);
      setMeanwhile(null);
      if (raced) message.warning({ content: t("save.raced", { version: version.version }), duration: 10 });
      else message.success(t("save.done", { version: version.version }));
      onDetail(await flowsApi.flow(name));
    } catch (error) {
      message.error({ content: problemOf(error), key: "save" });
    } finally {
      setBusy(false);
    }
  };
  const go = (next: FlowView) => navigate(flowPath(name, next === "editor" ? {} : { view: next }));
  const openVersion = (version: number) => {
    const open = () => navigate(flowPath(name, { version: String(version) }));
    if (!draft.changed) open();
    else confirm({ title: t("desk.leave_sure"), content: t("desk.leave_text"), okText: t("desk.leave"), okButtonProps: { danger: true }, onOk: open });
  };
  const errors = draft.problems.filter((problem) => problem.severity === "error").length;
  return (
    <div className="flow-desk" data-testid="flow-desk">
      {holder}
      <header className="flow-head">
        <a className="back-link" href="/flows" onClick={followLink} aria-label={t("desk.back")} title={t("desk.back")}>
          <Icon name="back" />
        </a>
        <h1>
          <Name>{name}</Name>
        </h1>
        <Standing detail={detail} />
        <Segmented<FlowView>
          value={view}
          onChange={go}
          options={flowViews.map((value) => ({ value, label: <span data-testid={`flow-${value}`}>{t(`desk.${value}`)}</span> }))}
        />
        <span className="flow-base quiet num">
          {t("desk.based", { version: draft.base.version.version })}
          {draft.changed && <span className="mark plan-changed">{t("desk.unsaved")}</span>}
          {!mayChange && <span className="mark">{t("list.read_only")}</span>}
        </span>
      </header>
      {view === "editor" && <Editor draft={draft} place={place} editable={mayChange} numbers={numbers} paint={paint} onPaint={setPaint} onSave={openSave} jump={jump} onJumped={jumped} />}
      {view === "versions" && <VersionsPanel detail={detail} onDetail={onDetail} draft={draft} mayChange={mayChange} against={against} onOpen={openVersion} />}
      {view === "numbers" && (
        <NumbersPanel
          detail={detail}
          numbers={numbers}
          onNumbers={setNumbers}
          onCanvas={(step) => {
            setPaint("numbers");
            setJump(step);
            go("editor");
          }}
        />
      )}
      {view === "replay" && <ReplayPanel name={name} draft={draft} detail={detail} />}
      {saving && <SaveDialog busy={busy} errors={errors} onClose={() => setSaving(false)} onSave={(note) => void save(note)} />}
      {meanwhile && (
        <MeanwhileDialog
          busy={busy}
          base={draft.base.version.version}
          others={meanwhile.others}
          onClose={() => setMeanwhile(null)}
          onSave={() => void save(meanwhile.note, true)}
          onCompare={() => {
            setAgainst(meanwhile.others[0]?.version ?? null);
            setMeanwhile(null);
            flowsApi.flow(name).then(onDetail, () => undefined);
            go("versions");
          }}
        />
      )}
    </div>
  );
}

export function FlowDesk({ name, view, version }: { name: string; view: FlowView; version: number | null }) {
  const { t } = useFlowSpeech();
  const [newer, setNewer] = useState<FlowDetail | null>(null);
  const { value, error, again } = useLoaded(
    useCallback(async () => {
      const detail = await flowsApi.flow(name);
      const newest = detail.versions[0]?.version;
      const wanted = detail.versions.some((one) => one.version === version) ? version : newest;
      if (wanted === undefined || wanted === null) throw new Error("no version");
      return { detail, loaded: await flowsApi.version(name, wanted) };
    }, [name, version]),
  );
  if (value === null) {
    if (error === null) return <Loading rows={10} />;
    return (
      <Panel className="fill">
        <NotLoaded error={error} onAgain={again}>
          <a href="/flows" onClick={followLink}>
            {t("desk.back")}
          </a>
        </NotLoaded>
      </Panel>
    );
  }
  const detail = newer ?? value.detail;
  return (
    <Loaded
      key={`${name}/${value.loaded.version.version}`}
      detail={detail}
      loaded={value.loaded}
      view={view}
      onDetail={(next) => {
        if (next) setNewer(next);
        else
          flowsApi.flow(name).then(setNewer, () => undefined);
      }}
    />
  );
}
