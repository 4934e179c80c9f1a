// Nobody else can change the program that runs: for root, nobody but root.
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, problem, word, type Check, type Finding } from '../check.ts';

/** What is run or loaded; a checkout has sources as well, which are not. */
const PARTS = [
  'package.json',
  'bin',
  'dist',
  'node_modules/better-sqlite3',
  'node_modules/bindings',
  'node_modules/file-uri-to-path',
];

const check: Check = {
  title: 'Program',
  order: 110,

  async run({ program, userId }) {
    const isWeak = ({ uid, mode }: Stats) => (mode & 0o022) !== 0 || (uid !== 0 && uid !== userId);
    const above = foldersAbove(program).filter((path) => isWeak(withoutSticky(lstatSync(path))));
    const inside = [program, ...PARTS.flatMap((part) => everything(join(program, part)))].filter((path) =>
      isWeak(lstatSync(path)),
    );
    const findings: Finding[] = above.map((path) =>
      problem(
        `Other users can change “${path}”, and with it the program in “${program}”.`,
        `${userId === 0 ? `chown root:root ${word(path)} && ` : ''}chmod go-w ${word(path)}`,
      ),
    );
    if (inside.length > 0) {
      findings.push(
        problem(
          `Other users can change the program that you run, such as “${inside[0] ?? ''}”.`,
          `chown -R ${userId === 0 ? 'root:root' : userId} ${word(program)} && chmod -R go-w ${word(program)}`,
        ),
      );
    }
    return findings.length > 0 ? findings : [ok(`Nobody else can change the program in “${program}”.`)];
  },
};

/** In a folder such as /tmp, others cannot rename what is not theirs. */
function withoutSticky(stats: Stats): Stats {
  if ((stats.mode & 0o1000) !== 0) stats.mode &= ~0o022;
  return stats;
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}

/** The path and all below it. Links have no modes of their own. */
function everything(path: string): string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isSymbolicLink()) return [];
  if (!stats.isDirectory()) return [path];
  return [path, ...readdirSync(path).flatMap((name) => everything(join(path, name)))];
}

export default check;
