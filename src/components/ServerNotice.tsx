import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ServerState } from '../models/server';
import { Empty, Notice } from './Notice';

/** What to type; not to be translated. */
const COMMANDS = ['pip install millstream', 'jupyter server extension enable millstream'].join(
  '\n'
);

export interface IServerNoticeProps {
  state: ServerState;
  /** The server's version, where it is known. */
  version: string | null;
  /** The panel's own. */
  panelVersion: string;
  onRetry: () => void;
  trans: TranslationBundle;
}

/** What to do where panel and server do not fit; nothing where they do. */
export function ServerNotice(props: IServerNoticeProps): React.JSX.Element | null {
  const { state, version, panelVersion, trans } = props;
  const retry = (
    <button type="button" className="ms-Button" onClick={props.onRetry}>
      {trans.__('Try again')}
    </button>
  );
  switch (state) {
    case 'checking':
      return <p className="ms-Loading">{trans.__('Looking for the server…')}</p>;
    case 'missing':
      return (
        <Empty title={trans.__('The Millstream server extension is not running')}>
          <p>
            {trans.__(
              'Install millstream where Jupyter Server runs, enable it, and restart JupyterLab:'
            )}
          </p>
          <pre className="ms-Commands">{COMMANDS}</pre>
          {retry}
        </Empty>
      );
    case 'unreachable':
      return (
        <Empty title={trans.__('The server does not answer')}>
          <p>{trans.__('See that Jupyter Server is still running, then try again.')}</p>
          {retry}
        </Empty>
      );
    case 'mismatch':
      return (
        <Empty title={trans.__('Panel and server do not fit together')}>
          <p>
            {trans.__('The panel is version %1, the server extension %2.', panelVersion, version)}
          </p>
          <p>
            {trans.__(
              'Restart JupyterLab and reload this page. In a source tree, rebuild the panel with jlpm build first.'
            )}
          </p>
          {retry}
        </Empty>
      );
    case 'differs':
      return (
        <Notice
          kind="warning"
          title={trans.__(
            'The panel is version %1, the server extension %2',
            panelVersion,
            version
          )}
          hint={trans.__(
            'Restart JupyterLab and reload this page; in a source tree, rebuild the panel first.'
          )}
        />
      );
    default:
      return null;
  }
}
