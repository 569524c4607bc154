import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { ApiError, type Client } from '../api/client';
import type { Check, Job, Promotion, Values } from '../api/types';
import { Execution, type ExecutionClient } from './execution';
import { type ICell, type INotebook, sameCells } from './notebook';
import { changedValues, type IParameter, parameterForm } from './parameters';
import { failureOf, type IAnchored, idOf, type IStepList, stepList } from './steps';
import { type ISuggestion, suggestionsOf } from './suggestions';
import { isRole, roleOf, stepNameProblem, stepOf, withoutPlace, withPlace } from './tags';

/** What is asked of the server for one notebook. */
export type SessionClient = ExecutionClient & Pick<Client, 'check' | 'promote'>;

/** Where the analysis is. */
export type CheckState = 'none' | 'loading' | 'ready' | 'failed';

/** One open notebook: what it means, and what its pipeline does. */
export class Session implements IDisposable {
  constructor(
    readonly notebook: INotebook,
    private readonly _client: SessionClient,
    interval?: number
  ) {
    this._saved = notebook.cells;
    this._execution = new Execution(_client, interval);
    this._execution.changed.connect(this._emit, this);
    this._execution.lost.connect((_, error) => (this._problem = error));
    notebook.changed.connect(this._emit, this);
    notebook.saved.connect(this._onSaved, this);
  }

