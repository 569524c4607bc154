import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { ApiError, Client } from '../api/client';
import type { Job, JobRequest } from '../api/types';
import { JobWatch } from './job';
import type { IAnchored } from './steps';

export type ExecutionClient = Pick<Client, 'job' | 'jobs' | 'startJob' | 'cancelJob'>;

/** The run of one notebook's pipeline: started here, or found when the page was loaded again. */
export class Execution implements IDisposable {
  constructor(
    private readonly _client: ExecutionClient,
    interval?: number
  ) {
    this._watch = new JobWatch(_client, interval);
    this._watch.changed.connect((_, job) => this._received(job));
    this._watch.lost.connect((_, error) => this._lose(error));
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The run is over. */
  get ended(): ISignal<this, Job> {
    return this._ended;
  }

  /** The run was given up: the server does not know it. */
  get lost(): ISignal<this, ApiError> {
    return this._lost;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The last known state, with the ids that the notebook's cells had at the start. */
  get job(): IAnchored<Job> | null {
    return this._job;
  }

  /** Whether a run is being started or goes on. */
  get isRunning(): boolean {
    return this._isStarting || this._id !== null;
  }

  /** Whether the run has been asked to stop. */
  get isCancelling(): boolean {
    return this._isCancelling;
  }

  /** Whether someone looks: only then is the server asked. */
  set active(value: boolean) {
    this._watch.active = value;
  }

  /** Start a run and follow it; `prepare` comes first, and rejects where there is nothing to start. */
  async start(
    prepare: () => Promise<void>,
    request: () => JobRequest,
    ids: () => string[]
  ): Promise<void> {
    if (this.isRunning) {
      return;
    }
    this._isStarting = true;
    this._job = null;
    this._changed.emit();
    try {
      await prepare();
      const id = await this._client.startJob(request());
      this._follow(id, ids());
    } finally {
      this._isStarting = false;
      this._changed.emit();
    }
  }

  /** Find the run of this notebook that a page before this one started. */
  async find(notebook: string, ids: string[]): Promise<void> {
    const jobs = await this._client.jobs();
    const mine = jobs.find(job => job.notebook === notebook && job.state === 'running');
    if (mine && !this.isRunning) {
      this._follow(mine.job, ids);
      this._received(mine);
    }
  }

  /** Ask the run to stop; it ends a moment later. */
  async cancel(): Promise<void> {
    if (this._id === null || this._isCancelling) {
      return;
    }
    this._isCancelling = true;
    this._changed.emit();
    try {
      await this._client.cancelJob(this._id);
    } catch (error) {
      this._isCancelling = false;
      this._changed.emit();
      throw error;
    }
  }

  dispose(): void {
    this._isDisposed = true;
    this._watch.dispose();
    Signal.clearData(this);
  }

  private _follow(id: string, ids: string[]): void {
    this._id = id;
    this._ids = ids;
    this._isCancelling = false;
    this._watch.watch(id);
  }

  private _received(job: Job): void {
    this._job = { document: job, ids: this._ids };
    if (job.state === 'ended') {
      this._id = null;
      this._isCancelling = false;
      this._ended.emit(job);
    }
    this._changed.emit();
  }

  private _lose(error: ApiError): void {
    this._id = null;
    this._job = null;
    this._isCancelling = false;
    this._lost.emit(error);
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, Job>(this);
  private readonly _lost = new Signal<this, ApiError>(this);
  private readonly _watch: JobWatch;
  private _id: string | null = null;
  private _ids: string[] = [];
  private _isCancelling = false;
  private _isDisposed = false;
  private _isStarting = false;
  private _job: IAnchored<Job> | null = null;
}
