import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { INotebook } from '../models/notebook';
import { outline } from '../models/tags';

/** How many looks of a band there are; the style sheet has one rule for each. */
export const LOOKS = 6;

/** What a cell's node says about its band. */
interface IMark {
  step: string;
  look: string;
  /** Whether the step's name stands at this cell: where the cell above belongs elsewhere. */
  first: boolean;
}

/** The mark of each cell; null where the cell belongs to no step. */
export function marksOf(cells: INotebook['cells']): (IMark | null)[] {
  const places = outline(cells);
  const order = [...new Set(places.flatMap(({ step }) => step ?? []))];
  let above: string | null = null;
  return places.map(({ step }) => {
    if (step === null) {
      return null;
    }
    const first = step !== above;
    above = step;
    return { step, look: String(order.indexOf(step) % LOOKS), first };
  });
}

/**
 * Marks the cells' nodes with their step; the style sheet draws the bands.
 *
 * The nodes belong to the cell widgets, which a windowed notebook keeps while it takes them out of the page: a mark
 * once set comes back with them.
 */
export class Bands implements IDisposable {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _notebook: INotebook,
    private readonly _settings: {
      readonly showBands: boolean;
      readonly changed: ISignal<unknown, unknown>;
    }
  ) {
    _notebook.changed.connect(this._draw, this);
    _settings.changed.connect(this._draw, this);
    this._draw();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.disconnectReceiver(this);
  }

  private _draw(): void {
    const marks = this._settings.showBands ? marksOf(this._notebook.cells) : [];
    this._panel.content.widgets.forEach(({ node }, index) => mark(node, marks[index] ?? null));
  }

  private _isDisposed = false;
}

function mark(node: HTMLElement, band: IMark | null): void {
  const { dataset } = node;
  if (!band) {
    delete dataset.msStep;
    delete dataset.msLook;
    delete dataset.msFirst;
    return;
  }
  dataset.msStep = band.step;
  dataset.msLook = band.look;
  if (band.first) {
    dataset.msFirst = '';
  } else {
    delete dataset.msFirst;
  }
}
