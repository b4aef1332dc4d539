import { Tooltip } from "antd";
import type { ReactElement } from "react";
import { type Action, chordOf } from "../keys";
import { Kbd } from "./bits";

/** A tooltip that says what the control does and which key does it. The child is one element that can be pointed at. */
export function Hint({ text, action, children }: { text: string; action?: Action; children: ReactElement }) {
  const title = action ? (
    <>
      {text} <Kbd>{chordOf(action)}</Kbd>
    </>
  ) : (
    text
  );
  return (
    <Tooltip title={title} mouseEnterDelay={0.4}>
      {children}
    </Tooltip>
  );
}
