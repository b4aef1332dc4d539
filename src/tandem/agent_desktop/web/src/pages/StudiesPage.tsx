// What takes longer and changes nothing: a day once more with another plan, staffing, how good predictions were,
// what callers answered in surveys.

import { Segmented } from "antd";
import { useState } from "react";
import { useSpeech } from "../i18n";
import { Accuracy } from "./studies/Accuracy";
import { Staffing } from "./studies/Staffing";
import { Surveys } from "./studies/Surveys";
import { WhatIf } from "./studies/WhatIf";

type View = "whatif" | "staffing" | "accuracy" | "surveys";

export default function StudiesPage() {
  const { t } = useSpeech();
  const [view, setView] = useState<View>("whatif");
  return (
    <div className="studies">
      <header className="routing-bar">
        <Segmented<View>
          value={view}
          onChange={setView}
          options={(["whatif", "staffing", "accuracy", "surveys"] as const).map((value) => ({
            value,
            label: <span data-testid={`study-${value}`}>{t(`${value}.tab`)}</span>,
          }))}
        />
      </header>
      {view === "whatif" && <WhatIf />}
      {view === "staffing" && <Staffing />}
      {view === "accuracy" && <Accuracy />}
      {view === "surveys" && <Surveys />}
    </div>
  );
}
