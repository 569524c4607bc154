import { cell } from '../../models/__tests__/fakes';
import { LOOKS, marksOf } from '../bands';

describe('marksOf', () => {
  it('names a step once, at its first cell, past what lies between', () => {
    const cells = [
      cell('a', '', 'imports'),
      cell('b', '', 'step:load'),
      { ...cell('c'), kind: 'markdown' as const },
      cell('d'),
      cell('e', '', 'step:fit')
    ];
    expect(marksOf(cells)).toEqual([
      null,
      { step: 'load', look: '0', first: true },
      null,
      { step: 'load', look: '0', first: false },
      { step: 'fit', look: '1', first: true }
    ]);
  });

  it('begins again when there are more steps than looks', () => {
    const cells = Array.from({ length: LOOKS + 1 }, (_, index) =>
      cell(`c${index}`, '', `step:s${index}`)
    );
    const looks = marksOf(cells).map(mark => mark?.look);
    expect(looks[LOOKS]).toBe(looks[0]);
    expect(new Set(looks).size).toBe(LOOKS);
  });
});
