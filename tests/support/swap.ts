// Processes that exchange or move a directory again and again.
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

/** Moves a directory away and back, or exchanges it with something else, several times in each tenth of a second. */
const MOVE = `
import ctypes, os, random, sys, time
place, aside = (os.fsencode(word) for word in sys.argv[1:])
rename = ctypes.CDLL(None, use_errno=True).renameat2
AT_FDCWD, RENAME_EXCHANGE = -100, 2
flags = RENAME_EXCHANGE if os.path.lexists(aside) else 0
print('moving', flush=True)
while True:
    time.sleep(random.uniform(0.0005, 0.03))
    if rename(AT_FDCWD, place, AT_FDCWD, aside, flags) != 0: sys.exit('not moved')
    time.sleep(random.uniform(0, 0.004))
    if flags == 0: place, aside = aside, place
    if rename(AT_FDCWD, place, AT_FDCWD, aside, flags) != 0: sys.exit('not moved back')
    if flags == 0: place, aside = aside, place
`;

/** @param aside where it is meanwhile. What is there already takes its place. */
export async function moveAwayAndBack(place: string, aside: string): Promise<ChildProcess> {
  const child = spawn('python3', ['-c', MOVE, place, aside], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done) => child.stdout.once('data', done));
  return child;
}
