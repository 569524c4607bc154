const { existsSync } = require('fs');
const baseConfig = require('@jupyterlab/galata/lib/playwright-config');

const DEBIAN_CHROMIUM = '/usr/bin/chromium';

/** The browser: MILLSTREAM_CHROMIUM, else Debian's, else (undefined) Playwright's own. */
const executablePath =
  process.env.MILLSTREAM_CHROMIUM || (existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : undefined);

module.exports = {
  ...baseConfig,
  reporter: [['list']],
  retries: 1,
  timeout: 180 * 1000,
  workers: 1,
  expect: { timeout: 30 * 1000 },
  use: {
    ...baseConfig.use,
    trace: 'retain-on-failure',
    video: 'off',
    viewport: { width: 1280, height: 900 },
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  },
  webServer: {
    command: 'jlpm start',
    url: 'http://localhost:8888/lab',
    timeout: 180 * 1000,
    reuseExistingServer: !process.env.CI
  }
};
