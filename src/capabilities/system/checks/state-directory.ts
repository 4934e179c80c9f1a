// The state directory and its files belong to the caller, and are closed to everybody else.
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  note,
  ok,
  problem,
  word,
  type Check,
  type Finding,
  type Subject,
} from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'State directory',
  order: 10,
  advisor: 'StateDirectory',

  async run({ stateDirectory, userId }) {
    const stats = lstatSync(stateDirectory, { throwIfNoEntry: false });
    if (stats === undefined) {
      return [note(`“${stateDirectory}” does not exist yet. The first call creates it.`)];
    }
    // A link is followed, as calls do. The check applies to its target.
    const path = stats.isSymbolicLink() ? `${stateDirectory}/.` : stateDirectory;
    const target = lstatSync(path, { throwIfNoEntry: false });
    if (target?.isDirectory() !== true) {
      const away = `mv ${word(stateDirectory)} ${word(`${stateDirectory}.old`)}`;
      return [problem(`“${stateDirectory}” is not a directory.`, away)];
    }
    const findings = [
      ...faultsOf(stateDirectory, target, userId, '700'),
      ...openParents(stateDirectory),
      ...(target.uid === userId ? filesOf(stateDirectory, userId) : []),
    ];
    return findings.length > 0
      ? findings
      : [ok(`“${stateDirectory}” and its files belong to you, and nobody else can reach them.`)];
  },
};

function filesOf(folder: string, userId: Subject['userId']): Finding[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true ? faultsOf(path, stats, userId, '600') : [];
  });
}

function faultsOf(path: string, { uid, mode }: Stats, userId: number, right: '600' | '700'): Finding[] {
  const findings: Finding[] = [];
  if (uid !== userId) {
    const owner = `“${path}” belongs to the user with the ID ${uid}, not to you (${userId}).`;
    findings.push(problem(owner, `chown ${userId} ${word(path)}`));
  }
  if ((mode & 0o077) !== 0) {
    const open = `“${path}” is open to other users (mode ${(mode & 0o777).toString(8)}).`;
    findings.push(problem(open, `chmod ${right} ${word(path)}`));
  }
  return findings;
}

/** A user who can write to a parent directory can replace the state directory. */
function openParents(path: string): Finding[] {
  const findings: Finding[] = [];
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const stats = lstatSync(folder, { throwIfNoEntry: false });
    const isSticky = ((stats?.mode ?? 0) & 0o1000) !== 0;
    if (stats?.isDirectory() === true && (stats.mode & 0o002) !== 0 && !isSticky) {
      const open = `Every user can rename what is in “${folder}”, also the state directory.`;
      findings.push(problem(open, `chmod o-w ${word(folder)}`));
    }
  }
  return findings;
}

export default check;
