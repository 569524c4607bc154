import { ApiError } from '../../api/client';
import type { Run, RunPage, RunQuery, RunSummary } from '../../api/types';
import { RunHistory } from '../runs';

function row(run: string): RunSummary {
  return {
    run,
    pipeline: 'p',
    version: 1,
    status: 'succeeded',
    started: null,
    seconds: 1,
    parameters: {},
    metrics: {}
  };
}

class FakeServer {
  queries: RunQuery[] = [];
  pages: Record<string, RunPage> = {
    '': { runs: [row('r3'), row('r2')], next: 'c' },
    c: { runs: [row('r1')], next: null }
  };
  runs = (query: RunQuery) => {
    this.queries.push(query);
    return Promise.resolve(this.pages[query.cursor ?? '']);
  };
  run = (id: string) =>
    Promise.resolve({ ...row(id), steps: [], error: null, diagnostics: [] } as Run);
}

describe('RunHistory', () => {
  it('loads page after page', async () => {
    const history = new RunHistory(new FakeServer());
    await history.refresh();
    expect(history.hasMore).toBe(true);
    await history.loadMore();
    expect(history.rows.map(({ run }) => run)).toEqual(['r3', 'r2', 'r1']);
    expect(history.hasMore).toBe(false);
  });

  it('filters on the server', async () => {
    const server = new FakeServer();
    const history = new RunHistory(server);
    history.setNotebook('a.ipynb');
    await history.setFilter('auc > 0.8');
    expect(server.queries).toEqual([
      { notebook: 'a.ipynb', limit: 30, cursor: null, filter: 'auc > 0.8' }
    ]);
  });

  it('keeps the list and tells what is wrong with a filter', async () => {
    const server = new FakeServer();
    const history = new RunHistory(server);
    await history.refresh();
    server.runs = () => Promise.reject(new ApiError(400, 'MS001', 'Not a filter.'));
    await history.setFilter('???');
    expect(history.problem?.message).toBe('Not a filter.');
    expect(history.rows).toHaveLength(2);
    expect(history.isLoading).toBe(false);
  });

  it('forgets selected runs that are no longer listed', async () => {
    const server = new FakeServer();
    const history = new RunHistory(server);
    await history.refresh();
    history.toggle('r3');
    history.toggle('r2');
    expect(history.selection).toEqual(['r3', 'r2']);
    server.pages[''] = { runs: [row('r2')], next: null };
    await history.refresh();
    expect(history.selection).toEqual(['r2']);
  });

  it('shows one run whole, and the answer to the last question only', async () => {
    const server = new FakeServer();
    const history = new RunHistory(server);
    await Promise.all([history.show('r1'), history.show('r2')]);
    expect(history.detail?.run?.run).toBe('r2');
    await history.show(null);
    expect(history.detail).toBeNull();
  });
});
