import { Modal } from "antd";
import { useSpeech } from "../i18n";
import { type Action, shortcuts } from "../keys";
import type { PageName } from "../roles";
import { Kbd } from "../ui/bits";
import { useDialog } from "../ui/useActions";

type Title = "keys.group_call" | "keys.group_campaign" | "keys.group_after" | "keys.group_state" | "keys.group_flows" | "keys.group_everywhere";

const groups: { title: Title; seat?: boolean; page?: PageName; actions: Action[] }[] = [
  { title: "keys.group_state", seat: true, actions: ["ready", "not_ready"] },
  {
    title: "keys.group_call",
    seat: true,
    actions: ["answer", "decline", "mute", "hold", "keypad", "transfer", "hang_up"],
  },
  {
    title: "keys.group_campaign",
    seat: true,
    actions: ["preview_dial", "preview_skip", "machine", "do_not_call", "call_again", "dial_pad"],
  },
  {
    title: "keys.group_after",
    seat: true,
    actions: ["disposition", "notes", "save_ready", "save_not_ready", "more_time"],
  },
  {
    title: "keys.group_flows",
    page: "flows",
    actions: ["flow_add", "flow_delete", "flow_undo", "flow_redo", "flow_find", "flow_test", "flow_save"],
  },
  { title: "keys.group_everywhere", actions: ["search", "language", "theme", "help"] },
];

export function HelpSheet({ open, onClose, pages }: { open: boolean; onClose: () => void; pages: readonly PageName[] }) {
  const { t } = useSpeech();
  useDialog(open);
  const seat = pages.includes("seat");
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={t("keys.title")} width={640} destroyOnHidden>
      <div className="keys" data-testid="help">
        {groups
          .filter((group) => (seat || !group.seat) && (group.page === undefined || pages.includes(group.page)))
          .map((group) => (
            <section key={group.title}>
              <h3>{t(group.title)}</h3>
              <dl>
                {group.actions.map((action) => (
                  <div key={action}>
                    <dt>{t(`action.${action}` as "action.ready")}</dt>
                    <dd>
                      {(shortcuts.find((shortcut) => shortcut.action === action)?.chords ?? []).map((chord) => (
                        <Kbd key={chord}>{chord}</Kbd>
                      ))}
                    </dd>
                  </div>
                ))}
                {group.title === "keys.group_flows" && (
                  <>
                    <div>
                      <dt>{t("keys.flow_move")}</dt>
                      <dd>
                        <Kbd>↑ ↓ ← →</Kbd>
                        <Kbd>Tab</Kbd>
                      </dd>
                    </div>
                    <div>
                      <dt>{t("keys.flow_open")}</dt>
                      <dd>
                        <Kbd>Enter</Kbd>
                      </dd>
                    </div>
                  </>
                )}
                {group.title === "keys.group_everywhere" &&
                  pages.map((page, index) => (
                    <div key={page}>
                      <dt>{t("keys.open", { page: t(`page.${page}`) })}</dt>
                      <dd>
                        <Kbd>{`Alt+${index + 1}`}</Kbd>
                      </dd>
                    </div>
                  ))}
              </dl>
            </section>
          ))}
      </div>
      <p className="quiet small">{t("keys.note")}</p>
    </Modal>
  );
}
