import { outline, roleOf, stepNameProblem, stepOf, withoutPlace, withPlace } from '../tags';
import { cell } from './fakes';

describe('stepOf and roleOf', () => {
  it('read Millstream’s tags and Kale’s', () => {
    expect(stepOf(['x', 'step:load'])).toBe('load');
    expect(stepOf(['block:load'])).toBe('load');
    expect(stepOf(['steps:load'])).toBeNull();
    expect(roleOf(['pipeline-metrics'])).toBe('metrics');
    expect(roleOf(['skip'])).toBe('skip');
    expect(roleOf(['step:skip'])).toBeNull();
  });
});

describe('withPlace', () => {
  it('replaces the step that was there and keeps other people’s tags', () => {
    expect(withPlace(['hide-input', 'block:old', 'limit:cpu:2'], 'load')).toEqual([
      'hide-input',
      'limit:cpu:2',
      'step:load'
    ]);
  });

  it('replaces a step by a role', () => {
    expect(withPlace(['step:load'], 'skip')).toEqual(['skip']);
  });

  it('lets metrics join a step instead of replacing it', () => {
    expect(withPlace(['step:evaluate'], 'metrics')).toEqual(['step:evaluate', 'metrics']);
    expect(withPlace(['metrics'], 'evaluate')).toEqual(['metrics', 'step:evaluate']);
    expect(withPlace(['skip'], 'metrics')).toEqual(['metrics']);
  });

  it('does not say anything twice', () => {
    expect(withPlace(['step:load'], 'load')).toEqual(['step:load']);
    expect(withPlace(['metrics'], 'metrics')).toEqual(['metrics']);
  });
});

describe('withoutPlace', () => {
  it('takes step, role and order, and leaves the rest', () => {
    expect(
      withoutPlace(['step:a', 'metrics', 'after:b', 'prev:c', 'volatile', 'hide-input'])
    ).toEqual(['volatile', 'hide-input']);
  });
});

describe('stepNameProblem', () => {
  it('holds names to what the compiler takes', () => {
    expect(['load', '_a', 'a-b_1'].map(stepNameProblem)).toEqual([null, null, null]);
    expect(['', '1a', 'a b', '../x', 'naïve', '🙂'].map(stepNameProblem)).toEqual([
      'empty',
      ...Array(5).fill('characters')
    ]);
    expect(stepNameProblem('a'.repeat(65))).toBe('long');
  });
});

describe('outline', () => {
  it('lets untagged code go on with the step above, past skipped and markdown cells', () => {
    const cells = [
      cell('a', '', 'imports'),
      cell('b'),
      cell('c', '', 'step:load'),
      cell('d', '', 'skip'),
      { ...cell('e'), kind: 'markdown' as const },
      cell('f'),
      cell('g', '', 'metrics')
    ];
    expect(outline(cells)).toEqual([
      { role: 'imports', step: null },
      { role: null, step: null },
      { role: 'step', step: 'load' },
      { role: 'skip', step: null },
      { role: 'markdown', step: null },
      { role: 'step', step: 'load' },
      { role: 'step', step: 'load' }
    ]);
  });

  it('numbers a step that is taken up again, as the compiler does', () => {
    const cells = [cell('a', '', 'step:x'), cell('b', '', 'step:y'), cell('c', '', 'step:x')];
    expect(outline(cells).map(({ step }) => step)).toEqual(['x', 'y', 'x_2']);
  });
});
