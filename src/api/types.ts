/** The documents that the server's API speaks in, under the same names everywhere. */

export type JsonValue =
  null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export type Values = Record<string, JsonValue>;

export type Severity = 'error' | 'warning' | 'hint';

export type RunStatus = 'succeeded' | 'failed' | 'refused' | 'cancelled' | 'running';

export type StepStatus = 'waiting' | 'running' | 'ran' | 'cached' | 'failed' | 'not run';

export interface Version {
  version: string;
  api: number;
}

/** One finding about a notebook; `cell` counts all cells from 0, `line` from 1 within the cell. */
export interface Diagnostic {
  code: string;
  severity: Severity;
  cell: number | null;
  line: number | null;
  column: number | null;
  message: string;
  hint: string | null;
}

export interface Step {
  name: string;
  cells: number[];
  needs: string[];
  gives: string[];
  after: string[];
}

export interface CellRole {
  index: number;
  role: string | null;
  step: string | null;
}

export interface Check {
  ok: boolean;
  notebook: string;
  steps: Step[];
  edges: { source: string; target: string; names: string[] }[];
  parameters: Values;
  metrics: string[];
  diagnostics: Diagnostic[];
  cells: CellRole[];
}

export interface RunError {
  code: string;
  message: string;
  step: string | null;
  cell: number | null;
  line: number | null;
  traceback?: string | null;
}

export interface StepRun {
  name: string;
  status: StepStatus;
  seconds: number | null;
  executed_notebook?: string | null;
}

/** One line of the history. */
export interface RunRow {
  run: string;
  pipeline: string;
  version: number | null;
  status: RunStatus;
  started: string;
  seconds: number | null;
  parameters: Values;
  metrics: Values;
}

/** One execution, whole. */
export interface Run extends RunRow {
  steps: StepRun[];
  error: RunError | null;
  diagnostics: Diagnostic[];
}

export interface RunPage {
  runs: RunRow[];
  next: string | null;
}

export interface JobStep {
  name: string;
  status: StepStatus;
  seconds: number | null;
  cell: number | null;
  last_output: string | null;
}

/** A run started from the panel, while it goes on and after. */
export interface Job {
  job: string;
  notebook: string;
  state: 'running' | 'ended';
  status: RunStatus | null;
  run: string | null;
  steps: JobStep[];
  error: RunError | null;
  messages: { severity: string; text: string }[];
  result: Run | null;
}

export interface JobRequest {
  notebook: string;
  parameters?: Values;
  cache?: boolean;
  step?: string | null;
}

export interface Promotion {
  pipeline: string;
  version: number;
  digest: string;
  path: string;
  files: string[];
  created: boolean;
}

export interface Comparison {
  runs: RunRow[];
  parameters: Record<string, JsonValue[]>;
  metrics: Record<string, JsonValue[]>;
  code: { step: string; changed: boolean; diff: string }[];
  data: { name: string; step: string; digests: (string | null)[]; changed: boolean }[];
  environment: Record<string, (string | null)[]>;
  seconds: Record<string, (number | null)[]>;
}

/** What to show of the history. */
export interface RunQuery {
  notebook?: string;
  limit?: number;
  cursor?: string | null;
  sort?: string;
  filter?: string;
}
