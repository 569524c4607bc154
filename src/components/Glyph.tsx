import * as React from 'react';

/** The small signs of the panel; each stands beside a word and is hidden from screen readers. */
const PATHS: Record<string, React.JSX.Element> = {
  waiting: <circle cx="8" cy="8" r="4.5" />,
  running: <path d="M8 2.5a5.5 5.5 0 1 1-5.5 5.5" className="ms-Glyph-spin" />,
  ran: <path d="M3 8.5 6.5 12 13 4.5" />,
  cached: <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3M6 8.2l1.5 1.5 2.6-3" />,
  failed: <path d="M4 4l8 8M12 4l-8 8" />,
  'not run': <path d="M4 8h8" />,
  refused: <path d="M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M4.2 4.2l7.6 7.6" />,
  cancelled: <path d="M4.5 4.5h7v7h-7z" />,
  succeeded: <path d="M3 8.5 6.5 12 13 4.5" />,
  error: <path d="M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M6 6l4 4M10 6l-4 4" />,
  warning: <path d="M8 2.5 14 13H2zM8 6.5v3M8 11.2v.2" />,
  hint: <path d="M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M8 7.5v3.2M8 5.2v.2" />,
  caret: <path d="M5.5 3.5 10.5 8l-5 4.5" />,
  back: <path d="M10.5 3.5 5.5 8l5 4.5" />,
  refresh: <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3" />,
  play: <path d="M4.5 3v10l8.5-5z" className="ms-Glyph-solid" />,
  stop: <path d="M4 4h8v8H4z" className="ms-Glyph-solid" />,
  open: <path d="M9 3h4v4M13 3 7.5 8.5M11 9.5V13H3V5h3.5" />
};

export function Glyph({ name }: { name: string }): React.JSX.Element {
  return (
    <svg
      className="ms-Glyph"
      data-glyph={name}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {PATHS[name]}
    </svg>
  );
}
