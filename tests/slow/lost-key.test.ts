// The key file is missing, is another one, or is damaged: no data is mixed up, and the solution in the error message
// works.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, currentCode, freshFolder, storedSecret, storeSecret } from '../support/command.ts';
import { dataIn } from '../process/state.ts';

const here = freshFolder();
const key = () => join(here.state, 'secret.key');

const losses: readonly { what: string; lose: () => void; reason: string }[] = [
  {
    what: 'is deleted',
    lose: () => {
      rmSync(key());
    },
    reason: 'is missing',
  },
  {
    what: 'is another one',
    lose: () => {
      writeFileSync(key(), Buffer.alloc(32, 7));
    },
    reason: 'is not the key that encrypted the stored secrets',
  },
  {
    what: 'has one bit changed',
    lose: () => {
      const bytes = readFileSync(key());
      bytes.writeUInt8(bytes.readUInt8(31) ^ 1, 31);
      writeFileSync(key(), bytes);
    },
    reason: 'is not the key that encrypted the stored secrets',
  },
  ...[0, 31, 33].map((length) => ({
    what: `has ${length} bytes`,
    lose: () => {
      writeFileSync(key(), Buffer.alloc(length, 7));
    },
    reason: 'is damaged (it should hold 32 bytes)',
  })),
];

describe.each(losses)('a key file that $what', ({ lose, reason }) => {
  let before: Record<string, string>;
  beforeEach(async () => {
    await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', { state: here.state });
    await storeSecret('eve', 'MFRGGZDFMZTWQ2LK', { state: here.state });
    lose();
    before = dataIn(here.state);
  });

  const isRefused = ({ status, stderr, metadata, data }: Awaited<ReturnType<typeof call>>) => {
    expect({ status, stderr, code: metadata.error_code, result: metadata.result }).toEqual({
      status: 1,
      stderr: '',
      code: 'key_lost',
      result: 0,
    });
    expect(metadata.reason).toContain(`The key file “${key()}” ${reason}, so the stored `);
    expect(data?.bob).toBeUndefined();
    expect(dataIn(here.state)).toEqual(before);
  };

  it('prevents reading secrets', async () => {
    isRefused(await call(['twofactorauth_get_tfa_config_for_user', 'user=bob'], { state: here.state }));
  });

  // A secret that is encrypted with another key would be lost as soon as the old key is restored from a backup.
  it('prevents storing secrets', async () => {
    isRefused(await storeSecret('joe', 'JBSWY3DPEHPK3PXP', { state: here.state }));
  });

  it('prevents enrolling', async () => {
    const words = ['secret=JBSWY3DPEHPK3PXP', `tfa_token=${await currentCode('JBSWY3DPEHPK3PXP')}`];
    isRefused(await call(['twofactorauth_set_tfa_config', ...words], { state: here.state }));
  });

  it('is no longer a problem once all configurations are removed', async () => {
    const { state } = here;
    const { data: users } = await call(['twofactorauth_get_user_configs'], { state });
    expect(Object.keys(users ?? {})).toEqual(['bob', 'eve']);
    const removed = await call(['twofactorauth_remove_user_config', 'user=bob', 'user=eve'], { state });
    expect(removed).toMatchObject({ status: 0, data: { users_modified: ['bob', 'eve'] } });
    expect(await storeSecret('bob', 'JBSWY3DPEHPK3PXP', { state })).toMatchObject({
      status: 0,
      metadata: { reason: 'OK' },
    });
    expect(await storedSecret('bob', { state })).toBe('JBSWY3DPEHPK3PXP');
    expect(readFileSync(key())).toHaveLength(32);
  });
});

it('decrypts everything again once the key file is restored', async () => {
  const { state } = here;
  await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', { state });
  const backup = readFileSync(key());
  rmSync(key());
  expect(await storedSecret('bob', { state })).toBeUndefined();
  writeFileSync(key(), backup, { mode: 0o600 });
  expect(await storedSecret('bob', { state })).toBe('WJ73QJSKZBXCIFPZ');
});
