import { nullTranslator } from '@jupyterlab/translation';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import type { Job, RunSummary } from '../../api/types';
import { CompareView } from '../CompareView';
import { Diagnostics } from '../Diagnostics';
import { Parameters } from '../Parameters';
import { RunBox, type IRunBoxProps } from '../RunBox';
import { RunsView, type IRunsViewProps } from '../RunsView';
import { ServerNotice } from '../ServerNotice';
import { StepList } from '../StepList';
import { Suggestions } from '../Suggestions';
import { TagControl, type ITagControlProps } from '../TagControl';
import { Tabs } from '../Tabs';

const trans = nullTranslator.load('millstream');
const nothing = () => undefined;

describe('Tabs', () => {
  function Host(): React.JSX.Element {
    const [current, select] = React.useState('a');
    const tabs = ['a', 'b', 'c'].map(id => ({ id, label: id.toUpperCase() }));
    return (
      <Tabs label="Views" tabs={tabs} current={current} onSelect={select}>
        {current}
      </Tabs>
    );
  }

  it('go by arrows, Home and End, and wrap around', async () => {
    render(<Host />);
    const user = userEvent.setup();
    await user.tab();
    const go = async (key: string) => {
      await user.keyboard(`{${key}}`);
      return document.activeElement?.textContent;
    };
    expect(await go('ArrowRight')).toBe('B');
    expect(screen.getByRole('tab', { selected: true }).textContent).toBe('B');
    expect(await go('End')).toBe('C');
    expect(await go('ArrowRight')).toBe('A');
    expect(await go('ArrowLeft')).toBe('C');
    expect(await go('Home')).toBe('A');
  });

  it('name their panel and put one tab into the tab order', () => {
    render(<Host />);
    expect(screen.getByRole('tabpanel', { name: 'A' }).textContent).toBe('a');
    expect(screen.getAllByRole('tab').map(tab => tab.tabIndex)).toEqual([0, -1, -1]);
  });
});

describe('StepList', () => {
  const step = {
    name: 'load',
    cells: [{ id: 'x', index: 4, line: '<img src=x onerror=alert(1)>', state: null }],
    needs: ['month'],
    gives: Array.from({ length: 12 }, (_, index) => `v${index}`),
    after: [],
    status: 'ran' as const,
    seconds: 1.25,
    output: null,
    severity: null
  };

  it('names each step by its name, with its state in words', () => {
    render(<StepList list={{ groups: [], steps: [step] }} onReveal={nothing} trans={trans} />);
    const item = screen.getByRole('listitem', { name: 'load' });
    expect(item.textContent).toContain('ran 1.3 s');
  });

  it('shows code as text', () => {
    const { container } = render(
      <StepList list={{ groups: [], steps: [step] }} onReveal={nothing} trans={trans} />
    );
    expect(container.querySelector('img')).toBeNull();
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy();
  });

  it('cuts long rows of names and shows them on demand', async () => {
    render(<StepList list={{ groups: [], steps: [step] }} onReveal={nothing} trans={trans} />);
    expect(screen.queryByText('v11')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: '+4 more' }));
    expect(screen.getByText('v11')).toBeTruthy();
  });

  it('jumps to a cell', async () => {
    const onReveal = jest.fn();
    render(<StepList list={{ groups: [], steps: [step] }} onReveal={onReveal} trans={trans} />);
    await userEvent.click(screen.getByRole('button', { name: /^Cell 4/ }));
    expect(onReveal).toHaveBeenCalledWith('x');
  });
});

describe('TagControl', () => {
  const props: ITagControlProps = {
    suggestions: ['load', 'imports'],
    count: 1,
    places: [null],
    problemOf: name => (name === 'bad name' ? 'Not so.' : null),
    onSet: nothing,
    onRemove: nothing,
    trans
  };

  it('gives the name when Enter is pressed, and empties the field', async () => {
    const onSet = jest.fn();
    render(<TagControl {...props} onSet={onSet} />);
    const field = screen.getByLabelText<HTMLInputElement>('Step for selected cells');
    await userEvent.type(field, ' train {Enter}');
    expect(onSet).toHaveBeenCalledWith('train');
    expect(field.value).toBe('');
  });

  it('says what is wrong with a name and does not set it', async () => {
    const onSet = jest.fn();
    render(<TagControl {...props} onSet={onSet} />);
    await userEvent.type(screen.getByRole('combobox'), 'bad name{Enter}');
    expect(onSet).not.toHaveBeenCalled();
    expect(screen.getByRole('combobox').getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText('Not so.')).toBeTruthy();
  });

  it('removes only where there is something to remove', () => {
    const { rerender } = render(<TagControl {...props} />);
    const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Remove tag' });
    expect(button.disabled).toBe(true);
    rerender(<TagControl {...props} places={['load']} />);
    expect(button.disabled).toBe(false);
  });
});

