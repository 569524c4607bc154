import type { Client } from '../../api/client';
import { ApiError } from '../../api/client';
import { API, VERSION } from '../../version';
import { App } from '../app';
import { cell, check, FakeNotebook, until } from './fakes';

function client(part: Partial<Client> = {}): Client {
  return {
    version: () => Promise.resolve({ version: VERSION, api: API }),
    check: () => Promise.resolve(check()),
    jobs: () => Promise.resolve([]),
    runs: () => Promise.resolve({ runs: [], next: null }),
    ...part
  } as Client;
}

describe('App', () => {
  it('greets the server when the panel is first seen, not before', async () => {
    const version = jest.fn(client().version);
    const app = new App(client({ version }));
    expect(version).not.toHaveBeenCalled();
    app.isVisible = true;
    app.isVisible = false;
    app.isVisible = true;
    await until(() => app.server.state === 'ready');
    expect(version).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['missing', () => Promise.reject(new ApiError(404, '404', 'Not found'))],
    ['unreachable', () => Promise.reject(new ApiError(0, 'unreachable', 'No network'))],
    ['mismatch', () => Promise.resolve({ version: VERSION, api: API + 1 })],
    ['differs', () => Promise.resolve({ version: '99.0.0', api: API })]
  ])('tells a server apart that is %s', async (state, version) => {
    const app = new App(client({ version }));
    app.isVisible = true;
    await until(() => app.server.state === state);
    expect(app.server.isUsable).toBe(state === 'differs');
  });

  it('keeps a session for each notebook while it is open', () => {
    const app = new App(client());
    const [one, two] = [new FakeNotebook([cell('a')]), new FakeNotebook([cell('b')])];
    app.setNotebook(one);
    const first = app.session;
    app.setNotebook(two);
    app.setNotebook(one);
    expect(app.session).toBe(first);
    one.dispose();
    expect(app.session).toBeNull();
    expect(first?.isDisposed).toBe(true);
  });

  it('loads the history when its tab is opened', async () => {
    const runs = jest.fn(client().runs);
    const app = new App(client({ runs }));
    app.isVisible = true;
    await until(() => app.server.state === 'ready');
    expect(runs).not.toHaveBeenCalled();
    app.tab = 'runs';
    app.tab = 'pipeline';
    app.tab = 'runs';
    expect(runs).toHaveBeenCalledTimes(1);
  });
});
