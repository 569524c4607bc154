import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

const SHOWN = 8;

export interface IChipsProps {
  label: string;
  names: readonly string[];
  trans: TranslationBundle;
}

/** Names in a row after their label; a long row is cut, with a button that shows the rest. */
export function Chips({ label, names, trans }: IChipsProps): React.JSX.Element | null {
  const [all, setAll] = React.useState(false);
  if (!names.length) {
    return null;
  }
  const shown = all ? names : names.slice(0, SHOWN);
  const rest = names.length - shown.length;
  return (
    <div className="ms-Chips">
      <span className="ms-Chips-label">{label}</span>
      <span className="ms-Chips-names">
        {shown.map(name => (
          <code key={name} className="ms-Chip">
            {name}
          </code>
        ))}
        {rest > 0 ? (
          <button type="button" className="ms-Link" onClick={() => setAll(true)}>
            {trans.__('+%1 more', rest)}
          </button>
        ) : null}
      </span>
    </div>
  );
}
