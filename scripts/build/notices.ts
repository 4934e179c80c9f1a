// The licences of what is bundled into dist/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param inputs the bundle's source files, from the project's top. */
export function notices(top: string, inputs: readonly string[]): string {
  const folders = new Set(
    inputs.flatMap((path) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(top, folder, 'package.json'), 'utf8'),
      ) as { name: string; version: string; license?: string };
      return `${name} ${version} (${license ?? 'see below'})\n\n${licenceText(join(top, folder))}`;
    })
    .join(`\n\n${'-'.repeat(78)}\n\n`);
}

function licenceText(folder: string): string {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'License']) {
    try {
      return readFileSync(join(folder, name), 'utf8').trim();
    } catch {
      // The next name.
    }
  }
  return 'The package holds no licence file.';
}
