import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Run, StepRun } from '../api/types';
import { absoluteTime, duration, pipelineText, statusText } from './format';
import { Glyph } from './Glyph';
import { Notice } from './Notice';
import { Section } from './Section';
import { Values } from './Values';

export interface IRunDetailProps {
  id: string;
  /** Null until it has arrived. */
  run: Run | null;
  problem: { message: string; hint: string | null } | null;
  onBack: () => void;
  onOpen: (step: string) => void;
  trans: TranslationBundle;
}

/** One run whole, in place of the list. */
export function RunDetail({
  id,
  run,
  problem,
  onBack,
  onOpen,
  trans
}: IRunDetailProps): React.JSX.Element {
  const back = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => back.current?.focus(), [id]);
  return (
    <div className="ms-RunDetail" aria-busy={!run && !problem}>
      <button type="button" className="ms-Back" ref={back} onClick={onBack}>
        <Glyph name="back" />
        {trans.__('All runs')}
      </button>
      {problem ? <Notice kind="error" title={problem.message} hint={problem.hint} /> : null}
      {run ? <Whole run={run} onOpen={onOpen} trans={trans} /> : null}
      {!run && !problem ? <p className="ms-Loading">{trans.__('Loading run %1…', id)}</p> : null}
    </div>
  );
}

interface IWholeProps {
  run: Run;
  onOpen: (step: string) => void;
  trans: TranslationBundle;
}

function Whole({ run, onOpen, trans }: IWholeProps): React.JSX.Element {
  const { status, started, seconds, error } = run;
  return (
    <>
      <div className="ms-RunDetail-head" data-status={status}>
        <h3>{pipelineText(run)}</h3>
        <p className="ms-Quiet">
          <code>{run.run}</code>
        </p>
        <p className="ms-Step-state">
          <Glyph name={status} />
          {trans.__(
            '%1, %2, %3',
            statusText(status, trans),
            absoluteTime(started),
            duration(seconds, trans)
          )}
        </p>
      </div>
      {error ? <Notice kind="error" title={error.message} hint={placeOf(run, trans)} /> : null}
      <Part title={trans.__('Metrics')} values={run.metrics} />
      <Section title={trans.__('Steps')}>
        <ol className="ms-RunSteps">
          {run.steps.map(step => (
            <StepLine key={step.name} step={step} onOpen={onOpen} trans={trans} />
          ))}
        </ol>
      </Section>
      <Part title={trans.__('Parameters')} values={run.parameters} />
    </>
  );
}

function placeOf({ error }: Run, trans: TranslationBundle): string | null {
  if (!error || error.cell === null) {
    return null;
  }
  return error.line
    ? trans.__('Step %1, cell %2, line %3', error.step, error.cell, error.line)
    : trans.__('Step %1, cell %2', error.step, error.cell);
}

function Part({
  title,
  values
}: {
  title: string;
  values: Run['metrics'];
}): React.JSX.Element | null {
  return Object.keys(values).length ? (
    <Section title={title}>
      <Values label={title} values={values} />
    </Section>
  ) : null;
}

interface IStepLineProps {
  step: StepRun;
  onOpen: (step: string) => void;
  trans: TranslationBundle;
}

function StepLine({ step, onOpen, trans }: IStepLineProps): React.JSX.Element {
  const { name, status, seconds } = step;
  const label = trans.__('Open the executed notebook of %1', name);
  return (
    <li className="ms-RunStep" data-status={status}>
      <span className="ms-RunStep-name" title={name}>
        {name}
      </span>
      <span className="ms-Step-state">
        <Glyph name={status} />
        {status === 'ran' || status === 'failed'
          ? `${statusText(status, trans)} ${duration(seconds, trans)}`
          : statusText(status, trans)}
      </span>
      {step.executed_notebook ? (
        <button
          type="button"
          className="ms-IconButton"
          aria-label={label}
          title={label}
          onClick={() => onOpen(name)}
        >
          <Glyph name="open" />
        </button>
      ) : null}
    </li>
  );
}
