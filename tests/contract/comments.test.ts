// Comments begin with their subject, and not with “Of”.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const top = join(__dirname, '../..');

test('no comment begins with “Of”', () => {
  const files = ['bin', 'scripts', 'src', 'tests']
    .flatMap((folder) =>
      readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => /\.(?:c|cjs|ts)$/.test(file) && !file.endsWith('.generated.ts'));
  expect(files.length).toBeGreaterThan(1000);
  const found = files.flatMap((file) =>
    readFileSync(join(top, file), 'utf8')
      .split('\n')
      .flatMap((line, at) => (/^\s*(?:\/\*\*|\*|\/\/|\/\*) Of\b/.test(line) ? [`${file}:${at + 1}`] : [])),
  );
  expect(found).toEqual([]);
});
