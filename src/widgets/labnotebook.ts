import { isCodeCellModel, type Cell, type ICellModel } from '@jupyterlab/cells';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import { DisposableSet, type IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { ICell, INotebook } from '../models/notebook';

const PAUSE = 100;

/** A notebook that is open in JupyterLab. */
export class LabNotebook implements INotebook {
  constructor(readonly panel: NotebookPanel) {
    const { content, context } = panel;
    context.model.contentChanged.connect(this._contentChanged, this);
    context.model.stateChanged.connect(this._notify, this);
    context.pathChanged.connect(this._notify, this);
    context.saveState.connect(this._onSaveState, this);
    content.selectionChanged.connect(this._notify, this);
    content.activeCellChanged.connect(this._notify, this);
    panel.disposed.connect(this.dispose, this);
  }

  get changed(): ISignal<INotebook, void> {
    return this._changed;
  }

  get saved(): ISignal<INotebook, void> {
    return this._saved;
  }

  get disposed(): ISignal<INotebook, void> {
    return this._disposed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get path(): string {
    // Without the name of a drive: a notebook that is edited together has one, and is a file of the server all the same.
    return this.panel.context.localPath;
  }

  get isDirty(): boolean {
    return this.panel.context.model.dirty;
  }

  get cells(): readonly ICell[] {
    this._cells ??= [...this._model.cells].map(cellOf);
    return this._cells;
  }

  get selected(): readonly number[] {
    const { content } = this.panel;
    return content.widgets.flatMap((cell, index) =>
      content.isSelectedOrActive(cell) ? [index] : []
    );
  }

  save(): Promise<void> {
    return this.panel.context.save();
  }

  editTags(indices: readonly number[], edit: (tags: readonly string[]) => string[]): void {
    this._model.sharedModel.transact(() => {
      for (const index of indices) {
        const cell = this._model.cells.get(index);
        const tags = edit(tagsOf(cell));
        if (tags.length) {
          cell.setMetadata('tags', tags);
        } else {
          cell.deleteMetadata('tags');
        }
      }
    });
    this._cells = null;
    this._changed.emit();
  }

  async reveal(id: string, line?: number | null): Promise<void> {
    const { content } = this.panel;
    const index = content.widgets.findIndex(({ model }) => model.id === id);
    const cell = content.widgets[index];
    if (!cell) {
      return;
    }
    this.panel.parent?.activate();
    content.deselectAll();
    content.activeCellIndex = index;
    content.mode = 'command';
    await content.scrollToItem(index, 'smart');
    if (line) {
      await putCursor(cell, line);
      content.mode = 'edit';
    }
    cell.activate();
  }

  /** Dispose of this together with the notebook. */
  keep(item: IDisposable): void {
    this._kept.add(item);
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._kept.dispose();
      this._debouncer.dispose();
      this._disposed.emit();
      Signal.clearData(this);
    }
  }

  private get _model(): INotebookModel {
    return this.panel.context.model;
  }

  private _contentChanged(): void {
    void this._debouncer.invoke();
  }

  private _notify(): void {
    this._changed.emit();
  }

  private _onSaveState(_: unknown, state: DocumentRegistry.SaveState): void {
    if (state === 'completed') {
      this._cells = null;
      this._saved.emit();
    }
  }

  private readonly _changed = new Signal<INotebook, void>(this);
  private readonly _saved = new Signal<INotebook, void>(this);
  private readonly _disposed = new Signal<INotebook, void>(this);
  private readonly _debouncer = new Debouncer(() => {
    this._cells = null;
    this._changed.emit();
  }, PAUSE);
  private readonly _kept = new DisposableSet();
  private _cells: readonly ICell[] | null = null;
  private _isDisposed = false;
}

function cellOf(model: ICellModel): ICell {
  return {
    id: model.id,
    kind: isCodeCellModel(model) ? 'code' : model.type === 'markdown' ? 'markdown' : 'raw',
    tags: tagsOf(model),
    source: model.sharedModel.getSource()
  };
}

function tagsOf(model: ICellModel): string[] {
  const tags: unknown = model.getMetadata('tags');
  return Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : [];
}

async function putCursor(cell: Cell, line: number): Promise<void> {
  await cell.ready;
  const { editor } = cell;
  if (editor) {
    editor.setCursorPosition({ line: Math.min(line, editor.lineCount) - 1, column: 0 });
  }
}
