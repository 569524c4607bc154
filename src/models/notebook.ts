import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

/** One cell as the panel sees it. */
export interface ICell {
  readonly id: string;
  readonly kind: 'code' | 'markdown' | 'raw';
  readonly tags: readonly string[];
  readonly source: string;
}

/** Whether both lists say the same, outputs aside. */
export function sameCells(a: readonly ICell[], b: readonly ICell[]): boolean {
  return a === b || (a.length === b.length && a.every((cell, index) => sameCell(cell, b[index])));
}

function sameCell(a: ICell, b: ICell): boolean {
  return (
    a.id === b.id &&
    a.kind === b.kind &&
    a.source === b.source &&
    a.tags.length === b.tags.length &&
    a.tags.every((tag, index) => tag === b.tags[index])
  );
}

/** The first line with something in it. */
export function firstLine(source: string): string {
  return /\S.*/.exec(source)?.[0].trimEnd() ?? '';
}

/** A notebook that is open, without what shows it. */
export interface INotebook extends IDisposable {
  /** Contents path on the server. */
  readonly path: string;
  readonly cells: readonly ICell[];
  /** Indices of the selected cells. */
  readonly selected: readonly number[];
  /** Whether it holds changes that are not saved. */
  readonly isDirty: boolean;
  /** Cells, tags, selection, path or dirtiness changed. */
  readonly changed: ISignal<INotebook, void>;
  /** It was written to disk. */
  readonly saved: ISignal<INotebook, void>;
  readonly disposed: ISignal<INotebook, void>;
  /** Write it to disk; rejects where that is not possible. */
  save(): Promise<void>;
  /** Replace the tags of the cells at these indices. */
  editTags(indices: readonly number[], edit: (tags: readonly string[]) => string[]): void;
  /** Select the cell, scroll to it, focus it; with `line` (from 1) put the cursor there. */
  reveal(id: string, line?: number | null): Promise<void>;
}
