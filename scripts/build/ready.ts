// Makes at build time what --help and the Tab key tell, as files that a start reads and does not compute.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import * as ready from '../../src/cli/ready.ts';
import { accountPrograms } from '../../src/core/account-programs.ts';
import { index } from '../../src/functions/index.generated.ts';
import { accountIndex } from '../../src/uapi/index.generated.ts';
import { documentedApis, openApiDocument } from '../../src/openapi/document.ts';

const FOLDER = 'ready';
const OPENAPI = 'openapi';

/** Writes the files below `dist`. */
export async function writeReady(dist: string): Promise<void> {
  const folder = join(dist, FOLDER);
  for (const name of ['functions', 'uapi/functions', 'uapi/modules', 'api2/functions', 'api2/modules']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const write = (name: string, value: unknown) => {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(value));
  };
  write('help', await ready.readyHelp());
  write('functions', await ready.functionCandidates());
  write('meta-parameters', await ready.metaParameters());
  for (const api of documentedApis) {
    writeFileSync(join(folder, `${OPENAPI}-${api}.json`), await openApiDocument(api));
  }
  for (const name of Object.keys(index)) write(`functions/${name}`, await ready.completable(name));
  for (const { api } of Object.values(accountPrograms)) {
    const modules = await ready.moduleCandidates(api);
    write(`${api}/modules`, modules);
    for (const { value } of modules) {
      write(`${api}/modules/${value}`, await ready.accountFunctionCandidates(api, value));
    }
    for (const name of Object.keys(accountIndex[api])) {
      write(`${api}/functions/${name}`, await ready.completableAccountFunction(api, name));
    }
  }
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
          const readIfThere = (folder: string, name: string) =>
            // Only a name: whatever leads elsewhere is none.
            /^[\\w:]+$/.test(name) && existsSync(pathOf(folder + '/' + name)) ? read(folder + '/' + name) : undefined;
          export const moduleCandidates = async (api: string) => read(api + '/modules');
          export const accountFunctionCandidates = async (api: string, module: string) =>
            readIfThere(api + '/modules', module) ?? [];
          export const completable = async (name: string) => readIfThere('functions', name);
          export const completableAccountFunction = async (api: string, name: string) =>
            readIfThere(api + '/functions', name);`,
      }));
    },
  };
}

/** The module that reads the OpenAPI documents, in the place of the one that makes them. */
export function readyOpenApi(top: string): Plugin {
  return {
    name: 'ready OpenAPI documents',
    setup(build) {
      build.onLoad({ filter: /\/src\/openapi\/document\.ts$/ }, () => ({
        resolveDir: join(top, 'src/openapi'),
        loader: 'ts',
        contents: `
          import { readFile } from 'node:fs/promises';
          export const openApiDocument = (api: string) => readFile(\`\${__dirname}/${FOLDER}/${OPENAPI}-\${api}.json\`, 'utf8');`,
      }));
    },
  };
}
