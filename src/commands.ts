import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { millstreamIcon, promoteIcon } from './icons';
import type { App } from './models/app';
import type { ICompareArgs } from './widgets/compare';

/** The ids of the commands. */
export const Commands = {
  open: 'millstream:open',
  analyse: 'millstream:analyse',
  run: 'millstream:run',
  cancel: 'millstream:cancel',
  promote: 'millstream:promote',
  setStep: 'millstream:set-step',
  removeStep: 'millstream:remove-step',
  compare: 'millstream:compare',
  toggleBands: 'millstream:toggle-bands'
} as const;

/** What the commands do that is more than a call of the model. */
export interface ICommandActions {
  openPanel: () => void;
  promote: () => Promise<void>;
  /** Whether the notebook that is in front is one to promote. */
  canPromote: () => boolean;
  compare: (args: ICompareArgs) => Promise<void>;
  toggleBands: () => Promise<void>;
  areBandsShown: () => boolean;
}

const NAME_ARGS = {
  type: 'object',
  properties: { name: { type: 'string', description: 'A step’s name, or a role such as imports.' } }
} as const;

const COMPARE_ARGS = {
  type: 'object',
  properties: {
    runs: { type: 'array', items: { type: 'string' }, description: 'Two or more run ids.' },
    notebook: { type: 'string', description: 'A notebook of the project that the runs belong to.' }
  }
} as const;

/** Add the commands to the application. */
export function addCommands(
  { commands }: JupyterFrontEnd,
  app: App,
  actions: ICommandActions,
  trans: TranslationBundle
): void {
  const hasNotebook = () => app.session !== null;
  commands.addCommand(Commands.open, {
    label: trans.__('Show the Millstream Panel'),
    icon: millstreamIcon,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => actions.openPanel()
  });
  commands.addCommand(Commands.analyse, {
    label: trans.__('Analyse the Notebook’s Steps'),
    isEnabled: hasNotebook,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: async () => {
      actions.openPanel();
      await app.session?.saveAndAnalyse();
    }
  });
  commands.addCommand(Commands.run, {
    label: trans.__('Run the Notebook as a Pipeline'),
    isEnabled: () => app.session?.isRunning === false,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: async () => {
      app.tab = 'pipeline';
      actions.openPanel();
      await app.session?.run(app.useCache);
    }
  });
  commands.addCommand(Commands.cancel, {
    label: trans.__('Cancel the Pipeline’s Run'),
    isEnabled: () => app.session?.isRunning === true,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => app.session?.cancel()
  });
  commands.addCommand(Commands.promote, {
    label: args => (args.toolbar ? '' : trans.__('Promote to Pipeline…')),
    caption: trans.__('Promote to pipeline'),
    icon: promoteIcon,
    isEnabled: () => actions.canPromote(),
    describedBy: {
      args: {
        type: 'object',
        properties: { toolbar: { type: 'boolean', description: 'Whether it is a toolbar button.' } }
      }
    },
    execute: () => actions.promote()
  });
  commands.addCommand(Commands.setStep, {
    label: args =>
      args.name
        ? trans.__('Set Step of Selected Cells: %1', nameOf(args))
        : trans.__('Set Step of Selected Cells…'),
    isEnabled: hasNotebook,
    describedBy: { args: NAME_ARGS },
    execute: args => (args.name ? app.session?.setPlace(nameOf(args)) : actions.openPanel())
  });
  commands.addCommand(Commands.removeStep, {
    label: trans.__('Remove Step Tag from Selected Cells'),
    isEnabled: hasNotebook,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => app.session?.removePlace()
  });
  commands.addCommand(Commands.compare, {
    label: trans.__('Compare Selected Runs'),
    isEnabled: args => compareArgs(app, args).runs.length > 1,
    describedBy: { args: COMPARE_ARGS },
    execute: args => actions.compare(compareArgs(app, args))
  });
  commands.addCommand(Commands.toggleBands, {
    label: trans.__('Show Step Bands Beside Cells'),
    isToggleable: true,
    isToggled: () => actions.areBandsShown(),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => actions.toggleBands()
  });
  app.changed.connect(() => commands.notifyCommandChanged());
}

function nameOf(args: ReadonlyPartialJSONObject): string {
  return String(args.name);
}

/** The runs given, else those selected in the panel. */
function compareArgs(app: App, args: ReadonlyPartialJSONObject): ICompareArgs {
  if (Array.isArray(args.runs)) {
    return {
      runs: args.runs.map(String),
      ...(args.notebook ? { notebook: String(args.notebook) } : {})
    };
  }
  const { selection, notebook } = app.runs;
  return { runs: [...selection], ...(notebook ? { notebook } : {}) };
}
