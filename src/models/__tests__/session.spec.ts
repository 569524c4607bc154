import { ApiError } from '../../api/client';
import type { Job, JobRequest } from '../../api/types';
import { Session, type SessionClient } from '../session';
import { cell, check, FakeNotebook, job, until } from './fakes';

/** A server in memory: jobs go through the states they are given, one a question. */
class FakeServer implements SessionClient {
  checks = 0;
  cancelled: string[] = [];
  running: Job[] = [];
  started: JobRequest[] = [];
  states: Job[] = [];
  asked = 0;
  document = check({ parameters: { month: 1 }, metrics: ['auc'] });

  check = () => {
    this.checks += 1;
    return Promise.resolve(this.document);
  };
  job = () => {
    const state = this.states[Math.min(this.asked, this.states.length - 1)];
    this.asked += 1;
    return state
      ? Promise.resolve(state)
      : Promise.reject(new ApiError(404, 'MS002', 'No such job.'));
  };
  jobs = () => Promise.resolve(this.running);
  startJob = (request: JobRequest) => {
    this.started.push(request);
    return Promise.resolve('j1');
  };
  cancelJob = (id: string) => {
    this.cancelled.push(id);
    return Promise.resolve();
  };
  promote = () => Promise.reject(new ApiError(422, 'MS004', 'Refused.'));
}

const DONE = job({ state: 'ended', status: 'succeeded', run: 'r1' });

function open(): { server: FakeServer; notebook: FakeNotebook; session: Session } {
  const server = new FakeServer();
  const notebook = new FakeNotebook([cell('a', 'x = 1', 'step:load'), cell('b', 'y = x')]);
  return { server, notebook, session: new Session(notebook, server, 1) };
}

describe('Session', () => {
  it('asks nothing of the server until someone looks', async () => {
    const { server, session } = open();
    await Promise.resolve();
    expect(server.checks).toBe(0);
    session.active = true;
    await until(() => session.checkState === 'ready');
    expect(server.checks).toBe(1);
  });

  it('asks for suggestions where there is no step, and tags the cells once they are accepted', async () => {
    const server = new FakeServer();
    server.document = check({
      suggestions: [
        { cell: 0, tags: ['imports'] },
        { cell: 1, tags: ['step:load'] }
      ]
    });
    const notebook = new FakeNotebook([cell('a', 'import x'), cell('b', 'y = x')]);
    const session = new Session(notebook, server, 1);
    session.active = true;
    await until(() => session.checkState === 'ready');
    expect(session.suggestions.map(({ place }) => place)).toEqual(['imports', 'load']);
    await session.acceptSuggestions(['imports', 'read']);
    expect(notebook.cells.map(({ tags }) => tags)).toEqual([['imports'], ['step:read']]);
    expect(session.suggestions).toEqual([]);
  });

  it('analyses again when the notebook was saved, and only then', async () => {
    const { server, notebook, session } = open();
    session.active = true;
    await until(() => session.checkState === 'ready');
    notebook.edit([cell('a', 'x = 2', 'step:load')]);
    expect(session.isStale).toBe(true);
    expect(server.checks).toBe(1);
    await session.saveAndAnalyse();
    await until(() => server.checks === 2 && session.checkState === 'ready');
    expect(session.isStale).toBe(false);
  });

  it('keeps an error of the analysis to show it', async () => {
    const { server, session } = open();
    server.check = () =>
      Promise.reject(new ApiError(422, 'MS003', 'Not a notebook.', 'Save it again.'));
    session.active = true;
    await until(() => session.checkState === 'failed');
    expect(session.problem?.hint).toBe('Save it again.');
  });

  it('saves, runs with the changed parameters, follows the run and shows its metrics', async () => {
    const { server, notebook, session } = open();
    session.active = true;
    await until(() => session.checkState === 'ready');
    expect(session.metrics).toEqual({ auc: null });
    server.states = [
      job(),
      { ...DONE, result: { metrics: { auc: 0.7 } } as unknown as Job['result'] }
    ];
    notebook.isDirty = true;
    session.setParameter('month', '2');
    await session.run(true);
    expect(notebook.saves).toBe(1);
    expect(server.started).toEqual([
      { notebook: 'folder/demo.ipynb', parameters: { month: 2 }, cache: true }
    ]);
    await until(() => !session.isRunning);
    expect(session.metrics).toEqual({ auc: 0.7 });
  });

  it('does not start with a parameter that cannot be read, nor twice', async () => {
    const { server, session } = open();
    session.active = true;
    await until(() => session.checkState === 'ready');
    session.setParameter('month', 'x');
    await session.run(true);
    expect(server.started).toEqual([]);
    session.resetParameters();
    server.states = [job()];
    await session.run(true);
    await session.run(true);
    expect(server.started).toHaveLength(1);
  });

  it('stops asking while the panel is hidden', async () => {
    const { server, session } = open();
    session.active = true;
    server.states = [job()];
    await session.run(true);
    await until(() => server.asked > 2);
    session.active = false;
    await new Promise(resolve => setTimeout(resolve, 20));
    const { asked } = server;
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(server.asked).toBe(asked);
    expect(session.isRunning).toBe(true);
  });

  it('finds a run again that goes on from before', async () => {
    const { server, session } = open();
    server.running = [job({ job: 'j9', notebook: 'other.ipynb' }), job({ steps: [] })];
    server.states = [DONE];
    session.active = true;
    await until(() => session.job?.status === 'succeeded');
    expect(session.isRunning).toBe(false);
  });

  it('cancels once', async () => {
    const { server, session } = open();
    session.active = true;
    server.states = [job()];
    await session.run(false);
    await session.cancel();
    await session.cancel();
    expect(server.cancelled).toEqual(['j1']);
    server.states = [job({ state: 'ended', status: 'cancelled' })];
    await until(() => !session.isRunning);
    expect(session.isCancelling).toBe(false);
  });

  it('says so when the server has lost the run', async () => {
    const { session } = open();
    session.active = true;
    await session.run(true);
    await until(() => session.problem !== null);
    expect(session.problem?.message).toBe('No such job.');
    expect(session.isRunning).toBe(false);
  });

  it('jumps to the failing cell and line', async () => {
    const { server, notebook, session } = open();
    session.active = true;
    const error = { code: 'MS', message: 'no', step: 'load', cell: 1, line: 3 };
    server.states = [job({ state: 'ended', status: 'failed', error })];
    await session.run(true);
    await until(() => session.job?.state === 'ended');
    notebook.edit([cell('new'), ...notebook.cells]);
    await session.revealFailure();
    expect(notebook.revealed).toEqual([['b', 3]]);
  });

  it('tags the selected cells and saves where only the tags are new', async () => {
    const { notebook, session } = open();
    notebook.selected = [1];
    await session.setPlace('train');
    expect(notebook.cells[1].tags).toEqual(['step:train']);
    expect(notebook.saves).toBe(1);
    notebook.edit([{ ...notebook.cells[0], source: 'x = 3' }, notebook.cells[1]]);
    await session.removePlace();
    expect(notebook.cells[1].tags).toEqual([]);
    expect(notebook.saves).toBe(1);
  });

  it('refuses a step name that the compiler would refuse', async () => {
    const { notebook, session } = open();
    await session.setPlace('../x');
    expect(notebook.cells[0].tags).toEqual(['step:load']);
  });

  it('hands on why a promotion was refused', async () => {
    await expect(open().session.promote('demo')).rejects.toThrow('Refused.');
  });
});
