import { bySeverity, stepList } from '../steps';
import { cell, check, job } from './fakes';

const CELLS = [
  cell('a', '\n  import x  \n', 'imports'),
  cell('b', 'load()', 'step:load'),
  cell('c', 'fit()', 'step:fit')
];
const CHECK = check({
  steps: [
    { name: 'load', cells: [1], needs: [], gives: ['data'], after: [] },
    { name: 'fit', cells: [2], needs: ['data'], gives: [], after: ['load'] }
  ],
  cells: [
    { index: 0, role: 'imports', step: null },
    { index: 1, role: 'step', step: 'load' },
    { index: 2, role: 'step', step: 'fit' }
  ],
  diagnostics: [
    {
      code: 'MS1',
      severity: 'hint',
      cell: 2,
      line: 1,
      column: 0,
      message: 'h',
      hint: null,
      excerpt: null
    },
    {
      code: 'MS2',
      severity: 'error',
      cell: 2,
      line: 1,
      column: 0,
      message: 'e',
      hint: null,
      excerpt: null
    }
  ]
});
const IDS = ['a', 'b', 'c'];

describe('stepList', () => {
  it('shows the analysis: cells by their first line, names, the worst finding', () => {
    const { groups, steps } = stepList(CELLS, { document: CHECK, ids: IDS }, false, null);
    expect(groups).toEqual([
      { role: 'imports', cells: [{ id: 'a', index: 0, line: 'import x', state: null }] }
    ]);
    expect(steps.map(({ name, needs, gives, severity }) => [name, needs, gives, severity])).toEqual(
      [
        ['load', [], ['data'], null],
        ['fit', ['data'], [], 'error']
      ]
    );
  });

  it('follows the tags at once when the notebook was edited since', () => {
    const edited = [CELLS[0], cell('new', 'more()', 'step:more'), ...CELLS.slice(1)];
    const { steps } = stepList(edited, { document: CHECK, ids: IDS }, true, null);
    expect(steps.map(({ name, cells, gives }) => [name, cells[0].index, gives])).toEqual([
      ['more', 1, []],
      ['load', 2, ['data']],
      ['fit', 3, []]
    ]);
  });

  it('marks the running cell by identity, also when cells were added above it', () => {
    const running = job({
      steps: [{ name: 'fit', status: 'running', seconds: null, cell: 2, last_output: 'Epoch 1' }]
    });
    const moved = [cell('new'), ...CELLS];
    const { steps } = stepList(moved, null, true, { document: running, ids: IDS });
    expect(steps[1].cells).toEqual([{ id: 'c', index: 3, line: 'fit()', state: 'running' }]);
    expect(steps[1].output).toBe('Epoch 1');
  });

  it('marks the cell that failed', () => {
    const failed = job({
      state: 'ended',
      status: 'failed',
      error: { code: 'MS', message: 'no', cell: 1 }
    });
    const { steps } = stepList(CELLS, { document: CHECK, ids: IDS }, false, {
      document: failed,
      ids: IDS
    });
    expect(steps[0].cells[0].state).toBe('failed');
  });
});

describe('bySeverity', () => {
  it('puts the worst first and leaves empty groups out', () => {
    expect(bySeverity(CHECK.diagnostics).map(([severity]) => severity)).toEqual(['error', 'hint']);
  });
});
