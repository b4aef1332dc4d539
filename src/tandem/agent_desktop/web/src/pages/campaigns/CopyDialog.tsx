// A copy of a campaign: a draft with the same settings and no lists.

import { Button, Input, Modal } from "antd";
import { useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { navigate } from "../../router";
import { oneLine } from "../../text";
import { useDialog } from "../../ui/useActions";
import { Field } from "../routing/fields";
import { useProblem } from "../useProblem";
import { Refused } from "./parts";
import { pathOfCampaign } from "./paths";
import { useCampaignSpeech } from "./speech";

export function CopyDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { t } = useCampaignSpeech();
  const problemOf = useProblem();
  const [text, setText] = useState(t("copy.of", { name }).slice(0, 200));
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  useDialog(true);
  const save = async () => {
    setBusy(true);
    try {
      const made = await campaignsApi.copy(id, oneLine(text));
      onClose();
      navigate(pathOfCampaign(made.id, "edit"));
    } catch (error) {
      setFailed(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("list.copy")}
      onCancel={onClose}
      width={440}
      footer={[
        <Button key="no" onClick={onClose}>
          {t("plan.cancel")}
        </Button>,
        <Button key="yes" type="primary" loading={busy} disabled={oneLine(text) === ""} onClick={() => void save()} data-testid="copy-save">
          {t("copy.save")}
        </Button>,
      ]}
    >
      <Field label={t("form.campaign_name")} hint={t("copy.text")}>
        <Input autoFocus value={text} maxLength={200} aria-label={t("form.campaign_name")} onChange={(event) => setText(event.target.value)} onPressEnter={() => void save()} />
      </Field>
      <Refused text={failed} />
    </Modal>
  );
}
