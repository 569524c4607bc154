import { LONGEST_PIPELINE_NAME, PIPELINE_NAME, pipelineName } from '../names';

const LEGAL = new RegExp(`^(?:${PIPELINE_NAME})$`, 'v');

describe('pipelineName', () => {
  it.each([
    ['folder/flights.ipynb', 'flights'],
    ['01 Flights (late).ipynb', '01_Flights_late'],
    ['größe.v2.ipynb', 'gr_e.v2'],
    ['../.hidden.ipynb', 'hidden'],
    ['🙂.ipynb', 'pipeline'],
    [`${'a'.repeat(300)}.ipynb`, 'a'.repeat(LONGEST_PIPELINE_NAME)]
  ])('makes a legal name of %s', (path, name) => {
    expect(pipelineName(path)).toBe(name);
    expect(LEGAL.test(name)).toBe(true);
  });

  it('knows what is not legal', () => {
    expect(['', '../x', 'a b', '-a', '.a', 'a.', 'a/b'].filter(name => LEGAL.test(name))).toEqual(
      []
    );
  });
});
