// Makes at build time what --help and the Tab key tell, as files that a start reads and does not compute.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import * as ready from '../../src/cli/ready.ts';
import { index } from '../../src/functions/index.generated.ts';
import { loadFunction } from '../../src/functions/load.ts';
import { openApiDocument } from '../../src/http/openapi-document.ts';
import { version } from '../../package.json';

const FOLDER = 'ready';
const OPENAPI = 'openapi';

/** Writes the files below `dist`. */
export async function writeReady(dist: string): Promise<void> {
  const folder = join(dist, FOLDER);
  mkdirSync(join(folder, 'functions'), { recursive: true });
  const write = (name: string, value: unknown) => {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(value));
  };
  write('help', await ready.readyHelp());
  write('functions', await ready.functionCandidates());
  write('meta-parameters', await ready.metaParameters());
  const functions = async () => index;
  const document = await openApiDocument({ functions, find: loadFunction, version });
  writeFileSync(join(folder, `${OPENAPI}.json`), document);
  for (const name of Object.keys(index)) write(`functions/${name}`, await ready.completable(name));
}

/** The module that reads them, in the place of the one that makes them. */
export function readyReader(top: string): Plugin {
  return {
    name: 'ready',
    setup(build) {
      build.onLoad({ filter: /\/src\/cli\/ready\.ts$/ }, () => ({
        resolveDir: join(top, 'src/cli'),
        loader: 'ts',
        contents: `
          import { existsSync, readFileSync } from 'node:fs';
          const pathOf = (name: string) => \`\${__dirname}/${FOLDER}/\${name}.json\`;
          const read = (name: string) => JSON.parse(readFileSync(pathOf(name), 'utf8'));
          export const readyHelp = async () => read('help');
          export const functionCandidates = async () => read('functions');
          export const metaParameters = async () => read('meta-parameters');
          export async function completable(command: string) {
            const name = \`functions/\${command}\`;
            return /^\\w+$/.test(command) && existsSync(pathOf(name)) ? read(name) : undefined;
          }`,
      }));
    },
  };
}

/** The module that reads the OpenAPI document, in the place of the one that makes it. */
export function readyOpenApi(top: string): Plugin {
  return {
    name: 'ready OpenAPI document',
    setup(build) {
      build.onLoad({ filter: /\/src\/http\/openapi-document\.ts$/ }, () => ({
        resolveDir: join(top, 'src/http'),
        contents: `
          import { readFile } from 'node:fs/promises';
          export const openApiDocument = () => readFile(\`\${__dirname}/${FOLDER}/${OPENAPI}.json\`, 'utf8');`,
      }));
    },
  };
}
