import { expect, test as base, type IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import * as path from 'path';

export type Page = IJupyterLabPageFixture;

/**
 * Galata's tests, patient with a busy machine: its own clock of 15 seconds for JupyterLab to start begins to run when
 * the page with its scripts has been loaded, not before.
 */
export const test = base.extend({
  autoGoto: false,
  page: async ({ page, tmpPath }, use) => {
    await page.goto(`tree/${tmpPath}?reset`, { waitUntil: 'load' });
    await use(page);
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that are needed from the pattern
  waitForApplication: async ({}, use) => {
    await use(async page => {
      await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
      await page.evaluate(() => window.jupyterapp.restored.then(() => undefined));
    });
  }
});

/** How long a run of the small notebook may take on a busy machine. */
export const RUN = { timeout: 120 * 1000 };

/** The side panel. */
export function panelOf(page: Page): Locator {
  return page.getByRole('region', { name: 'Millstream' });
}

/** Bring the panel to the front by its tab in the side bar. */
export async function openPanel(page: Page): Promise<Locator> {
  const panel = panelOf(page);
  if (!(await panel.isVisible())) {
    await page.getByRole('tab', { name: 'Millstream', exact: true }).click();
  }
  await expect(panel.getByRole('tab', { name: 'Pipeline' })).toBeVisible();
  return panel;
}

/** Upload one of `notebooks/` into the test's own folder, which is a project of its own, and open it. */
export async function openNotebook(page: Page, folder: string, name: string): Promise<void> {
  const target = `${folder}/${name}`;
  await page.contents.uploadFile(path.resolve(__dirname, '../notebooks', name), target);
  await reopenNotebook(page, target);
}

/** Open a notebook that is there. */
export async function reopenNotebook(page: Page, target: string): Promise<void> {
  await execute(page, 'docmanager:open', { path: target, factory: 'Notebook' });
  await expect(cellOf(page, 1)).toBeVisible();
}

/** Carry out one of JupyterLab's commands. */
export async function execute(
  page: Page,
  command: string,
  args: Record<string, string> = {}
): Promise<void> {
  await page.evaluate(
    ([id, given]) => window.jupyterapp.commands.execute(id, given).then(() => undefined),
    [command, args] as const
  );
}

/** A cell of the notebook in front. */
export function cellOf(page: Page, index: number): Locator {
  return page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell').nth(index);
}

/** Replace a cell's source and leave the cell. */
export async function edit(page: Page, index: number, source: string): Promise<void> {
  const editor = cellOf(page, index).getByRole('textbox');
  await editor.click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(source);
  await page.keyboard.press('Escape');
  await expect(editor).toContainText(source.split('\n')[0]);
}

export function button(panel: Locator, name: string | RegExp): Locator {
  return panel.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
}

/** Drag the edge of the right area until the panel is as wide as this. */
export async function setWidth(page: Page, width: number): Promise<void> {
  const panel = panelOf(page);
  const handle = page
    .locator('#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)')
    .last();
  const from = (await handle.boundingBox())!;
  const now = (await panel.boundingBox())!.width;
  const [x, y] = [from.x + from.width / 2, from.y + 300];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + now - width, y, { steps: 4 });
  await page.mouse.up();
}
