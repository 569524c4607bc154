import { expect } from '@jupyterlab/galata';
import * as path from 'path';
import { button, openPanel, reopenNotebook, setWidth, test } from './panel';

const IMAGES = path.resolve(__dirname, '../../docs/images');

test('the flights example runs from the panel; its pictures for the README', async ({ page }) => {
  test.setTimeout(10 * 60 * 1000);
  await reopenNotebook(page, 'flights/flights.ipynb');
  await page.sidebar.close('left');
  const panel = await openPanel(page);
  await setWidth(page, 330);
  const evaluate = panel.getByRole('listitem', { name: 'evaluate', exact: true });
  await expect(evaluate).toBeVisible();
  await button(panel, 'Run').click();
  await expect(panel.getByText(/^Succeeded in /)).toBeVisible({ timeout: 8 * 60 * 1000 });
  await expect(panel.getByLabel('Metrics')).toContainText('roc_auc');
  await button(panel.getByRole('listitem', { name: 'load', exact: true }), 'load').click();
  for (const [theme, name] of [
    ['JupyterLab Light', 'panel-light.png'],
    ['JupyterLab Dark', 'panel-dark.png']
  ]) {
    await page.theme.setTheme(theme);
    await page.screenshot({ path: path.join(IMAGES, name) });
  }
});
