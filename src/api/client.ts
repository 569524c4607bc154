import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type {
  Check,
  Comparison,
  Job,
  JobRequest,
  JsonValue,
  Promotion,
  Run,
  RunPage,
  RunQuery,
  Version
} from './types';

const ROOT = 'millstream/api';

/** The server said no, or could not be reached (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null = null
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

type Query = Record<string, string | number | string[] | null | undefined>;

/** One method for each thing the server can be asked; each rejects with `ApiError`. */
export class Client {
  constructor(private readonly _settings = ServerConnection.makeSettings()) {}

  /** The settings the requests are made with. */
  get serverSettings(): ServerConnection.ISettings {
    return this._settings;
  }

  version(): Promise<Version> {
    return this._get('version');
  }

  check(notebook: string, suggest = false): Promise<Check> {
    return this._get('check', suggest ? { notebook, suggest: 'true' } : { notebook });
  }

  async startJob(request: JobRequest): Promise<string> {
    const { job } = await this._send<{ job: string }>('POST', ['jobs'], request);
    return job;
  }

  job(id: string): Promise<Job> {
    return this._get(['jobs', id]);
  }

  async jobs(): Promise<Job[]> {
    return (await this._get<{ jobs: Job[] }>('jobs')).jobs;
  }

  cancelJob(id: string): Promise<void> {
    return this._send('DELETE', ['jobs', id]);
  }

  runs(query: RunQuery): Promise<RunPage> {
    return this._get('runs', { ...query });
  }

  run(id: string, notebook?: string): Promise<Run> {
    return this._get(['runs', id], { notebook });
  }

  executedNotebook(run: string, step: string, notebook?: string): Promise<JsonValue> {
    return this._get(executed(run, step), { notebook });
  }

  /** Where `executedNotebook` is downloaded from. */
  executedUrl(run: string, step: string, notebook?: string): string {
    return this._url(executed(run, step), { notebook });
  }

  compare(runs: string[], notebook?: string): Promise<Comparison> {
    return this._get('compare', { run: runs, notebook });
  }

  promote(notebook: string, name: string, note?: string): Promise<Promotion> {
    return this._send('POST', ['promotions'], { notebook, name, ...(note ? { note } : {}) });
  }

  private _get<T>(path: string | string[], query: Query = {}): Promise<T> {
    return this._send('GET', typeof path === 'string' ? [path] : path, undefined, query);
  }

  private _url(path: string[], query: Query): string {
    return (
      URLExt.join(this._settings.baseUrl, ROOT, ...path.map(encodeURIComponent)) +
      queryString(query)
    );
  }

  private async _send<T>(
    method: string,
    path: string[],
    body?: object,
    query: Query = {}
  ): Promise<T> {
    const url = this._url(path, query);
    const init: RequestInit = { method, cache: 'no-store' };
    if (body) {
      init.body = JSON.stringify(body);
    }
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this._settings);
    } catch (error) {
      throw new ApiError(0, 'unreachable', error instanceof Error ? error.message : String(error));
    }
    const text = await response.text();
    if (!response.ok) {
      throw errorOf(response, text);
    }
    return (text ? JSON.parse(text) : undefined) as T;
  }
}

function executed(run: string, step: string): string[] {
  return ['runs', run, 'steps', step, 'notebook'];
}

/** `?a=1&b=x&b=y`, leaving out what is null, undefined or empty. */
export function queryString(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== null && item !== undefined && item !== '') {
        parameters.append(name, String(item));
      }
    }
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

/** The server's own words where it gave any, else the status line. */
function errorOf(response: Response, text: string): ApiError {
  let body: { code?: unknown; message?: unknown; hint?: unknown } = {};
  try {
    body = JSON.parse(text) ?? {};
  } catch {
    // Not JSON: a proxy's page, or no such handler.
  }
  const message =
    typeof body.message === 'string' && body.message ? body.message : response.statusText;
  return new ApiError(
    response.status,
    typeof body.code === 'string' ? body.code : String(response.status),
    message || `HTTP ${response.status}`,
    typeof body.hint === 'string' ? body.hint : null
  );
}
