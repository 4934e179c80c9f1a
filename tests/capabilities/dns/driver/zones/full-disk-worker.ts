// Changes zones while a disk is full: `full-disk-worker.ts zones|backups`, in its own mount namespace.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bind } from '../../../../../src/capabilities/dns/driver/zones/bind/bind.ts';
import { PrivateNamed } from './private-named.ts';
import { changeZone, zoneOf } from './zone-texts.ts';

const named = await PrivateNamed.start();
try {
  const place =
    process.argv[2] === 'zones' ? named.path('/var/lib/bind/whmapi1') : join(named.folder, 'files');
  mkdirSync(place, { recursive: true });
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0770', 'tmpfs', place]);
  await named.stop();
  await named.resume();
  const bind = new Bind(named.server);
  const step = await bind.setUp(named.machine, { keys: [], secondaries: [], catalog: null }, Date.now());
  await step.apply(named.machine, await step.prepare(named.machine));
  const attempt = (name: string, serial: number) =>
    changeZone(bind, named.machine, name, zoneOf(name, serial)).then(
      () => 'done',
      (error: unknown) => String(error),
    );
  await attempt('a.example', 1);
  const before = named.text('/var/lib/bind/whmapi1/a.example.db');
  const filler = join(place, 'filler');
  try {
    writeFileSync(filler, Buffer.alloc(512 * 1024));
  } catch {
    // The disk is full now.
  }
  const changed = await attempt('a.example', 2);
  const created = await attempt('b.example', 1);
  const isSame = named.text('/var/lib/bind/whmapi1/a.example.db') === before;
  const serial = (name: string) => named.dig(name, 'SOA').split(' ')[2] ?? named.dig(name, 'SOA');
  const served = [serial('a.example'), serial('b.example')];
  rmSync(filler);
  await attempt('a.example', 2);
  process.stdout.write(
    `\n${JSON.stringify({ changed, created, isSame, served, later: serial('a.example') })}\n`,
  );
} finally {
  await named.stop();
}
