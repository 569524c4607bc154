/**
 * Generates src/api/schema.ts from the server's own OpenAPI document.
 *
 * `node scripts/api-types.mjs` writes it; with `--check` it only compares, and fails when the file is stale.
 * PYTHON names the interpreter that has millstream installed; the default is `python`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { format, resolveConfig } from 'prettier';

const TARGET = 'src/api/schema.ts';
const HEAD = `/** Generated from the server’s OpenAPI document by \`jlpm api\`; do not edit. */

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

`;

/** Of JSON: a type that refers to itself through an index, as generated, is one that TypeScript refuses. */
const options = {
  defaultNonNullable: false,
  transform: (_, { path }) =>
    path === '#/components/schemas/JsonValue'
      ? ts.factory.createTypeReferenceNode('JsonValue')
      : undefined
};

const python = process.env.PYTHON ?? 'python';
const document = JSON.parse(
  execFileSync(python, ['-m', 'millstream.server.openapi'], { encoding: 'utf8' })
);
// Versions change with each release; the types should not.
document.info.version = '';
document.servers = undefined;
const source = HEAD + astToString(await openapiTS(document, options));
const text = await format(source, { ...(await resolveConfig(TARGET)), parser: 'typescript' });

if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error(`${TARGET} is stale: run \`jlpm api\` and commit it.`);
  process.exit(1);
}
