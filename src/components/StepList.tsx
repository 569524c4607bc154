import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICellRow, IGroupRow, IStepList, IStepRow } from '../models/steps';
import { Chips } from './Chips';
import { duration, roleText, statusText } from './format';
import { Glyph } from './Glyph';

export interface IStepListProps {
  list: IStepList;
  onReveal: (cell: string) => void;
  trans: TranslationBundle;
}

/** The steps in the order of the notebook, and before them the cells that are no step. */
export function StepList({ list, onReveal, trans }: IStepListProps): React.JSX.Element {
  return (
    <>
      {list.groups.length ? (
        <ul className="ms-Groups" aria-label={trans.__('Cells outside the steps')}>
          {list.groups.map(group => (
            <Group key={group.role} group={group} onReveal={onReveal} trans={trans} />
          ))}
        </ul>
      ) : null}
      <ol className="ms-Steps" aria-label={trans.__('Steps')}>
        {list.steps.map((step, index) => (
          <StepItem key={step.name} step={step} index={index} onReveal={onReveal} trans={trans} />
        ))}
      </ol>
    </>
  );
}

interface IStepItemProps {
  step: IStepRow;
  index: number;
  onReveal: (cell: string) => void;
  trans: TranslationBundle;
}

function StepItem({ step, index, onReveal, trans }: IStepItemProps): React.JSX.Element {
  const [isOpen, setOpen] = React.useState(true);
  const id = React.useId();
  const { name, cells, needs, gives, after, output } = step;
  return (
    <li
      className="ms-Step"
      data-band={index % 6}
      data-status={step.status ?? undefined}
      aria-labelledby={`${id}name`}
    >
      <div className="ms-Step-header">
        <button
          type="button"
          className="ms-Step-toggle"
          aria-expanded={isOpen}
          aria-controls={`${id}body`}
          aria-label={trans.__('Details of %1', name)}
          onClick={() => setOpen(!isOpen)}
        >
          <Glyph name="caret" />
        </button>
        <button
          type="button"
          id={`${id}name`}
          className="ms-Step-name"
          title={name}
          onClick={() => cells.length && onReveal(cells[0].id)}
        >
          {name}
        </button>
        {step.severity ? <Glyph name={step.severity} /> : null}
        <StepState step={step} trans={trans} />
      </div>
      <div id={`${id}body`} hidden={!isOpen}>
        <CellList cells={cells} onReveal={onReveal} trans={trans} />
        {output ? <pre className="ms-Step-output">{output}</pre> : null}
        <Chips label={trans.__('needs')} names={needs} trans={trans} />
        <Chips label={trans.__('gives')} names={gives} trans={trans} />
        <Chips label={trans.__('after')} names={after} trans={trans} />
      </div>
    </li>
  );
}

function StepState({
  step,
  trans
}: {
  step: IStepRow;
  trans: TranslationBundle;
}): React.JSX.Element | null {
  const { status, seconds } = step;
  if (!status) {
    return null;
  }
  const text = statusText(status, trans);
  return (
    <span className="ms-Step-state">
      <Glyph name={status} />
      {status === 'ran' || status === 'failed' ? `${text} ${duration(seconds, trans)}` : text}
    </span>
  );
}

interface ICellListProps {
  cells: readonly ICellRow[];
  onReveal: (cell: string) => void;
  trans: TranslationBundle;
}

function CellList({ cells, onReveal, trans }: ICellListProps): React.JSX.Element {
  return (
    <ul className="ms-Cells">
      {cells.map(({ id, index, line, state }) => (
        <li key={id} data-state={state ?? undefined}>
          <button
            type="button"
            className="ms-Cell"
            aria-label={trans.__('Cell %1: %2', index, line)}
            title={trans.__('Go to cell %1', index)}
            onClick={() => onReveal(id)}
          >
            <span className="ms-Cell-index">{state ? <Glyph name={state} /> : index}</span>
            <code className="ms-Cell-line">{line || trans.__('(empty)')}</code>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface IGroupProps {
  group: IGroupRow;
  onReveal: (cell: string) => void;
  trans: TranslationBundle;
}

function Group({ group, onReveal, trans }: IGroupProps): React.JSX.Element {
  const [isOpen, setOpen] = React.useState(false);
  const body = React.useId();
  return (
    <li className="ms-Group">
      <button
        type="button"
        className="ms-Group-name"
        aria-expanded={isOpen}
        aria-controls={body}
        onClick={() => setOpen(!isOpen)}
      >
        <Glyph name="caret" />
        {roleText(group.role, trans)}
        <span className="ms-Count">{trans._n('%1 cell', '%1 cells', group.cells.length)}</span>
      </button>
      <div id={body} hidden={!isOpen}>
        <CellList cells={group.cells} onReveal={onReveal} trans={trans} />
      </div>
    </li>
  );
}
