// Our own few line icons (24 x 24, one stroke), so that no icon font or package is loaded.

import type { ReactNode } from "react";

const shapes = {
  phone: <path d="M6.5 3.5h3l1.6 4.2-2 1.6a12 12 0 0 0 5.6 5.6l1.6-2 4.2 1.6v3a2.5 2.5 0 0 1-2.7 2.5A15.8 15.8 0 0 1 4 6.2 2.5 2.5 0 0 1 6.5 3.5Z" />,
  hangup: <path d="M2.8 13.6c5.2-5 13.2-5 18.4 0 .6.6.6 1.6.1 2.2l-1.5 1.8c-.5.6-1.3.7-1.9.3l-2.6-1.7a1.5 1.5 0 0 1-.65-1.6l.3-1.5a10.6 10.6 0 0 0-5.9 0l.3 1.5c.13.62-.12 1.25-.65 1.6l-2.6 1.7c-.6.4-1.4.3-1.9-.3l-1.5-1.8c-.5-.6-.5-1.6.1-2.2Z" />,
  mic: (
    <>
      <rect x="9" y="3" width="6" height="11" rx="3" />
      <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
    </>
  ),
  micOff: (
    <>
      <path d="M9 5.5A3 3 0 0 1 15 6v5M15 14a3 3 0 0 1-6-1V9.5M5.5 11.5a6.5 6.5 0 0 0 10.5 5M18.5 11.5a6.4 6.4 0 0 1-.5 2.5M12 18v3M4 4l16 16" />
    </>
  ),
  pause: <path d="M9 5v14M15 5v14" />,
  play: <path d="M8 5.5v13l10-6.5Z" />,
  keypad: (
    <>
      {[6, 12, 18].flatMap((y) => [6, 12, 18].map((x) => <circle key={`${x}-${y}`} cx={x} cy={y} r="1.3" />))}
    </>
  ),
  transfer: <path d="M4 8h14l-4-4M20 16H6l4 4" />,
  user: (
    <>
      <circle cx="12" cy="8" r="4" />
      <path d="M4.5 20.5a7.5 7.5 0 0 1 15 0" />
    </>
  ),
  users: (
    <>
      <circle cx="9" cy="8.5" r="3.5" />
      <path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 5.2a3.5 3.5 0 0 1 0 6.6M18 14.2a6.5 6.5 0 0 1 3.5 5.8" />
    </>
  ),
  search: (
    <>
      <circle cx="10.5" cy="10.5" r="6.5" />
      <path d="m20 20-4.8-4.8" />
    </>
  ),
  check: <path d="m4.5 12.5 5 5 10-11" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  plus: <path d="M12 5v14M5 12h14" />,
  down: <path d="m6 9.5 6 6 6-6" />,
  right: <path d="m9.5 6 6 6-6 6" />,
  up: <path d="m6 14.5 6-6 6 6" />,
  clock: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7v5l3.5 2" />
    </>
  ),
  ticket: <path d="M4 7.5h16v3a1.8 1.8 0 0 0 0 3.5v3H4v-3a1.8 1.8 0 0 0 0-3.5ZM14.5 8v8.5" />,
  mail: (
    <>
      <rect x="3.5" y="5.5" width="17" height="13" rx="2" />
      <path d="m4 7 8 6 8-6" />
    </>
  ),
  chat: <path d="M4 5.5h16v11h-9l-4.5 4v-4H4Z" />,
  globe: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17" />
    </>
  ),
  sun: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4" />
    </>
  ),
  moon: <path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z" />,
  system: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 3.5v17" />
      <path d="M12 3.5a8.5 8.5 0 0 1 0 17Z" fill="currentColor" />
    </>
  ),
  headset: (
    <>
      <path d="M4.5 14v-2a7.5 7.5 0 0 1 15 0v2M19.5 17c0 2-2 3.5-5 3.5" />
      <rect x="3.5" y="13" width="4" height="6" rx="1.5" />
      <rect x="16.5" y="13" width="4" height="6" rx="1.5" />
    </>
  ),
  link: (
    <>
      <path d="M3 9.5a13 13 0 0 1 18 0M6 13a8.5 8.5 0 0 1 12 0M9 16.5a4.2 4.2 0 0 1 6 0" />
      <circle cx="12" cy="19.5" r=".8" fill="currentColor" />
    </>
  ),
  callback: <path d="M6.5 6.5h3l1.4 3.8-1.8 1.4a11 11 0 0 0 5 5l1.4-1.8 3.8 1.4v2.7a2.3 2.3 0 0 1-2.5 2.3A14.4 14.4 0 0 1 4.2 9 2.3 2.3 0 0 1 6.5 6.5ZM14 6.5h6M17 3.5l-3 3 3 3" />,
  megaphone: <path d="M4 10v4l3 .5L15.5 19V5L7 9.5ZM7 14.5 8.5 20H11l-1-4M18.5 9.5a3.5 3.5 0 0 1 0 5" />,
  skip: <path d="m5 6 8 6-8 6ZM18.5 6v12" />,
  robot: (
    <>
      <rect x="5" y="8" width="14" height="10" rx="2" />
      <path d="M12 8V4.5M9 12.5h.01M15 12.5h.01M9.5 15.5h5M2.8 12v3M21.2 12v3" />
    </>
  ),
  forbid: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="m6 6 12 12" />
    </>
  ),
  calendar: <path d="M4.5 6h15v13.5h-15ZM4.5 10h15M8.5 3.5V8M15.5 3.5V8" />,
  drain: <path d="M5 5h14l-5 7v6l-4 2v-8Z" />,
  shield: <path d="M12 3.5 5 6v6c0 4.5 3 7.3 7 8.5 4-1.2 7-4 7-8.5V6ZM9 12l2.2 2.2L15.2 10" />,
  list: <path d="M8.5 6h12M8.5 12h12M8.5 18h12M4 6h.01M4 12h.01M4 18h.01" />,
  board: (
    <>
      <rect x="3.5" y="4" width="17" height="16" rx="2" />
      <path d="M3.5 9.5h17M10 9.5V20" />
    </>
  ),
  flow: (
    <>
      <rect x="3.5" y="4" width="6" height="5" rx="1" />
      <rect x="14.5" y="4" width="6" height="5" rx="1" />
      <rect x="9" y="15" width="6" height="5" rx="1" />
      <path d="M6.5 9v3h11V9M12 12v3" />
    </>
  ),
  line: (
    <>
      <circle cx="5" cy="7" r="2" />
      <circle cx="12" cy="7" r="2" />
      <circle cx="19" cy="7" r="2" />
      <path d="M3 17.5h15M15 14l3.5 3.5L15 21" />
    </>
  ),
  route: (
    <>
      <circle cx="5" cy="12" r="2" />
      <path d="M7 12h4l4-6.5h5M11 12l4 6.5h5M17.5 3 20 5.5 17.5 8M17.5 16l2.5 2.5-2.5 2.5" />
    </>
  ),
  plot: <path d="M4 4v16h16M7.5 15.5l4-5 3 2.5 5-7" />,
  undo: <path d="M4 9.5h10.5a5 5 0 0 1 0 10H9M8 5.5l-4 4 4 4" />,
  trash: <path d="M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 10.5v5.5M13.5 10.5v5.5" />,
  stop: <rect x="6" y="6" width="12" height="12" rx="2" />,
  door: <path d="M6.5 20.5v-17h11v17M4 20.5h16M14 12h.01" />,
  pulse: <path d="M3 12.5h4l2.5-7 5 13 2.5-6h4" />,
  alert: (
    <>
      <path d="M12 4 2.8 19.5h18.4Z" />
      <path d="M12 10v4.5M12 17h.01" />
    </>
  ),
  note: <path d="M5 4h14v11l-5 5H5ZM14 20v-5h5M8.5 8.5h7M8.5 12h7" />,
  copy: (
    <>
      <rect x="8.5" y="8.5" width="11" height="11" rx="2" />
      <path d="M15.5 8.5v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2" />
    </>
  ),
  record: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <circle cx="12" cy="12" r="4" fill="currentColor" stroke="none" />
    </>
  ),
  exit: <path d="M10 4.5H5v15h5M15 8l4 4-4 4M19 12H9.5" />,
  help: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5h.01" />
    </>
  ),
  menu: <path d="M4 7h16M4 12h16M4 17h16" />,
  redo: <path d="M20 9.5H9.5a5 5 0 0 0 0 10H15M16 5.5l4 4-4 4" />,
  sound: <path d="M4 9.5v5h3.5l5 4v-13l-5 4ZM16 9a4.2 4.2 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11" />,
  upload: <path d="M12 16V4.5M7.5 9 12 4.5 16.5 9M4.5 16v3.5h15V16" />,
  branch: <path d="M4 12h4.5l4-5.5H20M8.5 12l4 5.5H20M17.5 4 20 6.5 17.5 9M17.5 15l2.5 2.5-2.5 2.5" />,
  split: <path d="M12 20.5v-7L5.5 7M12 13.5 18.5 7M5 11V6.5h4.5M14.5 6.5H19V11" />,
  data: (
    <>
      <ellipse cx="12" cy="6" rx="7.5" ry="2.8" />
      <path d="M4.5 6v12c0 1.6 3.4 2.8 7.5 2.8s7.5-1.2 7.5-2.8V6M4.5 12c0 1.6 3.4 2.8 7.5 2.8s7.5-1.2 7.5-2.8" />
    </>
  ),
  cloud: <path d="M7 18.5a4 4 0 0 1-.6-8 5.8 5.8 0 0 1 11.2 1.2 3.5 3.5 0 0 1-.6 6.8Z" />,
  star: <path d="m12 4 2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8Z" />,
  music: (
    <>
      <circle cx="7" cy="17.5" r="2.5" />
      <circle cx="16.5" cy="15.5" r="2.5" />
      <path d="M9.5 17.5V6.5l9.5-2v11" />
    </>
  ),
  box: <path d="M4 8l8-4 8 4v8l-8 4-8-4ZM4 8l8 4 8-4M12 12v8" />,
  back: <path d="M19.5 12H5M11 6l-6 6 6 6" />,
  digits: <path d="M4 5.5h16v13H4ZM8 9.5v5M12 9.5v5M16 9.5v5" />,
  wand: <path d="m5 19 9.5-9.5M12.5 7.5l4 4M17 3.5v3M20.5 7h-3M18 10.5l1.5 1.5M9.5 4l.5 1.5M8 6.5 6.5 6" />,
  grid: <path d="M4 4.5h6v6H4ZM14 4.5h6v6h-6ZM4 14h6v6H4ZM14 14h6v6h-6Z" />,
  flask: <path d="M9.5 4h5M10.5 4v6L5.5 18a1.8 1.8 0 0 0 1.6 2.5h9.8a1.8 1.8 0 0 0 1.6-2.5l-5-8V4M8 15h8" />,
  code: <path d="m8.5 7-5 5 5 5M15.5 7l5 5-5 5" />,
  rocket: <path d="M12 15c5-3 7-6.5 7-10.5C15 4.5 11.5 7 9 12ZM9 12l-4 .5L7 9.5h3.2M12 15l-.5 4 3-2V13.8M7 17l-2.5 2.5" />,
  refresh: <path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5v4h-4" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  );
}
