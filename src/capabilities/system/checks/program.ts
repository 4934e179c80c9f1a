// Only the user who runs the program, or root, can change it.
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, problem, word, type Check, type Finding } from '../../../ground/doctor/check.ts';

/** The parts that are run or loaded. A checkout also has sources and packages, which are not. */
const PARTS = ['package.json', 'bin', 'dist'];

const check: Check = {
  title: 'Program',
  order: 110,
  advisor: 'Program',

  async run({ program, userId }) {
    const isWeak = ({ uid, mode }: Stats) => (mode & 0o022) !== 0 || (uid !== 0 && uid !== userId);
    const above = foldersAbove(program).filter((path) => isWeak(withoutSticky(lstatSync(path))));
    const files = PARTS.flatMap((part) => everything(join(program, part)));
    const inside = [program, ...files].filter((path) => isWeak(lstatSync(path)));
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

/** In a directory with the sticky bit, such as /tmp, users cannot rename the files of others. */
function withoutSticky(stats: Stats): Stats {
  if ((stats.mode & 0o1000) !== 0) stats.mode &= ~0o022;
  return stats;
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}

/** Returns the path and all files below it, without links, which have no modes of their own. */
function everything(path: string): string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isSymbolicLink()) return [];
  if (!stats.isDirectory()) return [path];
  return [path, ...readdirSync(path).flatMap((name) => everything(join(path, name)))];
}

export default check;
