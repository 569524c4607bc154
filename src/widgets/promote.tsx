import { Dialog, Notification, ReactWidget, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Promotion } from '../api/types';
import { PromoteForm } from '../components/PromoteForm';
import { LONGEST_PIPELINE_NAME, PIPELINE_NAME, pipelineName } from '../models/names';
import { asApiError, type Session } from '../models/session';

/** What the dialog asks for. */
interface IAnswer {
  name: string;
  note: string;
}

class PromoteBody extends ReactWidget implements Dialog.IBodyWidget<IAnswer> {
  constructor(
    private _answer: IAnswer,
    private readonly _problem: string | null,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('ms-Promote');
  }

  getValue(): IAnswer {
    return this._answer;
  }

  protected override render(): React.JSX.Element {
    return (
      <PromoteForm
        initial={this._answer}
        problem={this._problem}
        pattern={PIPELINE_NAME}
        longest={LONGEST_PIPELINE_NAME}
        onChange={answer => (this._answer = answer)}
        trans={this._trans}
      />
    );
  }
}

/**
 * Ask for a name, promote, and offer the folder; asks again where the server says no.
 *
 * @param openFolder - shows a contents path in the file browser
 */
export async function promote(
  session: Session,
  openFolder: (path: string) => void,
  trans: TranslationBundle
): Promise<Promotion | null> {
  let answer: IAnswer = { name: pipelineName(session.notebook.path), note: '' };
  let problem: string | null = null;
  for (;;) {
    const body = new PromoteBody(answer, problem, trans);
    const { button, value } = await showDialog({
      title: trans.__('Promote to pipeline'),
      body,
      focusNodeSelector: 'input',
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Promote') })]
    });
    if (!button.accept || !value) {
      return null;
    }
    answer = { name: value.name.trim(), note: value.note.trim() };
    try {
      const promotion = await session.promote(answer.name, answer.note);
      announce(promotion, openFolder, trans);
      return promotion;
    } catch (error) {
      const { message, hint } = asApiError(error);
      problem = hint ? `${message} ${hint}` : message;
    }
  }
}

function announce(
  promotion: Promotion,
  openFolder: (path: string) => void,
  trans: TranslationBundle
): void {
  const { pipeline, version, created, path, files } = promotion;
  const message = created
    ? trans.__('%1 is promoted as version %2, %3 files.', pipeline, version, files.length)
    : trans.__('%1 is already version %2; nothing changed.', pipeline, version);
  const open = { label: trans.__('Open folder'), displayType: 'link' as const };
  Notification.success(message, {
    autoClose: 15000,
    // A project that reaches above the server's folder has its pipelines where the file browser cannot go.
    actions: path === null ? [] : [{ ...open, callback: () => openFolder(path) }]
  });
}
