import type { Client } from '../client';
import { ExecutedDrive, executedPath, parseExecutedPath } from '../drive';

describe('paths of the drive', () => {
  it.each([
    ['deep/er/demo.ipynb', '20261124-181503-k3f9q2', 'load'],
    [undefined, '20261124-181503-k3f9q2', 'load']
  ])('lead back to notebook %s, run and step', (notebook, run, step) => {
    const path = executedPath(notebook, run, step);
    expect(parseExecutedPath(path.replace('millstream:', ''))).toEqual({ notebook, run, step });
  });

  it('mean nothing where they name no step', () => {
    expect(['', 'run', 'run/step', '/'].map(parseExecutedPath)).toEqual([null, null, null, null]);
  });
});

describe('ExecutedDrive', () => {
  const content = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
  const drive = new ExecutedDrive({
    executedNotebook: () => Promise.resolve(content)
  } as unknown as Client);

  it('gives a notebook that cannot be written', async () => {
    const model = await drive.get('demo.ipynb/20261124-181503-k3f9q2/load.ipynb');
    expect(model).toMatchObject({
      name: 'load.ipynb',
      type: 'notebook',
      format: 'json',
      writable: false,
      content,
      created: '2026-11-24T18:15:03Z'
    });
  });

  it('refuses every change', async () => {
    await expect(drive.save()).rejects.toThrow('cannot be changed');
    await expect(drive.delete()).rejects.toThrow('cannot be changed');
    expect(await drive.listCheckpoints()).toEqual([]);
  });
});
