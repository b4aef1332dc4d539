import { CallbackPanel } from "./callbacks/CallbackPanel";

export default function CallbacksPage() {
  return <CallbackPanel className="narrow fill" />;
}