describe('Parameters', () => {
  it('edits each by its kind and says what is wrong', async () => {
    const onChange = jest.fn();
    const field = { initial: '1', problem: null };
    render(
      <Parameters
        parameters={[
          { ...field, name: 'month', kind: 'number', text: 'x', problem: 'number' },
          { ...field, name: 'flag', kind: 'boolean', text: 'true', initial: 'true' }
        ]}
        onChange={onChange}
        onReset={nothing}
        trans={trans}
      />
    );
    expect(screen.getByLabelText('month').getAttribute('aria-describedby')).toBeTruthy();
    expect(screen.getByText('This is not a number.')).toBeTruthy();
    await userEvent.click(screen.getByLabelText('flag'));
    expect(onChange).toHaveBeenCalledWith('flag', 'false');
    expect(screen.getByRole('button', { name: 'Back to the defaults' })).toBeTruthy();
  });
});

describe('Diagnostics', () => {
  const item = {
    code: 'MS1',
    severity: 'error' as const,
    line: null,
    column: null,
    message: 'Wrong.',
    hint: 'Do this.',
    excerpt: 'x = (\n    ^'
  };

  it('jumps where there is a cell, and only there', async () => {
    const onReveal = jest.fn();
    const items = [
      { ...item, cell: 3, line: 2 },
      { ...item, cell: null }
    ];
    render(<Diagnostics groups={[['error', items]]} onReveal={onReveal} trans={trans} />);
    const buttons = within(screen.getByRole('list', { name: '2 errors' })).getAllByRole('button');
    expect(buttons).toHaveLength(1);
    await userEvent.click(buttons[0]);
    expect(onReveal).toHaveBeenCalledWith(items[0]);
    expect(buttons[0].textContent).toContain('MS1 · cell 3, line 2');
  });
});

describe('Suggestions', () => {
  const suggestions = [
    { id: 'a', cell: 0, isStep: false, place: 'imports', line: 'import math' },
    { id: 'b', cell: 2, isStep: true, place: 'load', line: 'x = 1' }
  ];

  it('is accepted with the names as they were edited, never with one that is wrong', async () => {
    const onAccept = jest.fn();
    render(
      <Suggestions
        suggestions={suggestions}
        problemOf={name => (name ? null : 'empty')}
        onAccept={onAccept}
        onReveal={jest.fn()}
        trans={trans}
      />
    );
    const accept = screen.getByRole<HTMLButtonElement>('button', {
      name: 'Accept suggested steps'
    });
    const name = screen.getByLabelText('Name of the step from cell 2');
    await userEvent.clear(name);
    expect(accept.disabled).toBe(true);
    await userEvent.type(name, 'read');
    await userEvent.click(accept);
    expect(onAccept).toHaveBeenCalledWith(['imports', 'read']);
  });
});

describe('RunBox', () => {
  const props: IRunBoxProps = {
    job: null,
    progress: { done: 0, total: 0 },
    failure: null,
    isRunning: false,
    isCancelling: false,
    blocked: null,
    useCache: true,
    onRun: nothing,
    onCancel: nothing,
    onUseCache: nothing,
    onRevealFailure: nothing,
    trans
  };
  const ended = { state: 'ended', steps: [] } as unknown as Job;

  it('repeats what the run warned of, once', () => {
    const warning = { severity: 'warning', text: 'Kernel conda-root is not installed here.' };
    const messages = [warning, { severity: 'hint', text: 'Kept.' }, warning];
    render(<RunBox {...props} job={{ ...ended, status: 'succeeded', messages } as Job} />);
    expect(screen.getAllByText(warning.text)).toHaveLength(1);
    expect(screen.queryByText('Kept.')).toBeNull();
  });

  it('says why a notebook was refused, and goes to the cell', () => {
    const failure = {
      code: 'MS101',
      message: 'invalid syntax',
      hint: 'Correct it.',
      cell: 7,
      line: 1
    };
    render(<RunBox {...props} job={{ ...ended, status: 'refused' }} failure={failure} />);
    expect(screen.getByRole('alert').textContent).toContain('Correct it.');
    expect(screen.getByRole('button', { name: 'Go to cell 7, line 1' })).toBeTruthy();
  });

  it('lets one of Run and Cancel be pressed', () => {
    const { rerender } = render(<RunBox {...props} />);
    const enabled = () =>
      screen
        .getAllByRole<HTMLButtonElement>('button')
        .filter(button => !button.disabled)
        .map(button => button.textContent);
    expect(enabled()).toEqual(['Run']);
    rerender(<RunBox {...props} isRunning />);
    expect(enabled()).toEqual(['Cancel']);
  });

  it('says in words how far a run is', () => {
    const steps = [{ name: 'fit', status: 'running' }];
    render(
      <RunBox
        {...props}
        isRunning
        job={{ state: 'running', steps } as Job}
        progress={{ done: 1, total: 3 }}
      />
    );
    const bar = screen.getByRole('progressbar');
    expect(bar.getAttribute('aria-valuetext')).toBe('1 of 3 steps done, running fit');
    expect(bar.getAttribute('aria-valuenow')).toBe('1');
  });

  it('shows where a run failed, and goes there', async () => {
    const onRevealFailure = jest.fn();
    const failure = { code: 'MS', message: 'ValueError: no', step: 'fit', cell: 4, line: 2 };
    render(
      <RunBox
        {...props}
        job={{ ...ended, status: 'failed' }}
        failure={failure}
        onRevealFailure={onRevealFailure}
      />
    );
    expect(screen.getByRole('alert').textContent).toContain('ValueError: no');
    await userEvent.click(screen.getByRole('button', { name: 'Go to cell 4, line 2' }));
    expect(onRevealFailure).toHaveBeenCalled();
  });
});

