import { expect, type IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import * as path from 'path';

export type Page = IJupyterLabPageFixture;

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

/** Upload one of `notebooks/` into the test's own folder and open it. */
export async function openNotebook(page: Page, folder: string, name: string): Promise<void> {
  const target = `${folder}/${name}`;
  await page.contents.uploadFile(path.resolve(__dirname, '../notebooks', name), target);
  // A project of its own, so that each test has its own history.
  await page.contents.createDirectory(`${folder}/.millstream`).catch(() => undefined);
  await page.notebook.openByPath(target);
  await page.notebook.activate(name);
}

/** Replace a cell's source and leave the cell. */
export async function edit(page: Page, cell: number, source: string): Promise<void> {
  await page.notebook.setCell(cell, 'code', source);
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
