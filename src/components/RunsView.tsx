import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { RunSummary } from '../api/types';
import {
  absoluteTime,
  duration,
  pipelineText,
  relativeTime,
  statusText,
  valueText
} from './format';
import { Glyph } from './Glyph';
import { Empty, Notice } from './Notice';

const PAUSE = 300;

export interface IRunsViewProps {
  rows: readonly RunSummary[];
  selection: readonly string[];
  filter: string;
  hasMore: boolean;
  isLoading: boolean;
  problem: { message: string; hint: string | null } | null;
  /** The present, in milliseconds. */
  now: number;
  onFilter: (filter: string) => void;
  onRefresh: () => void;
  onMore: () => void;
  onToggle: (run: string) => void;
  onShow: (run: string) => void;
  onCompare: () => void;
  trans: TranslationBundle;
}

/** The history, newest first. */
export function RunsView(props: IRunsViewProps): React.JSX.Element {
  const { rows, filter, isLoading, hasMore, problem, trans } = props;
  return (
    <div className="ms-Runs" aria-busy={isLoading}>
      <RunsBar {...props} />
      {problem ? <Notice kind="error" title={problem.message} hint={problem.hint} /> : null}
      {rows.length ? <RunTable {...props} /> : null}
      {!rows.length && !isLoading && !problem ? <NoRuns filter={filter} trans={trans} /> : null}
      {!rows.length && isLoading ? <p className="ms-Loading">{trans.__('Loading runs…')}</p> : null}
      {hasMore ? (
        <button
          type="button"
          className="ms-Button ms-Runs-more"
          disabled={isLoading}
          onClick={props.onMore}
        >
          {isLoading ? trans.__('Loading…') : trans.__('Load more')}
        </button>
      ) : null}
    </div>
  );
}

function RunsBar(props: IRunsViewProps): React.JSX.Element {
  const { selection, trans } = props;
  const [text, setText] = React.useState(props.filter);
  const timer = React.useRef(0);
  const onChange = (value: string) => {
    setText(value);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => props.onFilter(value), PAUSE);
  };
  React.useEffect(() => () => window.clearTimeout(timer.current), []);
  const compare =
    selection.length < 2
      ? trans.__('Select two or more runs to compare them')
      : trans.__('Compare the selected runs');
  return (
    <div className="ms-Runs-bar">
      <input
        className="ms-Input"
        type="search"
        value={text}
        aria-label={trans.__('Filter runs')}
        placeholder={trans.__('Filter, as in auc > 0.8')}
        spellCheck={false}
        onChange={event => onChange(event.target.value)}
      />
      <button
        type="button"
        className="ms-Button"
        disabled={selection.length < 2}
        title={compare}
        onClick={props.onCompare}
      >
        {trans.__('Compare')}
      </button>
      <button
        type="button"
        className="ms-IconButton"
        aria-label={trans.__('Refresh')}
        title={trans.__('Refresh')}
        onClick={props.onRefresh}
      >
        <Glyph name="refresh" />
      </button>
    </div>
  );
}

function NoRuns({
  filter,
  trans
}: {
  filter: string;
  trans: TranslationBundle;
}): React.JSX.Element {
  return filter ? (
    <Empty title={trans.__('No run matches this filter')}>
      <p>{trans.__('Change or clear the filter above.')}</p>
    </Empty>
  ) : (
    <Empty title={trans.__('No run yet')}>
      <p>
        {trans.__(
          'Open a notebook, go to the Pipeline tab and press Run. Each run is kept here with its metrics.'
        )}
      </p>
    </Empty>
  );
}

function RunTable(props: IRunsViewProps): React.JSX.Element {
  const { rows, trans } = props;
  return (
    <table className="ms-RunTable">
      <thead>
        <tr>
          <th scope="col">
            <span className="ms-Hidden">{trans.__('Select')}</span>
          </th>
          <th scope="col">{trans.__('Run')}</th>
          <th scope="col">{trans.__('Metrics')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <RunLine key={row.run} row={row} {...props} />
        ))}
      </tbody>
    </table>
  );
}

function RunLine({ row, ...props }: IRunsViewProps & { row: RunSummary }): React.JSX.Element {
  const { trans } = props;
  const { run, status, started, seconds, metrics } = row;
  const isSelected = props.selection.includes(run);
  return (
    <tr aria-selected={isSelected}>
      <td>
        <input
          type="checkbox"
          checked={isSelected}
          aria-label={trans.__('Select run %1', run)}
          onChange={() => props.onToggle(run)}
        />
      </td>
      <td className="ms-RunTable-run" data-status={status}>
        <button
          type="button"
          className="ms-RunTable-name"
          title={run}
          onClick={() => props.onShow(run)}
        >
          <Glyph name={status} />
          <span>
            {pipelineText(row)}
            <span className="ms-Hidden">{` ${run}`}</span>
          </span>
        </button>
        <span className="ms-RunTable-when" title={absoluteTime(started)}>
          {[relativeTime(started, props.now), duration(seconds, trans)].filter(Boolean).join(' · ')}
        </span>
      </td>
      <td>
        {status === 'succeeded' ? null : (
          <span className="ms-Quiet">{statusText(status, trans)}</span>
        )}
        {Object.entries(metrics).map(([name, value]) => (
          <span key={name} className="ms-RunTable-metric">
            <span title={name}>{name}</span> <b>{valueText(value)}</b>
          </span>
        ))}
      </td>
    </tr>
  );
}
