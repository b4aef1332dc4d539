import { Component, type ReactNode } from "react";
import { language, translate } from "../i18n";
import { Nothing } from "../ui/bits";

interface State {
  error: Error | null;
}

/** A fault of ours in one page must not leave a white screen in front of a person with a caller on the line. */
export class Crash extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    const lang = language();
    return (
      <div className="middle" role="alert">
        <Nothing icon="alert" title={translate(lang, "crash.title")}>
          <p>{translate(lang, "crash.text")}</p>
          <p className="mono quiet">{error.message}</p>
          <button type="button" className="button primary" onClick={() => window.location.reload()}>
            {translate(lang, "reload")}
          </button>
        </Nothing>
      </div>
    );
  }
}
