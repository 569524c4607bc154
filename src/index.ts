import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { Client } from './api/client';
import { DRIVE, executedPath, ExecutedDrive } from './api/drive';
import { addCommands, Commands } from './commands';
import { App } from './models/app';
import { Settings } from './models/settings';
import { Bands } from './widgets/bands';
import type { CompareWidget, ICompareArgs } from './widgets/compare';
import { LabNotebook } from './widgets/labnotebook';
import { MillstreamPanel } from './widgets/panel';

const ID = 'millstream:plugin';

/** The file browser's command that shows a folder. */
const GO_TO_PATH = 'filebrowser:go-to-path';

const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Tagged cells become a pipeline: side panel, step bands, promotion.',
  autoStart: true,
  requires: [INotebookTracker, IDocumentManager],
  optional: [ITranslator, ISettingRegistry, ICommandPalette, ILayoutRestorer],
  activate
};

export default plugin;

function activate(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  documents: IDocumentManager,
  translator: ITranslator | null,
  registry: ISettingRegistry | null,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null
): void {
  const trans = (translator ?? nullTranslator).load('millstream');
  const client = new Client(app.serviceManager.serverSettings);
  const model = new App(client);
  const settings = new Settings();
  app.serviceManager.contents.addDrive(new ExecutedDrive(client));

  const panel = new MillstreamPanel(
    model,
    {
      openExecuted: (run, step) =>
        openExecuted(documents, executedPath(model.runs.notebook, run, step)),
      compare: () => void app.commands.execute(Commands.compare)
    },
    trans
  );
  app.shell.add(panel, 'right', { rank: 600, type: 'Millstream' });
  restorer?.add(panel, panel.id);

  const actions = {
    openPanel: () => app.shell.activateById(panel.id),
    promote: async () => {
      const { promote } = await import('./widgets/promote');
      const openFolder = (path: string) => void app.commands.execute(GO_TO_PATH, { path });
      await (model.session && promote(model.session, openFolder, trans));
    },
    canPromote: () =>
      model.session !== null &&
      notebooks.currentWidget?.context.localPath === model.session.notebook.path,
    compare: compareOpener(app, client, restorer, trans),
    areBandsShown: () => settings.showBands,
    toggleBands: async () => {
      await registry?.set(ID, 'showBands', !settings.showBands);
    }
  };
  addCommands(app, model, actions, trans);
  for (const command of Object.values(Commands)) {
    palette?.addItem({ command, category: trans.__('Millstream') });
  }
  settings.changed.connect(() => (model.useCache = settings.useCache));
  void loadSettings(registry, settings);
  follow(notebooks, model, settings);
}

/** Open an executed notebook to look at, not to go on with: without a kernel. */
function openExecuted(documents: IDocumentManager, path: string): void {
  const preference = { shouldStart: false, canStart: false, autoStartDefault: false };
  documents.openOrReveal(path, 'Notebook', undefined, {}, preference);
}

/** Opens comparisons in the main area, each once, and again after a reload. */
function compareOpener(
  app: JupyterFrontEnd,
  client: Client,
  restorer: ILayoutRestorer | null,
  trans: TranslationBundle
): (args: ICompareArgs) => Promise<void> {
  const tracker = new WidgetTracker<MainAreaWidget<CompareWidget>>({
    namespace: 'millstream-compare'
  });
  const idOf = ({ runs }: ICompareArgs) => `millstream-compare-${runs.join('-')}`;
  void restorer?.restore(tracker, {
    command: Commands.compare,
    args: ({ content }) => ({ ...content.args }),
    name: ({ content }) => idOf(content.args)
  });
  return async args => {
    const id = idOf(args);
    if (!tracker.find(open => open.id === id)) {
      const { CompareWidget } = await import('./widgets/compare');
      const content = new CompareWidget(args, client, trans);
      const widget = new MainAreaWidget({ content });
      widget.id = id;
      app.shell.add(widget, 'main');
      await tracker.add(widget);
    }
    app.shell.activateById(id);
  };
}

async function loadSettings(registry: ISettingRegistry | null, settings: Settings): Promise<void> {
  const loaded = await registry?.load(ID);
  const update = () =>
    settings.update({
      showBands: loaded?.get('showBands').composite !== false,
      useCache: loaded?.get('useCache').composite !== false
    });
  loaded?.changed.connect(update);
  update();
}

/** Keep the panel on the active notebook, and the bands on all of them; executed notebooks are left alone. */
function follow(tracker: INotebookTracker, model: App, settings: Settings): void {
  const known = new WeakMap<NotebookPanel, LabNotebook>();
  const update = () => {
    const notebook = tracker.currentWidget && known.get(tracker.currentWidget);
    if (notebook || !tracker.currentWidget) {
      model.setNotebook(notebook ?? null);
    }
  };
  const add = async (panel: NotebookPanel) => {
    await panel.context.ready;
    if (!panel.isDisposed && !panel.context.path.startsWith(`${DRIVE}:`)) {
      const notebook = new LabNotebook(panel);
      known.set(panel, notebook);
      notebook.keep(new Bands(panel, notebook, settings));
      update();
    }
  };
  tracker.forEach(panel => void add(panel));
  tracker.widgetAdded.connect((_, panel) => void add(panel));
  tracker.currentChanged.connect(update);
}