  /** Anything that is shown changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A run that was followed here ended. */
  get ended(): ISignal<unknown, Job> {
    return this._execution.ended;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get check(): Check | null {
    return this._check?.document ?? null;
  }

  get checkState(): CheckState {
    return this._checkState;
  }

  /** What went wrong the last time something was asked for, or null. */
  get problem(): ApiError | null {
    return this._problem;
  }

  get job(): Job | null {
    return this._execution.job?.document ?? null;
  }

  get isRunning(): boolean {
    return this._execution.isRunning;
  }

  get isCancelling(): boolean {
    return this._execution.isCancelling;
  }

  /** Whether the notebook was edited since it was saved and analysed; outputs do not count. */
  get isStale(): boolean {
    return !sameCells(this._saved, this.notebook.cells);
  }

  /** Whether any cell has been given a step or a role. */
  get isTagged(): boolean {
    return this.notebook.cells.some(({ tags }) => stepOf(tags) !== null || roleOf(tags) !== null);
  }

  /** The steps that the server suggests for a notebook without any. */
  get suggestions(): ISuggestion[] {
    return this.isTagged
      ? []
      : suggestionsOf(this.check, this._check?.ids ?? [], this.notebook.cells);
  }

  get steps(): IStepList {
    return stepList(this.notebook.cells, this._check, this.isStale, this._execution.job);
  }

  get parameters(): IParameter[] {
    return parameterForm(this.check?.parameters ?? {}, this._typed);
  }

  /** The metrics of the last run from here; until there is one, their names, each with null. */
  get metrics(): Values {
    const found = this.job?.result?.metrics ?? {};
    return Object.keys(found).length
      ? found
      : Object.fromEntries((this.check?.metrics ?? []).map(name => [name, null]));
  }

  /** What the selected cells are: step names and roles, each once; null stands for neither. */
  get selectedPlaces(): (string | null)[] {
    const { cells, selected } = this.notebook;
    const chosen = selected.flatMap(index => (cells[index] ? [cells[index]] : []));
    return [...new Set(chosen.map(({ tags }) => stepOf(tags) ?? roleOf(tags)))];
  }

  /** Whether someone looks: only then is the server asked. */
  set active(value: boolean) {
    this._active = value;
    this._execution.active = value;
    if (value && !this._isFresh) {
      void this.analyse();
    }
    if (value && !this._looked) {
      this._looked = true;
      // The handshake and the analysis tell what is wrong with the server; once is enough.
      this._execution.find(this.notebook.path, this._ids()).catch(() => undefined);
    }
  }

  /** Read the saved notebook anew. */
  async analyse(): Promise<void> {
    const turn = (this._turn += 1);
    const ids = this._saved.map(({ id }) => id);
    this._isFresh = true;
    this._checkState = 'loading';
    this._emit();
    try {
      const document = await this._client.check(this.notebook.path, !this.isTagged);
      if (turn === this._turn) {
        this._check = { document, ids };
        this._checkState = 'ready';
        this._problem = null;
      }
    } catch (error) {
      if (turn === this._turn) {
        this._checkState = 'failed';
        this._problem = asApiError(error);
      }
    }
    this._emit();
  }

  /** Analyse what the notebook says now; that takes saving it. */
  async saveAndAnalyse(): Promise<void> {
    if (this.notebook.isDirty) {
      await this._try(() => this.notebook.save());
    } else {
      await this.analyse();
    }
  }

  setParameter(name: string, text: string): void {
    this._typed.set(name, text);
    this._emit();
  }

  resetParameters(): void {
    this._typed.clear();
    this._emit();
  }

  /** Save, start a run, and follow it. */
  async run(cache: boolean): Promise<void> {
    const form = this.parameters;
    if (form.some(({ problem }) => problem)) {
      return;
    }
    const request = () => ({
      notebook: this.notebook.path,
      parameters: changedValues(form),
      cache
    });
    await this._try(() =>
      this._execution.start(
        () => this._saveIfDirty(),
        request,
        () => this._ids()
      )
    );
  }

  /** Ask the run to stop; it ends a moment later. */
  async cancel(): Promise<void> {
    await this._try(() => this._execution.cancel());
  }

  /** Save, then write the pipeline's files; rejects with `ApiError`. */
  async promote(name: string, note?: string): Promise<Promotion> {
    await this._saveIfDirty();
    return this._client.promote(this.notebook.path, name, note);
  }

  /** Give the selected cells a step's name or a role; saves where nothing else is unsaved. */
  async setPlace(name: string): Promise<void> {
    if (isRole(name) || stepNameProblem(name) === null) {
      await this._tag(tags => withPlace(tags, name));
    }
  }

  /** Tag the cells as suggested, with these names, one for each suggestion; saves where nothing else is unsaved. */
  async acceptSuggestions(names: readonly string[]): Promise<void> {
    const onlyTags = !this.isStale;
    this.suggestions.forEach(({ id, place, isStep }, index) => {
      const cell = this.notebook.cells.findIndex(each => each.id === id);
      const name = isStep ? (names[index] ?? place) : place;
      this.notebook.editTags([cell], tags => withPlace(tags, name));
    });
    if (onlyTags) {
      await this._try(() => this._saveIfDirty());
    }
  }

  /** Take the step or role from the selected cells; saves where nothing else is unsaved. */
  async removePlace(): Promise<void> {
    await this._tag(withoutPlace);
  }

  /** Jump to a cell by the index it had when the notebook was analysed. */
  async revealChecked(cell: number | null, line?: number | null): Promise<void> {
    await this._reveal(idOf(this._check, cell), line);
  }

  /** Jump to where the run failed. */
  async revealFailure(): Promise<void> {
    const error = this.job && failureOf(this.job);
    await this._reveal(idOf(this._execution.job, error?.cell), error?.line);
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._execution.dispose();
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private async _reveal(id: string | null, line?: number | null): Promise<void> {
    if (id !== null) {
      await this.notebook.reveal(id, line);
    }
  }

  private async _tag(edit: (tags: readonly string[]) => string[]): Promise<void> {
    const onlyTags = !this.isStale;
    this.notebook.editTags(this.notebook.selected, edit);
    if (onlyTags) {
      await this._try(() => this._saveIfDirty());
    }
  }

  private async _saveIfDirty(): Promise<void> {
    if (this.notebook.isDirty) {
      await this.notebook.save();
    }
  }

  /** Do it; what it throws becomes the problem that is shown. */
  private async _try(action: () => Promise<void>): Promise<void> {
    this._problem = null;
    try {
      await action();
    } catch (error) {
      this._problem = asApiError(error);
    }
    this._emit();
  }

  private _ids(): string[] {
    return this.notebook.cells.map(({ id }) => id);
  }

  private _onSaved(): void {
    this._saved = this.notebook.cells;
    this._isFresh = false;
    if (this._active) {
      void this.analyse();
    }
  }

  private _emit(): void {
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _execution: Execution;
  private readonly _typed = new Map<string, string>();
  private _active = false;
  private _check: IAnchored<Check> | null = null;
  private _checkState: CheckState = 'none';
  private _isDisposed = false;
  private _isFresh = false;
  private _looked = false;
  private _problem: ApiError | null = null;
  private _saved: readonly ICell[];
  private _turn = 0;
}

/** Anything thrown, as the panel shows it. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  return new ApiError(0, 'panel', error instanceof Error ? error.message : String(error));
}
