// Sending a command from a button: busy while it is on its way, its refusal said in words.

import { App } from "antd";
import { useCallback, useState } from "react";
import { useDesk } from "../desk";
import { useSpeech } from "../i18n";
import { type Command, CommandError } from "../live";

export function useCommand(): { busy: boolean; run(command: Command): Promise<boolean> } {
  const desk = useDesk();
  const { message } = App.useApp();
  const { lang, w } = useSpeech();
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async (command: Command) => {
      setBusy(true);
      try {
        await desk.send(command);
        return true;
      } catch (error) {
        const code = error instanceof CommandError ? error.code : "error";
        const detail = error instanceof CommandError ? error.message : String(error);
        // The server's sentence is the more exact one, but it is in English.
        const content = (lang === "en" && detail) || w("error", code) || detail;
        message.error({ content, key: `command-${command.type}` });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [desk, message, lang, w],
  );
  return { busy, run };
}
