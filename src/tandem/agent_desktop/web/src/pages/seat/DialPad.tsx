// Dialling by hand. Whether a number may be dialled is the gate's to say; what it says is shown as it stands.

import { Button, Input, type InputRef, Select } from "antd";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { useDeskState } from "../../desk";
import type { CampaignChoice, Dialled } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { chordOf } from "../../keys";
import { oneLine } from "../../text";
import { Kbd, Panel } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useAction } from "../../ui/useActions";
import { useProblem } from "../useProblem";
import { useTimes } from "../zone";
import { asNumber } from "./targets";

function useChoices(): readonly CampaignChoice[] {
  const [choices, setChoices] = useState<readonly CampaignChoice[]>([]);
  useEffect(() => {
    let gone = false;
    campaignsApi.dialChoices().then(
      (loaded) => {
        if (!gone) setChoices(loaded.campaigns);
      },
      // A number can still be dialled for no campaign.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);
  return choices;
}

export function DialPad() {
  const { t, pick } = useSpeech();
  const problemOf = useProblem();
  const live = useDeskState((state) => state.status === "live");
  const state = useDeskState((desk) => desk.live.agent?.state ?? null);
  const choices = useChoices();
  const [number, setNumber] = useState("");
  const [campaign, setCampaign] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Dialled | null>(null);
  const { named } = useTimes(refused?.verdict.zone);
  const [failed, setFailed] = useState("");
  const field = useRef<InputRef>(null);
  useAction("dial_pad", () => field.current?.focus());

  const wanted = asNumber(number);
  const occupied = state === "busy" || state === "working_after_call";
  const chosen = campaign ?? choices[0]?.id ?? "";
  const can = live && !occupied && !busy && wanted !== null;
  const write = (text: string) => {
    setNumber(text);
    setRefused(null);
    setFailed("");
  };
  const go = async (event: FormEvent) => {
    event.preventDefault();
    if (!can || wanted === null) return;
    setBusy(true);
    setRefused(null);
    setFailed("");
    try {
      const answer = await campaignsApi.dial({ number: oneLine(wanted), campaign: chosen });
      if (answer.call === null) setRefused(answer);
      else setNumber("");
    } catch (error) {
      setFailed(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title={t("dial.title")} icon="keypad" className="dial-panel" testId="dial-pad" extra={<Kbd>{chordOf("dial_pad")}</Kbd>}>
      <form className="dial-form" onSubmit={(event) => void go(event)}>
        <Input
          ref={field}
          value={number}
          inputMode="tel"
          autoComplete="off"
          maxLength={40}
          status={number !== "" && wanted === null ? "error" : ""}
          placeholder={t("dial.number")}
          aria-label={t("dial.number")}
          data-testid="dial-number"
          onChange={(event) => write(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") field.current?.blur();
          }}
        />
        <Button type="primary" htmlType="submit" icon={<Icon name="phone" size={14} />} loading={busy} disabled={!can} data-testid="dial-go">
          {t("dial.go")}
        </Button>
        {choices.length > 0 && (
          <Select
            className="dial-campaign"
            value={chosen}
            aria-label={t("dial.campaign")}
            data-testid="dial-campaign"
            options={[...choices.map((one) => ({ value: one.id, label: <bdi>{pick(one.name, one.id)}</bdi> })), { value: "", label: t("dial.no_campaign") }]}
            onChange={setCampaign}
          />
        )}
      </form>
      {refused && (
        <p className="dial-refused" role="alert" data-testid="dial-refused" data-rule={refused.verdict.rule}>
          <Icon name="forbid" size={14} />
          <span>
            <b>{t("dial.refused")}</b> <bdi>{pick(refused.verdict.text, refused.verdict.rule)}</bdi>
            {refused.verdict.again_at !== null && (
              <span className="quiet"> {t("dial.again_at", { time: named(refused.verdict.again_at) })}</span>
            )}
          </span>
        </p>
      )}
      {failed && (
        <p className="dial-refused" role="alert">
          <Icon name="alert" size={14} /> <bdi>{failed}</bdi>
        </p>
      )}
    </Panel>
  );
}
