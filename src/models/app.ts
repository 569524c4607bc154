import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Client } from '../api/client';
import type { INotebook } from './notebook';
import { RunHistory } from './runs';
import { ServerStatus } from './server';
import { Session } from './session';

export const TABS = ['pipeline', 'runs'] as const;

export type Tab = (typeof TABS)[number];

/** All that the panel shows: the server, the active notebook's session, the history, the tab that is open. */
export class App {
  constructor(readonly client: Client) {
    this.server = new ServerStatus(client);
    this.runs = new RunHistory(client);
    this.server.changed.connect(this._update, this);
    this.runs.changed.connect(this._emit, this);
  }

  readonly runs: RunHistory;
  readonly server: ServerStatus;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The session of the active notebook, or null where there is none. */
  get session(): Session | null {
    return this._session;
  }

  get tab(): Tab {
    return this._tab;
  }

  set tab(tab: Tab) {
    this._tab = tab;
    this._update();
  }

  /** Whether a run takes unchanged steps from the cache. */
  get useCache(): boolean {
    return this._useCache;
  }

  set useCache(value: boolean) {
    this._useCache = value;
    this._emit();
  }

  /** Whether the panel can be seen; nothing is asked of the server while it cannot. */
  get isVisible(): boolean {
    return this._isVisible;
  }

  set isVisible(value: boolean) {
    this._isVisible = value;
    if (value && !this._greeted) {
      this._greeted = true;
      void this.server.refresh();
    }
    this._update();
  }

  /** Follow this notebook; each notebook keeps its session while it is open. */
  setNotebook(notebook: INotebook | null): void {
    if (this._session?.notebook === notebook) {
      return;
    }
    if (this._session) {
      this._session.active = false;
    }
    this._session = notebook && this._sessionOf(notebook);
    this._update();
  }

  /** Ask for all that is shown anew. */
  async refresh(): Promise<void> {
    await this.server.refresh();
    if (this.server.isUsable) {
      await (this._tab === 'runs' ? this.runs.refresh() : this._session?.saveAndAnalyse());
    }
  }

  private _sessionOf(notebook: INotebook): Session {
    const known = this._sessions.get(notebook);
    if (known) {
      return known;
    }
    const session = new Session(notebook, this.client);
    this._sessions.set(notebook, session);
    session.changed.connect(this._emit, this);
    session.ended.connect(() => this._runsAreOld());
    notebook.disposed.connect(() => this._forget(session));
    return session;
  }

  private _forget(session: Session): void {
    this._sessions.delete(session.notebook);
    session.dispose();
    if (this._session === session) {
      this._session = null;
      this._update();
    }
  }

  private _runsAreOld(): void {
    this._runsFresh = false;
    this._update();
  }

  /** Bring to life what can be seen. */
  private _update(): void {
    const works = this._isVisible && this.server.isUsable;
    if (this._session) {
      this._session.active = works;
    }
    if (works && this._tab === 'runs') {
      const moved = this.runs.setNotebook(this._session?.notebook.path);
      if (moved || !this._runsFresh) {
        this._runsFresh = true;
        void this.runs.refresh();
      }
    }
    this._emit();
  }

  private _emit(): void {
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _sessions = new Map<INotebook, Session>();
  private _greeted = false;
  private _isVisible = false;
  private _runsFresh = false;
  private _session: Session | null = null;
  private _tab: Tab = 'pipeline';
  private _useCache = true;
}
