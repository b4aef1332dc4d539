import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Root } from "./app/Root";
import "./styles/tokens.css";
import "./styles/app.css";
import "./styles/seat.css";
import "./styles/pages.css";
import "./styles/routing.css";
import "./styles/studies.css";

const container = document.getElementById("root");
if (container) {
  createRoot(container).render(
    <StrictMode>
      <Root />
    </StrictMode>,
  );
}
