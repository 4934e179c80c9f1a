// What Exim learns of accounts with hardly any disk space. `tests/machine/mail.test.ts` has what it does then.
import { MachineError } from '../../../../src/core/machine-error.ts';
import type { Machine, Measured } from '../../../../src/core/machine.ts';
import { writeRoom } from '../../../../src/capabilities/mail/driver/exim/account-room.ts';

const ROOM = '/etc/exim4/whmapi1/room';

function machineWith(usages: Readonly<Record<string, number>>, isEnabled = true, before?: string) {
  const written: (string | undefined)[] = [];
  let content = before;
  const machine = {
    quota: async () => ({
      isEnabled: async () => isEnabled,
      usages: async (names: readonly string[], measured: Measured) => {
        for (const name of names) {
          const blocks = usages[name];
          measured(
            name,
            blocks === undefined ? new MachineError('not_found', 'no such user') : { blocks, inodes: 1 },
          );
        }
      },
    }),
    files: async () => ({
      readText: async (path: string) => (path === ROOM ? content : undefined),
      write: async (path: string, text: string) => {
        expect(path).toBe(ROOM);
        content = text;
        written.push(text);
      },
    }),
  } as unknown as Pick<Machine, 'files' | 'quota'>;
  return { machine, written };
}

const accounts = [
  { username: 'tom', limit: 100 },
  { username: 'bob', limit: 1000 },
  { username: 'eve', limit: 1000 },
  { username: 'ann', limit: null },
  { username: 'gone', limit: 1 },
];

test('only accounts with little space are named, and the file is written when it changes', async () => {
  const { machine, written } = machineWith({ tom: 102_401, bob: 1_023_000, eve: 900_000, ann: 9_000_000 });
  await writeRoom(machine, accounts);
  await writeRoom(machine, accounts);
  expect(written).toEqual(['bob: 1000\ntom: 0\n']);
});

test('it is emptied when limits are no longer enforced', async () => {
  const { machine, written } = machineWith({ tom: 102_401 }, false, 'tom: 0\n');
  await writeRoom(machine, accounts);
  expect(written).toEqual(['']);
  const never = machineWith({ tom: 102_401 }, false);
  await writeRoom(never.machine, accounts);
  expect(never.written).toEqual([]);
});
