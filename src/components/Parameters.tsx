import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IParameter } from '../models/parameters';

export interface IParametersProps {
  parameters: readonly IParameter[];
  onChange: (name: string, text: string) => void;
  onReset: () => void;
  trans: TranslationBundle;
}

/** The pipeline's parameters as a form, each field of the type of its default. */
export function Parameters({
  parameters,
  onChange,
  onReset,
  trans
}: IParametersProps): React.JSX.Element {
  const isChanged = parameters.some(({ text, initial }) => text !== initial);
  return (
    <div className="ms-Parameters">
      {parameters.map(parameter => (
        <Field key={parameter.name} parameter={parameter} onChange={onChange} trans={trans} />
      ))}
      {isChanged ? (
        <button type="button" className="ms-Link" onClick={onReset}>
          {trans.__('Back to the defaults')}
        </button>
      ) : null}
    </div>
  );
}

interface IFieldProps {
  parameter: IParameter;
  onChange: (name: string, text: string) => void;
  trans: TranslationBundle;
}

function Field({ parameter, onChange, trans }: IFieldProps): React.JSX.Element {
  const { name, kind, text, initial, problem } = parameter;
  const id = React.useId();
  const common = {
    id,
    'aria-invalid': problem !== null,
    'aria-describedby': problem ? `${id}problem` : undefined
  };
  return (
    <div className="ms-Field" data-changed={text !== initial || undefined}>
      <label htmlFor={id} title={trans.__('%1, by default %2', name, initial)}>
        {name}
      </label>
      {kind === 'boolean' ? (
        <input
          {...common}
          type="checkbox"
          checked={text === 'true'}
          onChange={event => onChange(name, String(event.target.checked))}
        />
      ) : (
        <input
          {...common}
          className="ms-Input"
          type="text"
          inputMode={kind === 'number' ? 'decimal' : undefined}
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={event => onChange(name, event.target.value)}
        />
      )}
      {problem ? (
        <p id={`${id}problem`} className="ms-Field-problem">
          {problem === 'number' ? trans.__('This is not a number.') : trans.__('This is not JSON.')}
        </p>
      ) : null}
    </div>
  );
}
