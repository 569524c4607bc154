import type { Check, Diagnostic, Job, RunError, Severity, StepStatus } from '../api/types';
import type { ICell } from './notebook';
import { firstLine } from './notebook';
import { outline } from './tags';

/** One cell in the list of steps. */
export interface ICellRow {
  id: string;
  index: number;
  line: string;
  state: 'running' | 'failed' | null;
}

/** One step in the list, with what its last run from here did. */
export interface IStepRow {
  name: string;
  cells: ICellRow[];
  needs: string[];
  gives: string[];
  after: string[];
  status: StepStatus | null;
  seconds: number | null;
  output: string | null;
  /** The worst diagnostic of its cells. */
  severity: Severity | null;
}

/** Cells that are no step but run with every step that needs them, or with none. */
export interface IGroupRow {
  role: string;
  cells: ICellRow[];
}

/** What the list of steps shows. */
export interface IStepList {
  groups: IGroupRow[];
  steps: IStepRow[];
}

/** A document that counts cells, with the ids those cells had when it was made. */
export interface IAnchored<T> {
  readonly document: T;
  readonly ids: readonly string[];
}

const GROUPS = ['parameters', 'imports', 'functions', 'skip'];
const SEVERITIES: Severity[] = ['error', 'warning', 'hint'];

/** The id that the cell with this index had, or null. */
export function idOf(
  anchored: { ids: readonly string[] } | null,
  cell: number | null | undefined
): string | null {
  return cell === null || cell === undefined ? null : (anchored?.ids[cell] ?? null);
}

/**
 * The list of steps: from the analysis where it is of the notebook as it is now, else from the tags alone, with the
 * names that the last analysis found.
 */
export function stepList(
  cells: readonly ICell[],
  check: IAnchored<Check> | null,
  stale: boolean,
  job: IAnchored<Job> | null
): IStepList {
  const places = check && !stale ? placesOf(check, cells) : outline(cells);
  const states = cellStates(job);
  const rows = (
    wanted: (place: { role: string | null; step: string | null }) => boolean
  ): ICellRow[] =>
    cells.flatMap(({ id, source }, index) =>
      wanted(places[index])
        ? [{ id, index, line: firstLine(source), state: states.get(id) ?? null }]
        : []
    );
  const names = [...new Set(places.flatMap(({ step }) => step ?? []))];
  return {
    groups: GROUPS.map(role => ({ role, cells: rows(place => place.role === role) })).filter(
      group => group.cells.length
    ),
    steps: names.map(name =>
      stepRow(
        name,
        rows(place => place.step === name),
        check,
        job
      )
    )
  };
}

function stepRow(
  name: string,
  cells: ICellRow[],
  check: IAnchored<Check> | null,
  job: IAnchored<Job> | null
): IStepRow {
  const step = check?.document.steps.find(item => item.name === name);
  const run = job?.document.steps.find(item => item.name === name);
  return {
    name,
    cells,
    needs: step?.needs ?? [],
    gives: step?.gives ?? [],
    after: step?.after ?? [],
    status: run?.status ?? null,
    seconds: run?.seconds ?? null,
    output: run?.status === 'running' ? run.last_output : null,
    severity: worst(check, cells)
  };
}

/** The places that the analysis gave, brought to the cells as they are now. */
function placesOf(
  check: IAnchored<Check>,
  cells: readonly ICell[]
): { role: string | null; step: string | null }[] {
  const byId = new Map(check.document.cells.map(place => [idOf(check, place.index), place]));
  return cells.map(({ id }) => byId.get(id) ?? { role: null, step: null });
}

function cellStates(job: IAnchored<Job> | null): Map<string | null, 'running' | 'failed'> {
  const states = new Map<string | null, 'running' | 'failed'>();
  for (const step of job?.document.steps ?? []) {
    if (step.status === 'running') {
      states.set(idOf(job, step.cell), 'running');
    }
  }
  const failed = idOf(job, job?.document.error?.cell);
  if (failed) {
    states.set(failed, 'failed');
  }
  return states;
}

function worst(check: IAnchored<Check> | null, cells: readonly ICellRow[]): Severity | null {
  const ids = new Set(cells.map(({ id }) => id));
  const found = (check?.document.diagnostics ?? []).filter(({ cell }) => {
    const id = idOf(check, cell);
    return id !== null && ids.has(id);
  });
  return SEVERITIES.find(severity => found.some(item => item.severity === severity)) ?? null;
}

/** Diagnostics in groups, the worst first; within a group in the order of the notebook. */
export function bySeverity(diagnostics: readonly Diagnostic[]): [Severity, Diagnostic[]][] {
  return SEVERITIES.map((severity): [Severity, Diagnostic[]] => [
    severity,
    diagnostics
      .filter(item => item.severity === severity)
      .sort((a, b) => (a.cell ?? -1) - (b.cell ?? -1) || (a.line ?? 0) - (b.line ?? 0))
  ]).filter(([, items]) => items.length);
}

/** How far a run is: steps done, and all of them. */
export function progressOf(job: Job): { done: number; total: number } {
  const waiting = job.steps.filter(
    ({ status }) => status === 'waiting' || status === 'running'
  ).length;
  return { done: job.steps.length - waiting, total: job.steps.length };
}

/** Why an ended run did not succeed, or null. */
export function failureOf(job: Job): RunError | null {
  return job.state === 'ended' ? (job.error ?? job.result?.error ?? null) : null;
}
