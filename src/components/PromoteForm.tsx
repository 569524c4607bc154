import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

export interface IPromoteFormProps {
  initial: { name: string; note: string };
  /** Why the last try failed, or null. */
  problem: string | null;
  /** What names may look like, as an input's `pattern`. */
  pattern: string;
  longest: number;
  onChange: (answer: { name: string; note: string }) => void;
  trans: TranslationBundle;
}

/** The body of the promotion dialog; the dialog itself watches over the inputs' validity. */
export function PromoteForm(props: IPromoteFormProps): React.JSX.Element {
  const { initial, problem, pattern, longest, onChange, trans } = props;
  const [answer, setAnswer] = React.useState(initial);
  const id = React.useId();
  const change = (part: Partial<typeof answer>) => {
    const next = { ...answer, ...part };
    setAnswer(next);
    onChange(next);
  };
  return (
    <>
      <label htmlFor={`${id}name`}>{trans.__('Name of the pipeline')}</label>
      <input
        id={`${id}name`}
        className="jp-mod-styled"
        type="text"
        required
        pattern={pattern}
        maxLength={longest}
        spellCheck={false}
        autoComplete="off"
        aria-describedby={`${id}help`}
        value={answer.name}
        onChange={event => change({ name: event.target.value })}
      />
      <p id={`${id}help`} className="ms-Quiet">
        {trans.__(
          'Letters, digits, _, - and dots. Its files are written to pipelines/%1/.',
          answer.name
        )}
      </p>
      <label htmlFor={`${id}note`}>{trans.__('Note (optional)')}</label>
      <input
        id={`${id}note`}
        className="jp-mod-styled"
        type="text"
        value={answer.note}
        onChange={event => change({ note: event.target.value })}
      />
      {problem ? (
        <p className="ms-Promote-problem" role="alert">
          {problem}
        </p>
      ) : null}
    </>
  );
}
