import { changedValues, parameterForm } from '../parameters';

const DEFAULTS = { month: 1, label: 'a', flag: true, airports: ['JFK'], nothing: null };

describe('parameterForm', () => {
  it('takes the kind of field from the default', () => {
    const form = parameterForm(DEFAULTS, new Map());
    expect(form.map(({ name, kind, text }) => [name, kind, text])).toEqual([
      ['month', 'number', '1'],
      ['label', 'text', 'a'],
      ['flag', 'boolean', 'true'],
      ['airports', 'json', '["JFK"]'],
      ['nothing', 'json', 'null']
    ]);
  });

  it('says what cannot be read', () => {
    const form = parameterForm(
      DEFAULTS,
      new Map([
        ['month', 'x'],
        ['airports', '[']
      ])
    );
    expect(form.map(({ problem }) => problem)).toEqual(['number', null, null, 'json', null]);
    expect(parameterForm({ month: 1 }, new Map([['month', ' ']]))[0].problem).toBe('number');
  });
});

describe('changedValues', () => {
  it('gives what differs from the defaults, typed', () => {
    const typed = new Map([
      ['month', '2.5'],
      ['flag', 'false'],
      ['label', 'a'],
      ['airports', '["LGA", 1]']
    ]);
    expect(changedValues(parameterForm(DEFAULTS, typed))).toEqual({
      month: 2.5,
      flag: false,
      airports: ['LGA', 1]
    });
  });
});
