// Runs inside a machine: `sql STATEMENT` prints the rows of a statement on the store as JSON. `kill` starts the count of
// bandwidth, sends SIGKILL once a part of it is stored, and prints the position that was counted last.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import Database from 'better-sqlite3';

const database = new Database('/var/lib/whmapi1/store.db', {
  nativeBinding: '/usr/lib/whmapi1/node_modules/better-sqlite3/build/Release/better_sqlite3.node',
});
const positions = () =>
  database.prepare('SELECT coalesce(sum(position), 0) FROM bandwidth_log').pluck().get() as number;

const [what, statement = ''] = process.argv.slice(2);
if (what === 'sql') {
  const prepared = database.prepare(statement);
  console.log(JSON.stringify(prepared.reader ? prepared.all() : [prepared.run()]));
} else {
  const before = positions();
  const counting = spawn('whmapi1', ['--run-tasks'], { stdio: 'ignore' });
  const ended = once(counting, 'exit');
  while (positions() === before && counting.exitCode === null) await new Promise(setImmediate);
  counting.kill('SIGKILL');
  await ended;
  console.log(positions());
}
