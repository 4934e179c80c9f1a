// A process that exchanges a directory and a symbolic link again and again.
import { spawn, type ChildProcess } from 'node:child_process';

/** Exchanges a directory and a link to another one (renameat2(2)) until it is killed: thousands of times a second. */
const SWAP = `
import ctypes, os, sys
place, target = (os.fsencode(word) for word in sys.argv[1:])
aside = place + b'.aside'
os.symlink(target, aside)
rename = ctypes.CDLL(None, use_errno=True).renameat2
AT_FDCWD, RENAME_EXCHANGE = -100, 2
print('swapping', flush=True)
while rename(AT_FDCWD, place, AT_FDCWD, aside, RENAME_EXCHANGE) == 0: pass
`;

export async function swap(place: string, target: string): Promise<ChildProcess> {
  const child = spawn('python3', ['-c', SWAP, place, target], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done) => child.stdout.once('data', done));
  return child;
}
