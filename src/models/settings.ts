import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

/** What the user chose in the settings editor. */
export interface ISettings {
  /** Show a band beside the cells of each step. */
  readonly showBands: boolean;
  /** Take unchanged steps from the cache when the panel runs a pipeline. */
  readonly useCache: boolean;
}

export const DEFAULTS: ISettings = { showBands: true, useCache: true };

/** The settings as they are now. */
export class Settings implements ISettings {
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get showBands(): boolean {
    return this._values.showBands;
  }

  get useCache(): boolean {
    return this._values.useCache;
  }

  update(values: Partial<ISettings>): void {
    this._values = { ...this._values, ...values };
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _values = DEFAULTS;
}
