import { expect } from '@jupyterlab/galata';
import { openNotebook, test } from './panel';

test.describe('Promote to pipeline', () => {
  test('asks for a name, writes the pipeline and opens its folder', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'quick.ipynb');
    await page.getByRole('button', { name: 'Promote to pipeline' }).click();
    const dialog = page.getByRole('dialog');
    const name = dialog.getByLabel('Name of the pipeline');
    await expect(name).toHaveValue('quick');
    await name.fill('../up');
    await expect(dialog.getByRole('button', { name: 'Promote' })).toBeDisabled();
    await name.fill('nightly');
    await dialog.getByRole('button', { name: 'Promote' }).click();
    await expect(page.getByText(/nightly is promoted as version 1/)).toBeVisible();
    await page.getByRole('button', { name: 'Open folder' }).click();
    const browser = page.getByRole('region', { name: 'File Browser Section' });
    await expect(browser.getByRole('listitem', { name: /pipeline\.yaml/ })).toBeVisible();
    await expect(browser.getByRole('listitem', { name: /steps/ })).toBeVisible();
    expect(await page.contents.fileExists(`${tmpPath}/pipelines/nightly/pipeline.yaml`)).toBe(true);
  });

  test('says when nothing changed since the last version', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'quick.ipynb');
    for (const said of [/quick is promoted as version 1/, /quick is already version 1/]) {
      await page.getByRole('button', { name: 'Promote to pipeline' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click();
      await expect(page.getByText(said)).toBeVisible();
    }
  });

  test('asks again with the reason when the server refuses', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'untagged.ipynb');
    await page.getByRole('button', { name: 'Promote to pipeline' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click();
    await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
  });
});
