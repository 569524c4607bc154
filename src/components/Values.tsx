import * as React from 'react';
import type { Values as ValuesRecord } from '../api/types';
import { valueText } from './format';

/** Names and values, one a line. */
export function Values({
  label,
  values
}: {
  label: string;
  values: ValuesRecord;
}): React.JSX.Element {
  return (
    <dl className="ms-Values" aria-label={label}>
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <dt title={name}>{name}</dt>
          <dd title={typeof value === 'number' ? String(value) : undefined}>{valueText(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
