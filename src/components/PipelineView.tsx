import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Diagnostic, Severity } from '../api/types';
import type { IParameter } from '../models/parameters';
import type { IStepList } from '../models/steps';
import type { Values as ValuesRecord } from '../api/types';
import { Diagnostics } from './Diagnostics';
import { severityText } from './format';
import { Glyph } from './Glyph';
import { Empty, Notice } from './Notice';
import { Parameters } from './Parameters';
import { type IRunBoxProps, RunBox } from './RunBox';
import { Section } from './Section';
import { StepList } from './StepList';
import { type ISuggestionsProps, Suggestions } from './Suggestions';
import { type ITagControlProps, TagControl } from './TagControl';
import { Values } from './Values';

export interface IPipelineViewProps {
  /** Path of the notebook. */
  path: string;
  checkState: 'none' | 'loading' | 'ready' | 'failed';
  isStale: boolean;
  /** Whether any cell has been given a step or a role. */
  isTagged: boolean;
  problem: { message: string; hint: string | null } | null;
  list: IStepList;
  parameters: readonly IParameter[];
  metrics: ValuesRecord;
  diagnostics: readonly [Severity, Diagnostic[]][];
  run: Omit<IRunBoxProps, 'trans'>;
  tag: Omit<ITagControlProps, 'trans'>;
  suggested: Omit<ISuggestionsProps, 'trans'>;
  onAnalyse: () => void;
  onReveal: (cell: string) => void;
  onRevealDiagnostic: (diagnostic: Diagnostic) => void;
  onParameter: (name: string, text: string) => void;
  onResetParameters: () => void;
  trans: TranslationBundle;
}

/** What the active notebook means as a pipeline, and what its run does. */
export function PipelineView(props: IPipelineViewProps): React.JSX.Element {
  const { list, isTagged, problem, trans } = props;
  return (
    <div className="ms-Pipeline" aria-busy={props.checkState === 'loading'}>
      <Header {...props} />
      {problem ? <Notice kind="error" title={problem.message} hint={problem.hint} /> : null}
      <RunBox {...props.run} trans={trans} />
      {isTagged ? <Metrics {...props} /> : null}
      <Section
        title={trans.__('Steps')}
        aside={isTagged ? <StepCount list={list} trans={trans} /> : null}
      >
        <TagControl {...props.tag} trans={trans} />
        {isTagged ? (
          <StepList list={list} onReveal={props.onReveal} trans={trans} />
        ) : (
          <Empty title={trans.__('No cell of this notebook has a step yet')}>
            {props.suggested.suggestions.length ? (
              <Suggestions
                key={props.suggested.suggestions.map(({ id, place }) => id + place).join()}
                {...props.suggested}
                trans={trans}
              />
            ) : null}
            <p>
              {trans.__(
                'Select one or more cells, type a name such as “load” above, and press Set step. Cells below without a tag go along with the step above them.'
              )}
            </p>
            <p>
              {trans.__(
                'Give set-up cells the role imports, functions or parameters; exploration the role skip.'
              )}
            </p>
          </Empty>
        )}
      </Section>
      {isTagged ? <ParameterSection {...props} /> : null}
      {isTagged ? <DiagnosticSection {...props} /> : null}
    </div>
  );
}

function Header(props: IPipelineViewProps): React.JSX.Element {
  const { path, isStale, onAnalyse, trans } = props;
  const name = path.split('/').pop() ?? path;
  const analyse = isStale ? trans.__('Save and analyse') : trans.__('Analyse again');
  return (
    <div className="ms-Header">
      <div className="ms-Header-text">
        <div className="ms-Header-name" title={path}>
          {name}
        </div>
        <div className="ms-Quiet" role="status">
          {stateText(props)}
        </div>
      </div>
      <button
        type="button"
        className="ms-IconButton"
        aria-label={analyse}
        title={analyse}
        onClick={onAnalyse}
      >
        <Glyph name="refresh" />
      </button>
    </div>
  );
}

/** One line on where the analysis is and what it found. */
function stateText({
  checkState,
  isStale,
  isTagged,
  diagnostics,
  trans
}: IPipelineViewProps): string {
  if (checkState === 'loading') {
    return trans.__('Analysing…');
  }
  if (isStale) {
    return trans.__('Edited since the last analysis');
  }
  if (checkState !== 'ready') {
    return '';
  }
  if (!isTagged) {
    return trans.__('No steps yet');
  }
  const found = diagnostics.map(([severity, items]) => severityText(severity, items.length, trans));
  return found.join(', ') || trans.__('No problem found');
}

function StepCount({
  list,
  trans
}: {
  list: IStepList;
  trans: TranslationBundle;
}): React.JSX.Element {
  return <span className="ms-Count">{trans._n('%1 step', '%1 steps', list.steps.length)}</span>;
}

function Metrics({ metrics, trans }: IPipelineViewProps): React.JSX.Element | null {
  if (!Object.keys(metrics).length) {
    return null;
  }
  return (
    <Section title={trans.__('Metrics')}>
      <Values label={trans.__('Metrics')} values={metrics} />
    </Section>
  );
}

function ParameterSection(props: IPipelineViewProps): React.JSX.Element | null {
  const { parameters, trans } = props;
  if (!parameters.length) {
    return null;
  }
  const changed = parameters.filter(({ text, initial }) => text !== initial).length;
  return (
    <Section
      title={trans.__('Parameters')}
      aside={changed ? <span className="ms-Count">{trans.__('%1 changed', changed)}</span> : null}
    >
      <Parameters
        parameters={parameters}
        onChange={props.onParameter}
        onReset={props.onResetParameters}
        trans={trans}
      />
    </Section>
  );
}

function DiagnosticSection({
  diagnostics,
  onRevealDiagnostic,
  trans
}: IPipelineViewProps): React.JSX.Element | null {
  if (!diagnostics.length) {
    return null;
  }
  const count = diagnostics.reduce((sum, [, items]) => sum + items.length, 0);
  return (
    <Section title={trans.__('Diagnostics')} aside={<span className="ms-Count">{count}</span>}>
      <Diagnostics groups={diagnostics} onReveal={onRevealDiagnostic} trans={trans} />
    </Section>
  );
}
