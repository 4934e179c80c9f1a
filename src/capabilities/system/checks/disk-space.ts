// The file systems of the state directory and of the homes have enough space.
import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  ok,
  problem,
  warning,
  word,
  type Check,
  type Finding,
  type Subject,
} from '../../../ground/doctor/check.ts';

const MEBIBYTE = 1_048_576;
/** With less, calls will soon fail. The share is for small disks. */
const FULL = { share: 0.01, mebibytes: 100 };
const LOW = { share: 0.05, mebibytes: 1024 };

const check: Check = {
  title: 'Disk space',
  order: 100,

  async run({ stateDirectory, isSandbox }: Subject) {
    const homes = isSandbox ? join(stateDirectory, 'root/home') : '/home';
    const places = [...new Set([stateDirectory, homes].map(nearest))];
    const seen = new Set<number>();
    return places.flatMap((place) => {
      const { dev } = statSync(place);
      if (seen.has(dev)) return [];
      seen.add(dev);
      return measure(place);
    });
  },
};

/** Returns the path, or its nearest existing parent directory. */
function nearest(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearest(dirname(path));
}

function measure(place: string): Finding[] {
  const { bavail, blocks, bsize, ffree, files } = statfsSync(place);
  const free = (bavail * bsize) / MEBIBYTE;
  const total = (blocks * bsize) / MEBIBYTE;
  const room = `${sizeOf(free)} of ${sizeOf(total)} are free in the file system of “${place}”.`;
  const largest = `du -xh --max-depth=2 ${word(place)} | sort -h | tail`;
  // Both must apply: a large disk still has much space at 5 %, and a small one never has 1 GiB.
  const isBelow = ({ share, mebibytes }: typeof LOW) => free < mebibytes && free < share * total;
  // Some file systems, such as btrfs, have no fixed number of inodes.
  const inodes = files === 0 ? 1 : ffree / files;
  const findings: Finding[] = [];
  if (free < 10 || isBelow(FULL))
    findings.push(problem(`Only ${room} The command shows what uses it.`, largest));
  else if (isBelow(LOW)) findings.push(warning(`Only ${room} The command shows what uses it.`, largest));
  if (inodes < LOW.share) {
    const few = `Only ${ffree} of ${files} inodes are free in the file system of “${place}”.`;
    findings.push(warning(few, `du -x --inodes --max-depth=2 ${word(place)} | sort -n | tail`));
  }
  return findings.length > 0 ? findings : [ok(room)];
}

function sizeOf(mebibytes: number): string {
  return mebibytes >= 1024 ? `${(mebibytes / 1024).toFixed(1)} GiB` : `${Math.round(mebibytes)} MiB`;
}

export default check;
