// A name for a new sub-flow's file.

import { Input, Modal } from "antd";
import { useState } from "react";
import { useDialog } from "../../../ui/useActions";
import { useFlowSpeech } from "../speech";

const FILE_NAME = /^(?!.*\.\.)[a-z0-9_][\w/-]*\.ya?ml$/;

export function NewFileDialog({ taken, onMake, onClose }: { taken: readonly string[]; onMake: (name: string) => void; onClose: () => void }) {
  const { t } = useFlowSpeech();
  const [name, setName] = useState("identify.yaml");
  useDialog(true);
  const bad = !FILE_NAME.test(name) || taken.includes(name) || name.endsWith(".test.yaml");
  return (
    <Modal open title={t("form.add_subflow")} okText={t("file.make")} okButtonProps={{ disabled: bad }} onOk={() => onMake(name)} onCancel={onClose} width={420}>
      <p className="quiet">{t("file.about")}</p>
      <Input value={name} status={bad ? "error" : ""} aria-label={t("file.name")} className="mono" onChange={(event) => setName(event.target.value)} onPressEnter={() => !bad && onMake(name)} />
    </Modal>
  );
}
