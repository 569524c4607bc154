import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { ApiError, Client } from '../api/client';
import { API, VERSION } from '../version';

/**
 * Whether panel and server fit: `missing` has no server extension, `mismatch` speaks another API, `differs` is another
 * version with the same API.
 */
export type ServerState = 'checking' | 'ready' | 'differs' | 'mismatch' | 'missing' | 'unreachable';

/** The handshake with the server extension. */
export class ServerStatus {
  constructor(private readonly _client: Pick<Client, 'version'>) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get state(): ServerState {
    return this._state;
  }

  /** The version of the server extension; null while unknown. */
  get version(): string | null {
    return this._version;
  }

  /** Whether the server can be asked anything. */
  get isUsable(): boolean {
    return this._state === 'ready' || this._state === 'differs';
  }

  async refresh(): Promise<void> {
    this._set('checking', null);
    try {
      const { version, api } = await this._client.version();
      this._set(api !== API ? 'mismatch' : version !== VERSION ? 'differs' : 'ready', version);
    } catch (error) {
      this._set((error as ApiError).status === 404 ? 'missing' : 'unreachable', null);
    }
  }

  private _set(state: ServerState, version: string | null): void {
    this._state = state;
    this._version = version;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _state: ServerState = 'checking';
  private _version: string | null = null;
}
