import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Comparison, JsonValue, RunSummary } from '../api/types';
import { absoluteTime, duration, pipelineText, shortDigest, statusText, valueText } from './format';
import { Notice } from './Notice';

export interface ICompareViewProps {
  /** Null until it has arrived. */
  comparison: Comparison | null;
  problem: { message: string; hint: string | null } | null;
  trans: TranslationBundle;
}

/** Two or more runs side by side: what was set, what came out, what changed in code, data and environment. */
export function CompareView({ comparison, problem, trans }: ICompareViewProps): React.JSX.Element {
  if (problem) {
    return <Notice kind="error" title={problem.message} hint={problem.hint} />;
  }
  if (!comparison) {
    return <p className="ms-Loading">{trans.__('Comparing…')}</p>;
  }
  const { runs, parameters, metrics, environment, seconds } = comparison;
  return (
    <>
      <h2>{trans.__('Compare %1 runs', runs.length)}</h2>
      <Grid title={trans.__('Runs')} runs={runs} rows={runRows(runs, trans)} trans={trans} />
      <Grid
        title={trans.__('Metrics')}
        runs={runs}
        rows={rowsOf(metrics, valueText)}
        trans={trans}
      />
      <Grid
        title={trans.__('Parameters')}
        runs={runs}
        rows={rowsOf(parameters, valueText)}
        trans={trans}
      />
      <Code comparison={comparison} trans={trans} />
      <Data comparison={comparison} trans={trans} />
      <Grid
        title={trans.__('Time')}
        runs={runs}
        rows={rowsOf(seconds, value => duration(value, trans) || '–').map(row => ({
          ...row,
          changed: false
        }))}
        trans={trans}
      />
      <Grid
        title={trans.__('Environment')}
        runs={runs}
        rows={rowsOf(environment, valueText).filter(({ changed }) => changed)}
        empty={trans.__('The same in all runs.')}
        trans={trans}
      />
    </>
  );
}

interface IRow {
  name: string;
  cells: string[];
  changed: boolean;
}

function rowsOf<T extends JsonValue>(
  values: Record<string, T[]>,
  text: (value: T) => string
): IRow[] {
  return Object.entries(values).map(([name, list]) => ({
    name,
    cells: list.map(text),
    changed: new Set(list.map(value => JSON.stringify(value))).size > 1
  }));
}

function runRows(runs: readonly RunSummary[], trans: TranslationBundle): IRow[] {
  const row = (name: string, text: (run: RunSummary) => string) => ({
    name,
    cells: runs.map(text),
    changed: false
  });
  return [
    row(trans.__('Pipeline'), pipelineText),
    row(trans.__('Status'), ({ status }) => statusText(status, trans)),
    row(trans.__('Started'), ({ started }) => absoluteTime(started)),
    row(trans.__('Time'), run => duration(run.seconds, trans))
  ];
}

interface IGridProps {
  title: string;
  runs: readonly RunSummary[];
  rows: readonly IRow[];
  empty?: string;
  trans: TranslationBundle;
}

function Grid({ title, runs, rows, empty, trans }: IGridProps): React.JSX.Element | null {
  const id = React.useId();
  if (!rows.length && !empty) {
    return null;
  }
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {rows.length ? (
        <table className="ms-Grid">
          <thead>
            <tr>
              <td />
              {runs.map(({ run }) => (
                <th key={run} scope="col">
                  <code>{run}</code>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, cells, changed }) => (
              <tr key={name} data-changed={changed || undefined}>
                <th scope="row">
                  {name}
                  {changed ? <span className="ms-Changed">{trans.__('changed')}</span> : null}
                </th>
                {cells.map((cell, index) => (
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="ms-Quiet">{empty}</p>
      )}
    </section>
  );
}

interface IPartProps {
  comparison: Comparison;
  trans: TranslationBundle;
}

function Code({ comparison, trans }: IPartProps): React.JSX.Element {
  const id = React.useId();
  const changed = comparison.code.filter(step => step.changed);
  const same = comparison.code.filter(step => !step.changed).map(({ step }) => step);
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{trans.__('Code')}</h3>
      {changed.map(({ step, diff }) => (
        <details key={step} className="ms-Diff" open>
          <summary>{step}</summary>
          <Diff text={diff} />
        </details>
      ))}
      {same.length ? (
        <p className="ms-Quiet">{trans.__('Unchanged: %1', same.join(', '))}</p>
      ) : null}
    </section>
  );
}

/** A unified diff; the sign at the start of each line says what the colour says. */
function Diff({ text }: { text: string }): React.JSX.Element {
  return (
    <pre>
      {text.split('\n').map((line, index) => (
        <span key={index} data-line={kindOf(line)}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}

function kindOf(line: string): string | undefined {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('@@')) {
    return 'head';
  }
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined;
}

function Data({ comparison, trans }: IPartProps): React.JSX.Element | null {
  const rows = comparison.data.map(({ name, step, digests, changed }) => ({
    name: `${step} › ${name}`,
    cells: digests.map(shortDigest),
    changed
  }));
  return <Grid title={trans.__('Data')} runs={comparison.runs} rows={rows} trans={trans} />;
}
