import { expect } from '@jupyterlab/galata';
import { button, openNotebook, openPanel, RUN, test } from './panel';

test('Runs: history, one run, its executed notebook, a comparison', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, 'quick.ipynb');
  const panel = await openPanel(page);

  await test.step('says that there is no run yet', async () => {
    await panel.getByRole('tab', { name: 'Runs' }).click();
    await expect(panel.getByText('No run yet')).toBeVisible();
    await panel.getByRole('tab', { name: 'Pipeline' }).click();
  });

  await test.step('lists the runs', async () => {
    for (const size of ['20', '40']) {
      await panel.getByRole('textbox', { name: 'size' }).fill(size);
      await button(panel, 'Run').click();
      await expect(button(panel, 'Cancel')).toBeEnabled();
      await expect(panel.getByText(/^Succeeded in /)).toBeVisible(RUN);
    }
    await panel.getByRole('tab', { name: 'Runs' }).click();
    await expect(panel.getByRole('row')).toHaveCount(3);
    await expect(panel.getByRole('row').nth(1)).toContainText('quick');
    await expect(panel.getByRole('row').nth(1)).toContainText('root');
  });

  await test.step('filters', async () => {
    await panel.getByLabel('Filter runs').fill('size = 40');
    await expect(panel.getByRole('row')).toHaveCount(2);
    await panel.getByLabel('Filter runs').fill('size >');
    await expect(panel.getByRole('alert')).toBeVisible();
    await panel.getByLabel('Filter runs').fill('');
    await expect(panel.getByRole('row')).toHaveCount(3);
  });

  await test.step('compares two', async () => {
    await expect(button(panel, 'Compare')).toBeDisabled();
    for (const box of await panel.getByRole('checkbox').all()) {
      await box.check();
    }
    await button(panel, 'Compare').click();
    const compare = page.getByRole('main').locator('.ms-Compare');
    await expect(compare.getByRole('heading', { name: 'Compare 2 runs' })).toBeVisible();
    await expect(compare.getByRole('row', { name: /^size/ })).toContainText('changed');
    await expect(compare.getByRole('row', { name: /^scale/ })).not.toContainText('changed');
  });

  await test.step('opens the executed notebook of a step to read', async () => {
    await panel.getByRole('row').nth(1).getByRole('button').click();
    await expect(button(panel, 'All runs')).toBeFocused();
    await button(panel, 'Open the executed notebook of load').click();
    const notebook = page.getByRole('main').locator('.jp-NotebookPanel:visible');
    await expect(notebook.getByText('notebook is read-only')).toBeVisible();
    await expect(notebook.locator('.jp-OutputArea-output').first()).toContainText('small');
    await button(panel, 'All runs').click();
    await expect(panel.getByRole('row')).toHaveCount(3);
  });
});
