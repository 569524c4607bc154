import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ApiError, Client } from '../api/client';
import type { Comparison } from '../api/types';
import { CompareView } from '../components/CompareView';
import { millstreamIcon } from '../icons';
import { asApiError } from '../models/session';

/** What is compared: enough to open the same comparison again after a reload. */
export interface ICompareArgs {
  runs: string[];
  /** The notebook whose project the runs belong to. */
  notebook?: string;
}

/** The comparison of two or more runs, for the main area. */
export class CompareWidget extends ReactWidget {
  constructor(
    readonly args: ICompareArgs,
    client: Pick<Client, 'compare'>,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('ms-Compare');
    this.title.label = _trans.__('Compare runs');
    this.title.caption = args.runs.join(', ');
    this.title.icon = millstreamIcon;
    this.title.closable = true;
    void this._load(client);
  }

  protected override render(): React.JSX.Element {
    return (
      <CompareView comparison={this._comparison} problem={this._problem} trans={this._trans} />
    );
  }

  private async _load(client: Pick<Client, 'compare'>): Promise<void> {
    try {
      this._comparison = await client.compare(this.args.runs, this.args.notebook);
    } catch (error) {
      this._problem = asApiError(error);
    }
    this.update();
  }

  private _comparison: Comparison | null = null;
  private _problem: ApiError | null = null;
}
