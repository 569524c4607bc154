import type { Contents, ServerConnection } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Client } from './client';

/** The drive's name: paths look like `millstream:folder/notebook.ipynb/RUN/STEP.ipynb`. */
export const DRIVE = 'millstream';

const EXTENSION = '.ipynb';
const NEVER = new Date(0).toISOString();

/** The path of the executed notebook of a step, as the document manager takes it. */
export function executedPath(notebook: string | undefined, run: string, step: string): string {
  const parts = [...(notebook ? [notebook] : []), run, step + EXTENSION];
  return `${DRIVE}:${parts.join('/')}`;
}

/** What a path of the drive means, or null where it is none of an executed notebook. */
export function parseExecutedPath(
  path: string
): { notebook?: string; run: string; step: string } | null {
  const parts = path.replace(/^\//, '').split('/');
  const file = parts.pop();
  const run = parts.pop();
  if (!run || !file?.endsWith(EXTENSION)) {
    return null;
  }
  return { notebook: parts.join('/') || undefined, run, step: file.slice(0, -EXTENSION.length) };
}

/** The executed notebooks of the runs, to read and not to write. */
export class ExecutedDrive implements Contents.IDrive {
  constructor(private readonly _client: Client) {}

  readonly name = DRIVE;

  get serverSettings(): ServerConnection.ISettings {
    return this._client.serverSettings;
  }

  get fileChanged(): ISignal<Contents.IDrive, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  async get(path: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    const place = parseExecutedPath(path);
    if (!place) {
      return directory(path);
    }
    const content =
      options?.content === false
        ? null
        : await this._client.executedNotebook(place.run, place.step, place.notebook);
    return {
      name: place.step + EXTENSION,
      path,
      type: 'notebook',
      format: content === null ? null : 'json',
      mimetype: '',
      content,
      writable: false,
      created: startOf(place.run),
      last_modified: startOf(place.run)
    } as Contents.IModel;
  }

  getDownloadUrl(path: string): Promise<string> {
    const place = parseExecutedPath(path);
    if (!place) {
      return readOnly();
    }
    return Promise.resolve(this._client.executedUrl(place.run, place.step, place.notebook));
  }

  newUntitled(): Promise<Contents.IModel> {
    return readOnly();
  }

  delete(): Promise<void> {
    return readOnly();
  }

  rename(): Promise<Contents.IModel> {
    return readOnly();
  }

  save(): Promise<Contents.IModel> {
    return readOnly();
  }

  copy(): Promise<Contents.IModel> {
    return readOnly();
  }

  createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return readOnly();
  }

  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  restoreCheckpoint(): Promise<void> {
    return readOnly();
  }

  deleteCheckpoint(): Promise<void> {
    return readOnly();
  }

  private readonly _fileChanged = new Signal<Contents.IDrive, Contents.IChangedArgs>(this);
  private _isDisposed = false;
}

function directory(path: string): Contents.IModel {
  return {
    name: path.split('/').pop() ?? '',
    path,
    type: 'directory',
    format: 'json',
    mimetype: '',
    content: [],
    writable: false,
    created: NEVER,
    last_modified: NEVER
  };
}

/** When a run started, as its id says: `20261124-181503-k3f9q2` begins with the time in UTC. */
function startOf(run: string): string {
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(run);
  if (!match) {
    return NEVER;
  }
  const [, year, month, day, hour, minute, second] = match;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

function readOnly(): Promise<never> {
  return Promise.reject(new Error('The executed notebooks of a run cannot be changed.'));
}
