import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { millstreamIcon } from '../icons';
import type { App } from '../models/app';
import type { IPanelActions } from './panelview';

/** The views are loaded when the panel is first shown, not when JupyterLab starts. */
const PanelView = React.lazy(async () => ({ default: (await import('./panelview')).PanelView }));

/** The side panel: hosts the view of the `App`, and tells it when it can be seen. */
export class MillstreamPanel extends ReactWidget {
  constructor(
    private readonly _app: App,
    private readonly _actions: IPanelActions,
    private readonly _trans: TranslationBundle
  ) {
    super();
    const name = _trans.__('Millstream');
    this.id = 'millstream';
    this.addClass('ms-Panel');
    this.title.icon = millstreamIcon;
    this.title.caption = name;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', name);
    this._app.changed.connect(this.update, this);
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._app.isVisible = true;
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._app.isVisible = false;
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  }

  protected override render(): React.JSX.Element {
    return (
      <React.Suspense fallback={<p className="ms-Loading">{this._trans.__('Loading…')}</p>}>
        <PanelView app={this._app} actions={this._actions} trans={this._trans} />
      </React.Suspense>
    );
  }
}
