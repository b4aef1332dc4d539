// A copy of a campaign: a draft with the same settings and no lists.

import { Input } from "antd";
import { useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { navigate } from "../../router";
import { oneLine } from "../../text";
import { Field } from "../../ui/bits";
import { FormDialog, useSaving } from "../FormDialog";
import { pathOfCampaign } from "./paths";
import { useCampaignSpeech } from "./speech";

export function CopyDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { t } = useCampaignSpeech();
  const [text, setText] = useState(t("copy.of", { name }).slice(0, 200));
  const { busy, failed, save } = useSaving();
  const said = oneLine(text);
  const copy = () => {
    if (said === "") return;
    void save(async () => {
      const made = await campaignsApi.copy(id, said);
      onClose();
      navigate(pathOfCampaign(made.id, "edit"));
    });
  };
  return (
    <FormDialog title={t("list.copy")} okText={t("copy.save")} okTestId="copy-save" busy={busy} ready={said !== ""} failed={failed} onSave={copy} onClose={onClose}>
      <Field label={t("form.campaign_name")} hint={t("copy.text")}>
        <Input autoFocus value={text} maxLength={200} aria-label={t("form.campaign_name")} onChange={(event) => setText(event.target.value)} onPressEnter={copy} />
      </Field>
    </FormDialog>
  );
}
