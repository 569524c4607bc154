import { Signal } from '@lumino/signaling';
import type { Check, Job } from '../../api/types';
import type { ICell, INotebook } from '../notebook';

/** A code cell; `tags` as they stand in its metadata. */
export function cell(id: string, source = '', ...tags: string[]): ICell {
  return { id, kind: 'code', source, tags };
}

/** A notebook in memory that notes what was done to it. */
export class FakeNotebook implements INotebook {
  constructor(public cells: readonly ICell[]) {}

  readonly changed: Signal<INotebook, void> = new Signal<INotebook, void>(this);
  readonly saved: Signal<INotebook, void> = new Signal<INotebook, void>(this);
  readonly disposed: Signal<INotebook, void> = new Signal<INotebook, void>(this);
  readonly revealed: [string, number | null | undefined][] = [];
  isDirty = false;
  isDisposed = false;
  path = 'folder/demo.ipynb';
  saves = 0;
  selected: readonly number[] = [0];

  save(): Promise<void> {
    this.saves += 1;
    this.isDirty = false;
    this.saved.emit();
    return Promise.resolve();
  }

  editTags(indices: readonly number[], edit: (tags: readonly string[]) => string[]): void {
    this.edit(
      this.cells.map((old, index) =>
        indices.includes(index) ? { ...old, tags: edit(old.tags) } : old
      )
    );
  }

  /** What typing does. */
  edit(cells: readonly ICell[]): void {
    this.cells = cells;
    this.isDirty = true;
    this.changed.emit();
  }

  reveal(id: string, line?: number | null): Promise<void> {
    this.revealed.push([id, line]);
    return Promise.resolve();
  }

  dispose(): void {
    this.isDisposed = true;
    this.disposed.emit();
  }
}

export function check(part: Partial<Check> = {}): Check {
  return {
    ok: true,
    notebook: 'folder/demo.ipynb',
    steps: [],
    edges: [],
    parameters: {},
    metrics: [],
    diagnostics: [],
    cells: [],
    suggestions: [],
    ...part
  };
}

export function job(part: Partial<Job> = {}): Job {
  return {
    job: 'j1',
    notebook: 'folder/demo.ipynb',
    state: 'running',
    status: null,
    run: null,
    steps: [],
    error: null,
    messages: [],
    result: null,
    ...part
  };
}

/** Wait until it holds; fails with what never came true. */
export async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (what()) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  throw new Error(`Never true: ${what.toString()}`);
}
