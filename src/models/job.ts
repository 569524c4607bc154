import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { ApiError, Client } from '../api/client';
import type { Job } from '../api/types';

const SLOWEST = 5000;

/** Asks for one job's state again and again, while it runs and someone looks. */
export class JobWatch implements IDisposable {
  constructor(
    private readonly _client: Pick<Client, 'job'>,
    private readonly _interval = 500
  ) {}

  /** A newer state came in. */
  get changed(): ISignal<this, Job> {
    return this._changed;
  }

  /** The server knows the job no more: it was restarted, or the job is long gone. */
  get lost(): ISignal<this, ApiError> {
    return this._lost;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Whether someone looks. */
  set active(value: boolean) {
    if (value !== this._active) {
      this._active = value;
      this._schedule(0);
    }
  }

  /** Follow this job instead of the one before. */
  watch(id: string): void {
    this._id = id;
    this._failures = 0;
    this._schedule(0);
  }

  stop(): void {
    this._id = null;
    window.clearTimeout(this._timer);
  }

  dispose(): void {
    this._isDisposed = true;
    this.stop();
    Signal.clearData(this);
  }

  private _schedule(delay: number): void {
    window.clearTimeout(this._timer);
    if (this._id !== null && this._active) {
      this._timer = window.setTimeout(() => void this._ask(), delay);
    }
  }

  private async _ask(): Promise<void> {
    const id = this._id;
    if (id === null) {
      return;
    }
    try {
      const job = await this._client.job(id);
      if (id === this._id) {
        this._received(job);
      }
    } catch (error) {
      if (id === this._id) {
        this._failed(error as ApiError);
      }
    }
  }

  private _received(job: Job): void {
    this._failures = 0;
    if (job.state === 'ended') {
      this.stop();
    } else {
      this._schedule(this._interval);
    }
    this._changed.emit(job);
  }

  private _failed(error: ApiError): void {
    if (error.status === 404) {
      this.stop();
      this._lost.emit(error);
      return;
    }
    this._failures += 1;
    this._schedule(Math.min(this._interval * 2 ** this._failures, SLOWEST));
  }

  private readonly _changed = new Signal<this, Job>(this);
  private readonly _lost = new Signal<this, ApiError>(this);
  private _active = false;
  private _failures = 0;
  private _id: string | null = null;
  private _isDisposed = false;
  private _timer = 0;
}
