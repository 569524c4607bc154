import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { roleText } from './format';

export interface ITagControlProps {
  /** Names to offer: steps there are, then roles. */
  suggestions: readonly string[];
  /** How many cells are selected. */
  count: number;
  /** What they are now: step names and roles; null stands for neither. */
  places: readonly (string | null)[];
  /** Why a name cannot be a step's, or null. */
  problemOf: (name: string) => string | null;
  onSet: (name: string) => void;
  onRemove: () => void;
  trans: TranslationBundle;
}

/** Gives the selected cells a step's name or a role, or takes it from them. */
export function TagControl(props: ITagControlProps): React.JSX.Element {
  const { suggestions, count, places, trans } = props;
  const [name, setName] = React.useState('');
  const [isTried, setTried] = React.useState(false);
  const id = React.useId();
  const problem = isTried ? props.problemOf(name.trim()) : null;
  const onSubmit = (event: React.FormEvent) => {
    event.preventDefault();
    const failed = props.problemOf(name.trim()) !== null;
    setTried(failed);
    if (!failed) {
      props.onSet(name.trim());
      setName('');
    }
  };
  return (
    <form className="ms-TagControl" onSubmit={onSubmit} noValidate>
      <label htmlFor={`${id}name`}>{trans.__('Step for selected cells')}</label>
      <div className="ms-TagControl-row">
        <input
          id={`${id}name`}
          className="ms-Input"
          type="text"
          list={`${id}names`}
          value={name}
          placeholder={trans.__('step or role')}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={problem !== null}
          aria-describedby={`${id}note`}
          onChange={event => setName(event.target.value)}
        />
        <datalist id={`${id}names`}>
          {suggestions.map(suggestion => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
        <button type="submit" className="ms-Button" disabled={!count}>
          {trans.__('Set step')}
        </button>
        <button
          type="button"
          className="ms-Button"
          disabled={!places.some(place => place !== null)}
          onClick={props.onRemove}
        >
          {trans.__('Remove tag')}
        </button>
      </div>
      <p
        id={`${id}note`}
        className="ms-Quiet"
        data-problem={problem !== null || undefined}
        aria-live="polite"
      >
        {problem ?? selectionText(count, places, trans)}
      </p>
    </form>
  );
}

function selectionText(
  count: number,
  places: readonly (string | null)[],
  trans: TranslationBundle
): string {
  const cells = trans._n('%1 cell selected', '%1 cells selected', count);
  const now = places.map(place => (place === null ? trans.__('no tag') : roleText(place, trans)));
  return now.length ? `${cells}: ${now.join(', ')}` : cells;
}
