// Runs inside a machine: `sql STATEMENT` prints the rows of a statement on the store as JSON. `kill` starts the count of
// bandwidth, sends SIGKILL once a part of it is stored, and prints the position that was counted last.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from '../support/installed-sqlite.ts';

const database = new DatabaseSync('/var/lib/whmapi1/store.db', { timeout: 5_000 });
const sum = database.prepare('SELECT coalesce(sum(position), 0) AS position FROM bandwidth_log');
const positions = () => (sum.get() as { position: number }).position;

const [what, statement = ''] = process.argv.slice(2);
if (what === 'sql') {
  console.log(JSON.stringify(database.prepare(statement).all()));
} else {
  const before = positions();
  const counting = spawn('whmapi1', ['--run-tasks'], { stdio: 'ignore' });
  const ended = once(counting, 'exit');
  while (positions() === before && counting.exitCode === null) await new Promise(setImmediate);
  counting.kill('SIGKILL');
  await ended;
  console.log(positions());
}
