// Sending a command from a button: busy while it is on its way, its refusal said in words.

import { App } from "antd";
import { useCallback, useState } from "react";
import { useDesk } from "../desk";
import { useLanguage } from "../i18n";
import { refusalText } from "../i18n/refusal";
import { type Command, CommandError } from "../live";

export function useCommand(): { busy: boolean; run(command: Command): Promise<boolean> } {
  const desk = useDesk();
  const { message } = App.useApp();
  const lang = useLanguage();
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async (command: Command) => {
      setBusy(true);
      try {
        await desk.send(command);
        return true;
      } catch (error) {
        const content = error instanceof CommandError ? refusalText(lang, error) : String(error);
        message.error({ content, key: `command-${command.type}` });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [desk, message, lang],
  );
  return { busy, run };
}
