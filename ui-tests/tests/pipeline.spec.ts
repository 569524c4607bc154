import { expect } from '@jupyterlab/galata';
import {
  button,
  cellOf,
  edit,
  openNotebook,
  openPanel,
  type Page,
  reopenNotebook,
  RUN,
  test
} from './panel';

test.describe('Pipeline', () => {
  test('shows the steps of the notebook in front, their cells and what crosses between them', async ({
    page,
    tmpPath
  }) => {
    await openNotebook(page, tmpPath, 'quick.ipynb');
    const panel = await openPanel(page);
    const evaluate = panel.getByRole('listitem', { name: 'evaluate', exact: true });
    await expect(evaluate).toBeVisible();
    await expect(panel.getByText('3 steps', { exact: true })).toBeVisible();
    await expect(evaluate).toContainText('needs');
    await expect(evaluate).toContainText('total');
    await button(evaluate, 'evaluate').click();
    await expect(cellOf(page, 8)).toHaveClass(/jp-mod-active/);
  });

  test('gives the selected cells a step, writes it to the file, and takes it back', async ({
    page,
    tmpPath
  }) => {
    await openNotebook(page, tmpPath, 'untagged.ipynb');
    const panel = await openPanel(page);
    await expect(panel.getByText('No cell of this notebook has a step yet')).toBeVisible();
    await expect(button(panel, 'Run')).toBeDisabled();
    await page.notebook.selectCells(1, 2);
    await expect(panel.getByText('2 cells selected: no tag')).toBeVisible();
    await panel.getByLabel('Step for selected cells').fill('load');
    await button(panel, 'Set step').click();
    const load = panel.getByRole('listitem', { name: 'load', exact: true });
    await expect(load).toBeVisible();
    await expect(cellOf(page, 1)).toHaveAttribute('data-ms-step', 'load');
    await expect
      .poll(async () => (await tagsOnDisk(page, `${tmpPath}/untagged.ipynb`))[1])
      .toEqual(['step:load']);
    await button(panel, 'Remove tag').click();
    await expect(load).toBeHidden();
    await expect
      .poll(async () => (await tagsOnDisk(page, `${tmpPath}/untagged.ipynb`))[1])
      .toEqual([]);
  });

  test('suggests steps for a notebook without any, and tags the cells when they are accepted', async ({
    page,
    tmpPath
  }) => {
    await openNotebook(page, tmpPath, 'untagged.ipynb');
    const panel = await openPanel(page);
    await panel.getByLabel('Name of the step from cell 1').fill('sum_up');
    await button(panel, 'Accept suggested steps').click();
    await expect(panel.getByRole('listitem', { name: 'sum_up', exact: true })).toBeVisible();
    await expect(button(panel, 'Run')).toBeEnabled();
  });

  test('says what is wrong with a step name', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'untagged.ipynb');
    const panel = await openPanel(page);
    await panel.getByLabel('Step for selected cells').fill('../x');
    await button(panel, 'Set step').click();
    await expect(panel.getByText('A name starts with a letter')).toBeVisible();
  });

  test('runs to success, shows each step and the metrics, and reuses what did not change', async ({
    page,
    tmpPath
  }) => {
    await openNotebook(page, tmpPath, 'quick.ipynb');
    const panel = await openPanel(page);
    await panel.getByRole('textbox', { name: 'size' }).fill('30');
    await button(panel, 'Run').click();
    await expect(panel.getByRole('progressbar')).toBeVisible();
    await expect(button(panel, 'Cancel')).toBeEnabled();
    await expect(panel.getByText(/^Succeeded in /)).toBeVisible(RUN);
    const load = panel.getByRole('listitem', { name: 'load', exact: true });
    await expect(load).toContainText('ran');
    await expect(panel.getByLabel('Metrics')).toContainText('142.58');
    await button(panel, 'Run').click();
    await expect(panel.getByText(/^Succeeded in /)).toBeVisible(RUN);
    await expect(load).toContainText('cached');
  });

  test('jumps to the cell and the line that failed', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'quick.ipynb');
    const panel = await openPanel(page);
    await expect(panel.getByRole('listitem', { name: 'train', exact: true })).toBeVisible();
    await edit(page, 7, 'total = sum(numbers) * scale\nbroken = [][1]');
    await page.notebook.selectCells(0);
    await expect(panel.getByText('Edited since the last analysis')).toBeVisible();
    await button(panel, 'Run').click();
    const failure = panel.getByRole('alert').filter({ hasText: 'Step train failed' });
    await expect(failure).toBeVisible(RUN);
    await expect(failure).toContainText('IndexError');
    await button(failure, /Go to cell 7, line 2/).click();
    await expect(cellOf(page, 7)).toHaveClass(/jp-mod-active/);
    await expect.poll(() => cursorLine(page)).toBe(2);
    await expect(panel.getByRole('listitem', { name: 'evaluate', exact: true })).toContainText(
      'not run'
    );
  });

  test('cancels a run', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'quick.ipynb');
    const panel = await openPanel(page);
    await edit(page, 4, 'import time\ntime.sleep(100)\nnumbers = squares(size)');
    await button(panel, 'Run').click();
    await expect(panel.getByRole('listitem', { name: 'load', exact: true })).toContainText(
      'running',
      RUN
    );
    await button(panel, 'Cancel').click();
    await expect(panel.getByText('Cancelled', { exact: true })).toBeVisible(RUN);
  });

  test('finds its run again when the page is loaded anew', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'quick.ipynb');
    let panel = await openPanel(page);
    await edit(page, 4, 'import time\ntime.sleep(100)\nnumbers = squares(size)');
    await button(panel, 'Run').click();
    await expect(panel.getByRole('listitem', { name: 'load', exact: true })).toContainText(
      'running',
      RUN
    );
    await page.reload();
    await reopenNotebook(page, `${tmpPath}/quick.ipynb`);
    panel = await openPanel(page);
    await expect(button(panel, 'Cancel')).toBeEnabled();
    await button(panel, 'Cancel').click();
    await expect(panel.getByText('Cancelled', { exact: true })).toBeVisible(RUN);
  });

  test('lists what is wrong, the worst first, and jumps to it', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'quick.ipynb');
    const panel = await openPanel(page);
    await edit(page, 7, 'total = sum(numbers) *');
    await button(panel, 'Save and analyse').click();
    const errors = panel.getByRole('list', { name: /error/ });
    await expect(errors).toBeVisible();
    await page.notebook.selectCells(0);
    await errors.getByRole('button').first().click();
    await expect(cellOf(page, 7)).toHaveClass(/jp-mod-active/);
  });
});

/** The line, from 1, of the cursor in the active cell; 0 where it is not being edited. */
function cursorLine(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { content } = window.jupyterapp.shell.currentWidget as unknown as {
      content: {
        mode: string;
        activeCell: { editor: { getCursorPosition: () => { line: number } } };
      };
    };
    return content.mode === 'edit' ? content.activeCell.editor.getCursorPosition().line + 1 : 0;
  });
}

/** The tags of each cell as the file has them. */
async function tagsOnDisk(page: Page, file: string): Promise<string[][]> {
  const notebook = await page.evaluate(
    target => window.jupyterapp.serviceManager.contents.get(target, { content: true }),
    file
  );
  return notebook.content.cells.map(
    (cell: { metadata: { tags?: string[] } }) => cell.metadata.tags ?? []
  );
}
