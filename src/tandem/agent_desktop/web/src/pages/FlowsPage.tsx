// IVR flows: the list of them, or one of them with its editor, versions, numbers and replay. `?flow=main&view=numbers`.

import { useSearch } from "../router";
import { FlowDesk, type FlowView, flowViews } from "./flows/FlowDesk";
import { FlowList } from "./flows/FlowList";
import "@xyflow/react/dist/base.css";
import "../styles/flows.css";
import "../styles/flow_canvas.css";

export default function FlowsPage() {
  const search = new URLSearchParams(useSearch());
  const name = search.get("flow");
  if (name === null) return <FlowList />;
  const view = search.get("view") as FlowView;
  return <FlowDesk key={name} name={name} view={flowViews.includes(view) ? view : "editor"} version={Number(search.get("version")) || null} />;
}