describe('RunsView', () => {
  const row: RunSummary = {
    run: 'r1',
    pipeline: 'flights',
    version: 2,
    status: 'succeeded',
    started: '2026-11-24T10:00:00Z',
    seconds: 75,
    parameters: {},
    metrics: { auc: 0.712345678 }
  };
  const props: IRunsViewProps = {
    rows: [row, { ...row, run: 'r2', status: 'failed', metrics: {} }],
    selection: [],
    filter: '',
    hasMore: true,
    isLoading: false,
    problem: null,
    now: Date.parse('2026-11-24T12:00:00Z'),
    onFilter: nothing,
    onRefresh: nothing,
    onMore: nothing,
    onToggle: nothing,
    onShow: nothing,
    onCompare: nothing,
    trans
  };

  it('shows a run with its metrics, its age and its time', () => {
    render(<RunsView {...props} />);
    const line = screen.getAllByRole('row')[1].textContent;
    expect(line).toContain('flights v2');
    expect(line).toContain('auc 0.71235');
    expect(line).toContain('2 hr. ago · 1 min 15 s');
    expect(screen.getAllByRole('row')[2].textContent).toContain('failed');
  });

  it('compares two or more', () => {
    const { rerender } = render(<RunsView {...props} selection={['r1']} />);
    const compare = screen.getByRole<HTMLButtonElement>('button', { name: 'Compare' });
    expect(compare.disabled).toBe(true);
    rerender(<RunsView {...props} selection={['r1', 'r2']} />);
    expect(compare.disabled).toBe(false);
  });

  it('tells no run from no match', () => {
    const { rerender } = render(<RunsView {...props} rows={[]} hasMore={false} />);
    expect(screen.getByText('No run yet')).toBeTruthy();
    rerender(<RunsView {...props} rows={[]} hasMore={false} filter="auc > 2" />);
    expect(screen.getByText('No run matches this filter')).toBeTruthy();
  });
});

describe('ServerNotice', () => {
  const props = { version: '2.0.0', panelVersion: '1.0.0', onRetry: nothing, trans };

  it.each([
    ['missing', 'jupyter server extension enable millstream'],
    ['mismatch', 'The panel is version 1.0.0, the server extension 2.0.0.'],
    ['differs', 'The panel is version 1.0.0, the server extension 2.0.0'],
    ['unreachable', 'The server does not answer']
  ] as const)('says what to do where the server is %s', (state, text) => {
    const { container } = render(<ServerNotice {...props} state={state} />);
    expect(container.textContent).toContain(text);
  });

  it('is silent where all is well', () => {
    const { container } = render(<ServerNotice {...props} state="ready" />);
    expect(container.textContent).toBe('');
  });
});

describe('CompareView', () => {
  it('marks what differs, in words', () => {
    const run = (id: string): RunSummary => ({
      run: id,
      pipeline: 'p',
      version: null,
      status: 'succeeded',
      started: null,
      seconds: 1,
      parameters: {},
      metrics: {}
    });
    render(
      <CompareView
        comparison={{
          runs: [run('r1'), run('r2')],
          parameters: { month: [1, 2], label: ['a', 'a'] },
          metrics: { auc: [0.7, null] },
          code: [
            { step: 'fit', changed: true, diff: '-a = 1\n+a = 2' },
            { step: 'load', changed: false, diff: '' }
          ],
          data: [
            { name: 'flights', step: 'load', digests: ['aaaaaaaaaa', 'bbbbbbbbbb'], changed: true }
          ],
          environment: { numpy: ['2', '2'] },
          seconds: { load: [1, 2] }
        }}
        problem={null}
        trans={trans}
      />
    );
    const changed = screen.getAllByText('changed').map(mark => mark.parentElement?.textContent);
    expect(changed).toEqual(['aucchanged', 'monthchanged', 'load › flightschanged']);
    expect(screen.getByText('Unchanged: load')).toBeTruthy();
    expect(screen.getByText('The same in all runs.')).toBeTruthy();
    expect(screen.getByText('+a = 2').dataset.line).toBe('added');
  });
});
