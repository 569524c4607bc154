import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Job, RunError } from '../api/types';
import { duration } from './format';
import { Glyph } from './Glyph';
import { Notice } from './Notice';

export interface IRunBoxProps {
  job: Job | null;
  /** Steps done, and all of them. */
  progress: { done: number; total: number };
  failure: RunError | null;
  isRunning: boolean;
  isCancelling: boolean;
  /** Why Run cannot be pressed now, or null. */
  blocked: string | null;
  useCache: boolean;
  onRun: () => void;
  onCancel: () => void;
  onUseCache: (value: boolean) => void;
  onRevealFailure: () => void;
  trans: TranslationBundle;
}

/** Run, Cancel, how far it is, and how it ended. */
export function RunBox(props: IRunBoxProps): React.JSX.Element {
  const { isRunning, isCancelling, blocked, useCache, trans } = props;
  return (
    <div className="ms-RunBox">
      <div className="ms-RunBox-buttons">
        <button
          type="button"
          className="ms-Button ms-Button-primary"
          disabled={isRunning || blocked !== null}
          title={blocked ?? trans.__('Save the notebook and run its pipeline')}
          onClick={props.onRun}
        >
          <Glyph name="play" />
          {trans.__('Run')}
        </button>
        <button
          type="button"
          className="ms-Button"
          disabled={!isRunning || isCancelling}
          title={trans.__('Stop the run; what is done is kept')}
          onClick={props.onCancel}
        >
          <Glyph name="stop" />
          {trans.__('Cancel')}
        </button>
        <label className="ms-Check">
          <input
            type="checkbox"
            checked={useCache}
            onChange={event => props.onUseCache(event.target.checked)}
          />
          {trans.__('Reuse unchanged')}
        </label>
      </div>
      {blocked && !isRunning ? <p className="ms-Quiet">{blocked}</p> : null}
      {isRunning ? <Progress {...props} /> : null}
      <div aria-live="polite">{isRunning ? null : <Outcome {...props} />}</div>
      <Warnings {...props} />
    </div>
  );
}

function Progress({ job, progress, isCancelling, trans }: IRunBoxProps): React.JSX.Element {
  const { done, total } = progress;
  const running = (job?.steps ?? [])
    .filter(({ status }) => status === 'running')
    .map(({ name }) => name);
  const text = isCancelling
    ? trans.__('Cancelling…')
    : running.length
      ? trans.__('%1 of %2 steps done, running %3', done, total, running.join(', '))
      : trans.__('Starting…');
  return (
    <>
      <div
        className="ms-Progress"
        role="progressbar"
        aria-label={trans.__('Progress of the run')}
        aria-valuemin={0}
        aria-valuemax={total || 1}
        aria-valuenow={done}
        aria-valuetext={text}
        data-unknown={total ? undefined : true}
      >
        <div
          className="ms-Progress-bar"
          style={{ width: `${total ? (100 * done) / total : 30}%` }}
        />
      </div>
      <p className="ms-Quiet" aria-live="polite">
        {text}
      </p>
    </>
  );
}

function Outcome({ job, failure, onRevealFailure, trans }: IRunBoxProps): React.JSX.Element | null {
  switch (job?.state === 'ended' ? job.status : null) {
    case 'succeeded':
      return (
        <Notice
          kind="succeeded"
          title={trans.__('Succeeded in %1', duration(job?.result?.seconds ?? 0, trans))}
        />
      );
    case 'cancelled':
      return (
        <Notice
          kind="warning"
          title={trans.__('Cancelled')}
          hint={trans.__('What was done is kept.')}
        />
      );
    case 'failed':
      return (
        <Failure
          title={
            failure?.step ? trans.__('Step %1 failed', failure.step) : trans.__('The run failed')
          }
          error={failure}
          onReveal={onRevealFailure}
          trans={trans}
        />
      );
    case 'refused':
      return (
        <Failure
          title={trans.__('Not run: this notebook is no pipeline yet')}
          error={failure}
          onReveal={onRevealFailure}
          trans={trans}
        />
      );
    default:
      return null;
  }
}

/** What the run warned of, such as a kernel that is not installed here; each once. */
function Warnings({ job }: IRunBoxProps): React.JSX.Element {
  const warnings = (job?.messages ?? []).filter(({ severity }) => severity === 'warning');
  return (
    <>
      {[...new Set(warnings.map(({ text }) => text))].map(text => (
        <Notice key={text} kind="warning" title={text} />
      ))}
    </>
  );
}

interface IFailureProps {
  title: string;
  error: RunError | null;
  onReveal: () => void;
  trans: TranslationBundle;
}

function Failure({ title, error, onReveal, trans }: IFailureProps): React.JSX.Element {
  if (!error) {
    return <Notice kind="error" title={title} />;
  }
  const { cell, line, message, hint, traceback } = error;
  const target = line
    ? trans.__('Go to cell %1, line %2', cell, line)
    : trans.__('Go to cell %1', cell);
  return (
    <Notice kind="error" title={title}>
      <p className="ms-Failure-message">{message}</p>
      {hint ? <p className="ms-Notice-hint">{hint}</p> : null}
      {cell === null || cell === undefined ? null : (
        <button type="button" className="ms-Button" onClick={onReveal}>
          <Glyph name="open" />
          {target}
        </button>
      )}
      {traceback ? (
        <details className="ms-Traceback">
          <summary>{trans.__('Traceback')}</summary>
          <pre>{traceback}</pre>
        </details>
      ) : null}
    </Notice>
  );
}
