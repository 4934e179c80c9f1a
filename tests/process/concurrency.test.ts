// Many processes at the same moment: everything that they store is kept, and a code is accepted once.
import { join } from 'node:path';
import {
  call,
  currentCode,
  freshFolder,
  parallel,
  readAnswer,
  run,
  storeSecret,
} from '../support/command.ts';
import { auditLog, integrityOf, modesIn } from './state.ts';

/** Many more than the number of processors. */
const PROCESSES = 20;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const enrolled = Array.from({ length: PROCESSES }, (_, at) => ({
  user: `u${String(at + 1).padStart(2, '0')}`,
  secret: `WJ73QJSKZBXCIF${ALPHABET.charAt(at % 32)}${ALPHABET.charAt(at >> 5)}`,
}));
const secretsByUser = Object.fromEntries(
  enrolled.map(({ user, secret }) => [user, { primary_account: { secret } }]),
);

const here = freshFolder();

it(`keeps everything that ${PROCESSES} processes store at once, without a state directory before`, async () => {
  const state = join(here.path, 'not', 'yet', 'there');
  const stored = await parallel(enrolled, PROCESSES, ({ user, secret }) =>
    storeSecret(user, secret, { state }),
  );
  expect(stored.map(({ status, stdout, stderr }) => ({ status, stdout, stderr }))).toEqual(
    Array.from({ length: PROCESSES }, () => ({
      status: 0,
      stdout:
        '{"metadata":{"version":1,"reason":"OK","result":1,"command":"twofactorauth_set_tfa_config_for_user"}}\n',
      stderr: '',
    })),
  );
  const { lines, cut } = auditLog(state);

  const listed = await call(['twofactorauth_get_user_configs'], { state });
  expect(Object.keys(listed.data ?? {})).toEqual(enrolled.map(({ user }) => user));
  expect(await readBack(state)).toEqual(secretsByUser);

  expect(cut).toEqual([]);
  expect(lines.map(({ function: name, result }) => [name, result])).toEqual(
    Array.from({ length: PROCESSES }, () => ['twofactorauth_set_tfa_config_for_user', 1]),
  );
  expect(new Set(lines.map((line) => line.arguments[0]?.[0])).size).toBe(PROCESSES);
  expect(modesIn(state)).toEqual({ 'audit.log': '600', 'secret.key': '600', 'store.db': '600' });
  expect(integrityOf(state)).toBe('ok');
});

it(`accepts a code from one of ${PROCESSES} processes that send it at once`, async () => {
  const { state } = here;
  const secret = 'WJ73QJSKZBXCIFPZ';
  const words = [
    '--output=json',
    'twofactorauth_set_tfa_config',
    `secret=${secret}`,
    `tfa_token=${await currentCode(secret)}`,
  ];
  const results = await parallel(Array.from({ length: PROCESSES }), PROCESSES, () => run(words, { state }));
  const outcomes = results
    .map(({ status, stdout }) => {
      const answer = readAnswer(stdout);
      return `${status} ${answer?.metadata.error_code} ${JSON.stringify(answer?.data)}`;
    })
    .sort();
  expect(outcomes).toEqual([
    '0 undefined {"success":1}',
    ...Array.from({ length: PROCESSES - 1 }, () => '1 tfa_replayed {"success":0}'),
  ]);
  expect(
    auditLog(state)
      .lines.map(({ error_code: code = 'none' }) => code)
      .sort(),
  ).toEqual(['none', ...Array.from({ length: PROCESSES - 1 }, () => 'tfa_replayed')]);
});

/** Everything that is stored for all users, read with one call. */
async function readBack(state: string): Promise<Record<string, unknown>> {
  const command = enrolled.map(({ user }) => `twofactorauth_get_tfa_config_for_user?user=${user}`);
  const input = JSON.stringify({ command });
  const { data } = await call(['--input=json', 'batch'], { state, input });
  const parts = data?.result as { data: Record<string, unknown> }[];
  return Object.assign({}, ...parts.map((part) => part.data)) as Record<string, unknown>;
}
