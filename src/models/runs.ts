import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { ApiError, Client } from '../api/client';
import type { Run, RunSummary } from '../api/types';
import { asApiError } from './session';

const PAGE = 30;

/** The history of the project that the active notebook belongs to. */
export class RunHistory {
  constructor(private readonly _client: Pick<Client, 'runs' | 'run'>) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get rows(): readonly RunSummary[] {
    return this._rows;
  }

  get hasMore(): boolean {
    return this._next !== null;
  }

  get isLoading(): boolean {
    return this._isLoading;
  }

  /** Why the list, or the run that is shown, could not be had. */
  get problem(): ApiError | null {
    return this._problem;
  }

  get filter(): string {
    return this._filter;
  }

  /** The runs chosen for a comparison, in the order they were chosen. */
  get selection(): readonly string[] {
    return this._selection;
  }

  /** The run that is shown in detail, or null; `id` alone until it has arrived. */
  get detail(): { id: string; run: Run | null } | null {
    return this._detail;
  }

  /** The notebook whose project is meant; undefined for the server's own folder. */
  get notebook(): string | undefined {
    return this._notebook;
  }

  /** Look at the project of this notebook; true where that changed what is shown. */
  setNotebook(notebook: string | undefined): boolean {
    if (notebook === this._notebook) {
      return false;
    }
    this._notebook = notebook;
    return true;
  }

  async setFilter(filter: string): Promise<void> {
    if (filter !== this._filter) {
      this._filter = filter;
      await this.refresh();
    }
  }

  /** The first page anew; what is shown stays until it arrives. */
  async refresh(): Promise<void> {
    await this._load(null);
  }

  async loadMore(): Promise<void> {
    if (this._next !== null && !this._isLoading) {
      await this._load(this._next);
    }
  }

  toggle(run: string): void {
    this._selection = this._selection.includes(run)
      ? this._selection.filter(other => other !== run)
      : [...this._selection, run];
    this._changed.emit();
  }

  /** Show one run whole; null goes back to the list. */
  async show(id: string | null): Promise<void> {
    this._detail = id === null ? null : { id, run: null };
    this._problem = null;
    this._changed.emit();
    if (id === null) {
      return;
    }
    try {
      const run = await this._client.run(id, this._notebook);
      if (this._detail?.id === id) {
        this._detail = { id, run };
      }
    } catch (error) {
      if (this._detail?.id === id) {
        this._problem = asApiError(error);
      }
    }
    this._changed.emit();
  }

  private async _load(cursor: string | null): Promise<void> {
    const turn = (this._turn += 1);
    this._isLoading = true;
    this._problem = null;
    this._changed.emit();
    try {
      const { runs, next } = await this._client.runs({
        notebook: this._notebook,
        limit: PAGE,
        cursor,
        filter: this._filter
      });
      if (turn === this._turn) {
        this._received(cursor === null ? runs : [...this._rows, ...runs], next);
      }
    } catch (error) {
      if (turn === this._turn) {
        this._problem = asApiError(error);
      }
    }
    if (turn === this._turn) {
      this._isLoading = false;
      this._changed.emit();
    }
  }

  private _received(rows: readonly RunSummary[], next: string | null): void {
    const known = new Set(rows.map(({ run }) => run));
    this._rows = rows;
    this._next = next;
    this._selection = this._selection.filter(run => known.has(run));
  }

  private readonly _changed = new Signal<this, void>(this);
  private _detail: { id: string; run: Run | null } | null = null;
  private _filter = '';
  private _isLoading = false;
  private _next: string | null = null;
  private _notebook: string | undefined;
  private _problem: ApiError | null = null;
  private _rows: readonly RunSummary[] = [];
  private _selection: readonly string[] = [];
  private _turn = 0;
}
