import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Diagnostic, Severity } from '../api/types';
import { severityText } from './format';
import { Glyph } from './Glyph';

export interface IDiagnosticsProps {
  groups: readonly [Severity, Diagnostic[]][];
  onReveal: (diagnostic: Diagnostic) => void;
  trans: TranslationBundle;
}

/** What was found in the notebook, the worst first; each line jumps to its cell. */
export function Diagnostics({ groups, onReveal, trans }: IDiagnosticsProps): React.JSX.Element {
  return (
    <>
      {groups.map(([severity, items]) => (
        <ul
          key={severity}
          className="ms-Diagnostics"
          aria-label={severityText(severity, items.length, trans)}
        >
          {items.map((item, index) => (
            <li key={index} className="ms-Diagnostic" data-severity={severity}>
              <Glyph name={severity} />
              <div className="ms-Diagnostic-text">
                <Line item={item} onReveal={onReveal} trans={trans} />
                {item.excerpt ? <pre className="ms-Diagnostic-excerpt">{item.excerpt}</pre> : null}
                {item.hint ? <p className="ms-Diagnostic-hint">{item.hint}</p> : null}
              </div>
            </li>
          ))}
        </ul>
      ))}
    </>
  );
}

interface ILineProps {
  item: Diagnostic;
  onReveal: (diagnostic: Diagnostic) => void;
  trans: TranslationBundle;
}

function Line({ item, onReveal, trans }: ILineProps): React.JSX.Element {
  const { code, cell, line, message } = item;
  const text = (
    <>
      <span className="ms-Diagnostic-message">{message}</span>{' '}
      <span className="ms-Diagnostic-place">
        {code}
        {cell === null
          ? ''
          : line
            ? trans.__(' · cell %1, line %2', cell, line)
            : trans.__(' · cell %1', cell)}
      </span>
    </>
  );
  if (cell === null) {
    return <p>{text}</p>;
  }
  return (
    <button type="button" className="ms-Diagnostic-jump" onClick={() => onReveal(item)}>
      {text}
    </button>
  );
}
