const { existsSync } = require('fs');
const baseConfig = require('@jupyterlab/galata/lib/playwright-config');

const DEBIAN_CHROMIUM = '/usr/bin/chromium';

/** The browser: MILLSTREAM_CHROMIUM, else Debian's, else (undefined) Playwright's own. */
const executablePath =
  process.env.MILLSTREAM_CHROMIUM || (existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : undefined);

/** A port of our own: 8888 may well be taken by the Jupyter that someone works in. */
const port = process.env.MILLSTREAM_UI_PORT || '8897';
const baseURL = `http://localhost:${port}`;

module.exports = {
  ...baseConfig,
  reporter: [['list']],
  retries: 1,
  timeout: 180 * 1000,
  workers: 1,
  expect: { timeout: 30 * 1000 },
  use: {
    ...baseConfig.use,
    baseURL,
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
    command: `jlpm start --port=${port} --ServerApp.port_retries=0`,
    url: `${baseURL}/lab`,
    timeout: 180 * 1000,
    reuseExistingServer: !process.env.CI
  }
};
