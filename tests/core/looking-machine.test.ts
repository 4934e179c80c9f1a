// The machine of functions that only look, and need no more than the same files.
import type { Machine } from '../../src/core/machine.ts';
import { lookingMachine } from '../../src/core/looking-machine.ts';
import { Installation } from '../support/installation.ts';

const here = new Installation();
afterAll(() => here.remove());
const whole = (): Machine => here.engine.machine;
/** Without its types, as a function that does not say the truth would have it. */
const looking = () => lookingMachine(whole()) as Machine;

test('it looks as the whole machine does', async () => {
  const files = await whole().files(['/etc']);
  await files.write('/etc/hello', 'Hello', { mode: 0o600 });
  const looked = await looking().files(['/etc']);
  expect(await looked.readText('/etc/hello')).toBe('Hello');
  expect(await looked.list('/etc')).toEqual(await files.list('/etc'));
  expect(await (await looking().users()).find('nobody9')).toBeUndefined();
  expect((await looking().services()).isSupported).toBe(false);
  expect(looking().system.hostname()).toBe('server.example.com');
  expect(await (await looking().addresses()).list()).toEqual(await (await whole().addresses()).list());
});

test('it changes nothing', async () => {
  const files = await looking().files(['/etc']);
  const users = await looking().users();
  const services = await looking().services();
  const addresses = await looking().addresses();
  const changes: Record<string, () => unknown> = {
    'files.write': () => files.write('/etc/other', '', { mode: 0o600 }),
    'files.remove': () => files.remove('/etc/hello'),
    'users.remove': () => users.remove('bob'),
    'services.restart': () => services.restart('named'),
    'addresses.remove': () => addresses.remove(['192.0.2.1']),
  };
  for (const [name, change] of Object.entries(changes)) {
    expect(change).toThrow(new TypeError(`The function only looks: it may not call “${name}”.`));
  }
  expect(await files.list('/etc')).toEqual(await (await whole().files(['/etc'])).list('/etc'));
});

test('it has no part that depends on the process that asks', () => {
  for (const part of [
    'quota',
    'firewall',
    'kernel',
    'processes',
    'userFiles',
    'disks',
    'commands',
  ] as const) {
    expect(() => looking()[part]).toThrow(`The function needs more than files: it asks “${part}”.`);
  }
});

test('it reads nothing where processes that see the same files may see others', async () => {
  for (const folder of ['/proc', '/proc/self', '/tmp', '/var/tmp/x', '/sys/class', '/dev']) {
    await expect(looking().files(['/etc', folder])).rejects.toThrow(`“${folder}” need not be the same`);
  }
  await expect(looking().files(['/tmpfiles'])).resolves.toBeDefined();
  const files = await looking().files(['/var', '/run']);
  for (const place of ['/var/tmp/x', '/run/systemd/generator']) {
    expect(() => files.readText(place)).toThrow(`“${place}” need not be the same`);
  }
});
