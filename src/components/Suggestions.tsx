import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ISuggestion } from '../models/suggestions';

export interface ISuggestionsProps {
  suggestions: readonly ISuggestion[];
  /** What is wrong with a step's name, or null. */
  problemOf: (name: string) => string | null;
  /** Take them over, with the names as they stand here, one for each suggestion. */
  onAccept: (names: readonly string[]) => void;
  onReveal: (cell: string) => void;
  trans: TranslationBundle;
}

/** Suggested steps, to rename and to accept with one click. */
export function Suggestions({
  suggestions,
  problemOf,
  onAccept,
  onReveal,
  trans
}: ISuggestionsProps): React.JSX.Element {
  const [names, setNames] = React.useState(() => suggestions.map(({ place }) => place));
  const problems = suggestions.map(({ isStep }, index) =>
    isStep ? problemOf(names[index] ?? '') : null
  );
  const rename = (index: number, name: string) =>
    setNames(names.map((old, place) => (place === index ? name : old)));
  return (
    <div className="ms-Suggestions">
      <p className="ms-Empty-title">{trans.__('Suggested steps')}</p>
      <p>
        {trans.__(
          'From the headings and the flow of the data. Nothing is changed before you accept.'
        )}
      </p>
      <ol className="ms-Suggestions-list" aria-label={trans.__('Suggested steps')}>
        {suggestions.map(({ id, cell, isStep, place, line }, index) => (
          <li key={id} data-problem={problems[index] ? true : undefined}>
            {isStep ? (
              <input
                className="ms-Input"
                value={names[index]}
                aria-label={trans.__('Name of the step from cell %1', cell)}
                aria-invalid={problems[index] !== null}
                title={problems[index] ?? undefined}
                onChange={event => rename(index, event.target.value)}
              />
            ) : (
              <span className="ms-Suggestions-role">{place}</span>
            )}
            <button
              type="button"
              className="ms-Suggestions-cell"
              aria-label={trans.__('Go to cell %1', cell)}
              onClick={() => onReveal(id)}
            >
              <span className="ms-Quiet">{cell}</span> {line}
            </button>
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="ms-Button ms-Button-primary"
        disabled={problems.some(problem => problem !== null)}
        onClick={() => onAccept(names)}
      >
        {trans.__('Accept suggested steps')}
      </button>
    </div>
  );
}
