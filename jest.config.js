const jestJupyterLab = require('@jupyterlab/testing/lib/jest-config');

// Packages published as ES modules only: jest has to translate them.
const esModules = [
  '@codemirror',
  '@jupyter/ydoc',
  '@jupyter/react-components',
  '@jupyter/web-components',
  '@jupyterlab/',
  '@marijn',
  '@microsoft',
  'exenv-es6',
  'lib0',
  'marked',
  'nanoid',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');

const base = jestJupyterLab(__dirname);

module.exports = {
  ...base,
  collectCoverageFrom: ['src/**/*.{ts,tsx}', '!src/**/*.d.ts', '!src/**/__tests__/**'],
  coverageReporters: ['text-summary'],
  reporters: ['default'],
  // Nothing else is crawled: not a Python environment beside the sources, however large.
  roots: ['<rootDir>/src'],
  modulePathIgnorePatterns: ['<rootDir>/labextension/dist', '<rootDir>/lib'],
  testRegex: 'src/(.*/)?__tests__/.*\\.spec\\.tsx?$',
  // Types are checked by `jlpm lint:types`; here they would only make the tests slower.
  transform: {
    ...base.transform,
    '^.+\\.tsx?$': ['ts-jest', { tsconfig: './tsconfig.test.json', diagnostics: false }]
  },
  transformIgnorePatterns: [`/node_modules/(?!${esModules}).+`]
};
