// A call finds its function by the name of its file: a list of all would have to be read at each start.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Each function's module as an entry of its own: `functions/NAME`, and where it stands. */
export function functionEntries(top: string): Record<string, string> {
  const paths = readdirSync(join(top, 'src/functions'), { recursive: true, encoding: 'utf8' });
  const modules = paths.filter((path) => /^[\w-]+\/\w+\.ts$/.test(path));
  return Object.fromEntries([
    ...modules.map((path) => [`functions/${path.slice(path.indexOf('/') + 1, -3)}`, `src/functions/${path}`]),
    ...accountFunctionEntries(top),
  ]) as Record<string, string>;
}

/** The same for UAPI and API 2: `functions/uapi.MODULE.NAME`. */
function accountFunctionEntries(top: string): [entry: string, source: string][] {
  return ['uapi', 'api2'].flatMap((api) =>
    readdirSync(join(top, 'src', api), { recursive: true, encoding: 'utf8' })
      .filter((path) => /^\w+\/\w+\.ts$/.test(path))
      .map((path): [string, string] => [
        `functions/${api}.${path.slice(0, -3).replace('/', '.')}`,
        `src/${api}/${path}`,
      ]),
  );
}

export function functionsByName(): Plugin {
  return {
    name: 'functions by name',
    setup(build) {
      build.onLoad({ filter: /\/src\/functions\/load\.ts$/ }, () => ({
        loader: 'ts',
        contents: `
          import { existsSync } from 'node:fs';
          export async function loadFunction(name: string) {
            // Only a name: whatever leads elsewhere is none.
            if (!/^\\w+$/.test(name) || !existsSync(\`\${__dirname}/functions/\${name}.cjs\`)) return undefined;
            return require(\`#functions/\${name}.cjs/\${name}\`).default;
          }`,
      }));
      build.onLoad({ filter: /\/src\/uapi\/load\.ts$/ }, () => ({
        loader: 'ts',
        contents: `
          import { existsSync } from 'node:fs';
          export async function loadAccountFunction(api: string, name: string) {
            if (!/^\\w+::\\w+$/.test(name)) return undefined;
            const file = api + '.' + name.replace('::', '.');
            if (!existsSync(\`\${__dirname}/functions/\${file}.cjs\`)) return undefined;
            return require(\`#functions/\${file}.cjs/\${file}\`).default;
          }`,
      }));
    },
  };
}
