import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Empty } from '../components/Notice';
import { PipelineView } from '../components/PipelineView';
import { RunDetail } from '../components/RunDetail';
import { RunsView } from '../components/RunsView';
import { ServerNotice } from '../components/ServerNotice';
import { Tabs } from '../components/Tabs';
import type { App, Tab } from '../models/app';
import type { Session } from '../models/session';
import { bySeverity, failureOf, progressOf } from '../models/steps';
import { isRole, ROLES, stepNameProblem } from '../models/tags';
import { VERSION } from '../version';

/** What the panel asks of the rest of JupyterLab. */
export interface IPanelActions {
  openExecuted: (run: string, step: string) => void;
  /** Compare the selected runs. */
  compare: () => void;
}

export interface IPanelViewProps {
  app: App;
  actions: IPanelActions;
  trans: TranslationBundle;
}

type PipelineProps = React.ComponentProps<typeof PipelineView>;

/** Joins the models to the components. */
export function PanelView(props: IPanelViewProps): React.JSX.Element {
  const { app, trans } = props;
  const { server, tab } = app;
  const tabs = [
    { id: 'pipeline', label: trans.__('Pipeline') },
    { id: 'runs', label: trans.__('Runs') }
  ];
  return (
    <>
      <h2 className="ms-Hidden">{trans.__('Millstream')}</h2>
      <Tabs
        label={trans.__('Millstream views')}
        tabs={tabs}
        current={tab}
        onSelect={id => (app.tab = id as Tab)}
      >
        <ServerNotice
          state={server.state}
          version={server.version}
          panelVersion={VERSION}
          onRetry={() => void app.refresh()}
          trans={trans}
        />
        {server.isUsable ? tab === 'runs' ? <Runs {...props} /> : <Pipeline {...props} /> : null}
      </Tabs>
    </>
  );
}

function Pipeline({ app, trans }: IPanelViewProps): React.JSX.Element {
  const { session } = app;
  if (!session) {
    return (
      <Empty title={trans.__('No notebook is open')}>
        <p>
          {trans.__(
            'Open a notebook, or click into one: the panel follows it and shows its steps.'
          )}
        </p>
      </Empty>
    );
  }
  return (
    <PipelineView
      key={session.notebook.path}
      path={session.notebook.path}
      checkState={session.checkState}
      isStale={session.isStale}
      isTagged={session.isTagged}
      problem={session.problem}
      list={session.steps}
      parameters={session.parameters}
      metrics={session.metrics}
      diagnostics={bySeverity(session.check?.diagnostics ?? [])}
      run={runBox(app, session, trans)}
      tag={tagControl(session, trans)}
      suggested={{
        suggestions: session.suggestions,
        problemOf: name => nameProblem(name, trans),
        onAccept: names => void session.acceptSuggestions(names),
        onReveal: id => void session.notebook.reveal(id)
      }}
      onAnalyse={() => void session.saveAndAnalyse()}
      onReveal={id => void session.notebook.reveal(id)}
      onRevealDiagnostic={({ cell, line }) => void session.revealChecked(cell, line)}
      onParameter={(name, text) => session.setParameter(name, text)}
      onResetParameters={() => session.resetParameters()}
      trans={trans}
    />
  );
}

function runBox(app: App, session: Session, trans: TranslationBundle): PipelineProps['run'] {
  const { job } = session;
  return {
    job,
    progress: job ? progressOf(job) : { done: 0, total: 0 },
    failure: job && failureOf(job),
    isRunning: session.isRunning,
    isCancelling: session.isCancelling,
    blocked: blockedBy(session, trans),
    useCache: app.useCache,
    onRun: () => void session.run(app.useCache),
    onCancel: () => void session.cancel(),
    onUseCache: value => (app.useCache = value),
    onRevealFailure: () => void session.revealFailure()
  };
}

/** Why the pipeline cannot be started, or null. */
function blockedBy(session: Session, trans: TranslationBundle): string | null {
  if (!session.isTagged) {
    return trans.__('Give at least one cell a step first.');
  }
  return session.parameters.some(({ problem }) => problem)
    ? trans.__('Correct the parameters first.')
    : null;
}

function tagControl(session: Session, trans: TranslationBundle): PipelineProps['tag'] {
  return {
    suggestions: [...session.steps.steps.map(({ name }) => name), ...ROLES],
    count: session.notebook.selected.length,
    places: session.selectedPlaces,
    problemOf: name => nameProblem(name, trans),
    onSet: name => void session.setPlace(name),
    onRemove: () => void session.removePlace()
  };
}

function nameProblem(name: string, trans: TranslationBundle): string | null {
  switch (isRole(name) ? null : stepNameProblem(name)) {
    case 'empty':
      return trans.__('Type the name of a step first.');
    case 'characters':
      return trans.__('A name starts with a letter; then letters, digits, _ and - may follow.');
    case 'long':
      return trans.__('This name is too long.');
    default:
      return null;
  }
}

function Runs({ app, actions, trans }: IPanelViewProps): React.JSX.Element {
  const { runs } = app;
  const { detail } = runs;
  if (detail) {
    return (
      <RunDetail
        id={detail.id}
        run={detail.run}
        problem={runs.problem}
        onBack={() => void runs.show(null)}
        onOpen={step => actions.openExecuted(detail.id, step)}
        trans={trans}
      />
    );
  }
  return (
    <RunsView
      rows={runs.rows}
      selection={runs.selection}
      filter={runs.filter}
      hasMore={runs.hasMore}
      isLoading={runs.isLoading}
      problem={runs.problem}
      now={Date.now()}
      onFilter={filter => void runs.setFilter(filter)}
      onRefresh={() => void runs.refresh()}
      onMore={() => void runs.loadMore()}
      onToggle={run => runs.toggle(run)}
      onShow={run => void runs.show(run)}
      onCompare={actions.compare}
      trans={trans}
    />
  );
}
