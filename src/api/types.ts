/** The documents that the server's API speaks in, by the names they have there. */

import type { components } from './schema';

type Schemas = components['schemas'];

export type Check = Schemas['Check'];
export type Comparison = Schemas['Comparison'];
export type Diagnostic = Schemas['Diagnostic'];
export type Job = Schemas['Job'];
export type JobRequest = Schemas['JobRequest'];
export type JobStep = Schemas['JobStep'];
export type JsonValue = Schemas['JsonValue'];
export type Promotion = Schemas['Promotion'];
export type Run = Schemas['Run'];
export type RunError = Schemas['RunError'];
export type RunPage = Schemas['RunPage'];
export type RunStatus = Schemas['RunStatus'];
export type RunSummary = Schemas['RunSummary'];
export type Severity = Schemas['Severity'];
export type Step = Schemas['Step'];
export type StepRun = Schemas['StepRun'];
export type StepStatus = Schemas['StepStatus'];
export type Version = Schemas['Version'];

/** Names and values, such as parameters. */
export type Values = Record<string, JsonValue>;

/** What to show of the history. */
export interface RunQuery {
  notebook?: string;
  limit?: number;
  cursor?: string | null;
  sort?: string;
  filter?: string;
}
