import AxeBuilder from '@axe-core/playwright';
import { expect } from '@jupyterlab/galata';
import {
  button,
  cellOf,
  execute,
  openNotebook,
  openPanel,
  type Page,
  panelOf,
  test
} from './panel';

const API = '**/millstream/api/**';

test.describe('What the panel says where there is nothing to show', () => {
  test('no notebook', async ({ page }) => {
    const panel = await openPanel(page);
    await expect(panel.getByText('No notebook is open')).toBeVisible();
  });

  test('no server extension, and that it is back', async ({ page }) => {
    await page.route(API, route => route.fulfill({ status: 404, body: 'Not found' }));
    const panel = await openPanel(page);
    await expect(panel.getByText('The Millstream server extension is not running')).toBeVisible();
    await page.unroute(API);
    await panel.getByRole('button', { name: 'Try again' }).click();
    await expect(panel.getByText('No notebook is open')).toBeVisible();
  });

  test('a server that does not fit', async ({ page }) => {
    await page.route(API, route => route.fulfill({ json: { version: '99.0.0', api: 99 } }));
    const panel = await openPanel(page);
    await expect(panel.getByText('Panel and server do not fit together')).toBeVisible();
  });
});

test.describe('Everyone can use it', () => {
  test('by keyboard alone: to the panel, through its tabs, to a step', async ({
    page,
    tmpPath
  }) => {
    await openNotebook(page, tmpPath, 'quick.ipynb');
    await execute(page, 'millstream:open');
    const panel = panelOf(page);
    await expect(panel.getByRole('tab', { name: 'Pipeline' })).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(panel.getByRole('tab', { name: 'Runs' })).toBeFocused();
    await expect(panel.getByRole('tabpanel', { name: 'Runs' })).toBeVisible();
    await page.keyboard.press('Home');
    await expect(panel.getByRole('tabpanel', { name: 'Pipeline' })).toBeVisible();
    const load = panel
      .getByRole('listitem', { name: 'load', exact: true })
      .getByRole('button', { name: 'load', exact: true });
    await expect(load).toBeVisible();
    for (
      let tabs = 0;
      tabs < 40 && !(await load.evaluate(node => node === document.activeElement));
      tabs += 1
    ) {
      await page.keyboard.press('Tab');
    }
    await expect(load).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(cellOf(page, 4)).toHaveClass(/jp-mod-active/);
  });

  for (const theme of ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast']) {
    test(`no serious finding of axe in ${theme}`, async ({ page, tmpPath }) => {
      await page.theme.setTheme(theme);
      await openNotebook(page, tmpPath, 'quick.ipynb');
      const panel = await openPanel(page);
      await expect(panel.getByRole('listitem', { name: 'load', exact: true })).toBeVisible();
      expect(await seriousFindings(page)).toEqual([]);
      await panel.getByRole('tab', { name: 'Runs' }).click();
      await expect(panel.getByText('No run yet')).toBeVisible();
      expect(await seriousFindings(page)).toEqual([]);
      await panel.getByRole('tab', { name: 'Pipeline' }).click();
      await openNotebook(page, tmpPath, 'untagged.ipynb');
      await expect(button(panel, 'Accept suggested steps')).toBeVisible();
      expect(await seriousFindings(page)).toEqual([]);
    });
  }
});

/** What axe calls serious or critical within the panel. */
async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).include('#millstream').analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
