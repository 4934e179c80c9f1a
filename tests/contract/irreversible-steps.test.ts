// What cannot be undone is marked on the step, so that the engine applies it last. No step without `undo` lacks the mark
// unless it loses nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { irreversibleLast } from '../../src/core/irreversible.ts';
import type { AnyStep } from '../../src/core/plan.ts';
import { steps } from '../../src/capabilities/steps.generated.ts';

/** Steps that need no undo, and why. */
const losesNothing: Readonly<Record<string, string>> = {
  'access-files/make-folders': 'Empty folders stay.',
  'authentication/request': 'It changes nothing: its result has a task publish records.',
  'document-roots/copy': 'It copies into a folder that is new, whose own step is undone.',
  'dovecot/end-sessions': 'The client can connect again.',
  'exim/remove-unfinished': 'It removes what an interrupted call has left.',
  'ftp/end-sessions': 'The client can connect again.',
  'mailboxes/copy-mail': 'It copies into a home that is new, whose own step is undone.',
  'mailman/set-password': 'The secret is gone: the outcome is stored.',
  'mysql-profiles/validate': 'It only reads.',
  'mysql/export': 'It only reads; other steps have the file.',
  'mysql/find-owned': 'It only reads.',
  'mysql/grant-objects': 'It grants rights on a new database, whose own step is undone.',
  'mysql/repair': 'It can be repeated.',
  'mysql/set-administrator-password': 'The secret is gone: the outcome is stored.',
  'mysql/set-password': 'The secret is gone: the outcome is stored.',
  'php/make-session-folder': 'An empty folder stays.',
  'postgresql/export': 'It only reads; other steps have the file.',
  'postgresql/find-owned': 'It only reads.',
  'postgresql/set-password': 'The secret is gone: the outcome is stored.',
  'postgresql/share': 'It grants what the owner has anyway.',
  'spamassassin/request-change': 'It changes nothing: its result says whether the account has a filter.',
  'spamassassin/request': 'It changes nothing: its result says that the account has a filter.',
  'services/restart': 'It can be repeated.',
  'users/end-processes': 'The suspension before it ends them too.',
  'users/expire-password': 'It can be repeated.',
  'users/make-home': 'The new home stays. It has only the skeleton, and its user may have begun to use it.',
  'users/set-password': 'The secret is gone: the outcome is stored.',
  'virtual-hosts/link-logs': 'The link stays.',
  'virtual-hosts/open': 'The folder stays open.',
  'virtual-hosts/write-cgi-runner': 'The program stays.',
};

/** Changes that the next call completes as a whole, because what they repeat is harmless or their secret is gone. */
const completedAsWhole = [
  'clean-exim-configuration.ts',
  'expire-passwords.ts',
  'mailing-lists.ts',
  'own-mysql.ts',
  'postgresql.ts',
  'restart-service.ts',
  'set-mysql-root-password.ts',
  'set-password.ts',
];

let all: [string, AnyStep][];
beforeAll(async () => {
  all = await Promise.all(
    Object.entries(steps).map(async ([kind, load]): Promise<[string, AnyStep]> => [
      kind,
      (await load()).default,
    ]),
  );
});

it('has the mark on every step that loses something', () => {
  const without = all.filter(
    ([, { undo, irreversible }]) => undo === undefined && irreversible === undefined,
  );
  expect(without.map(([kind]) => kind).sort()).toEqual(Object.keys(losesNothing).sort());
});

it('has the mark on no step that can be undone', () => {
  expect(all.filter(([, { undo, irreversible }]) => undo && irreversible).map(([kind]) => kind)).toEqual([]);
  expect(all.filter(([, { irreversible }]) => irreversible).map(([kind]) => kind)).toContain('users/remove');
});

it('is not replaced by a mark of whole plans, except where nothing is lost', () => {
  const top = join(__dirname, '../../src');
  const files = readdirSync(top, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(^|\/)plans\/.*\.ts$/.test(path),
  );
  const marked = files.filter((path) => readFileSync(join(top, path), 'utf8').includes('irreversible: true'));
  expect(marked.map((path) => basename(path)).sort()).toEqual(completedAsWhole);
});

it('puts the marked steps last, in their own order', async () => {
  const engine = { step: async (kind: string) => all.find(([one]) => one === kind)?.[1] };
  const kinds = ['mysql/drop-all', 'virtual-hosts/remove', 'users/remove', 'zones/remove'];
  const planned = kinds.map((kind) => ({ kind, input: null }));
  expect((await irreversibleLast(engine, planned)).map(({ kind }) => kind)).toEqual([
    'virtual-hosts/remove',
    'zones/remove',
    'mysql/drop-all',
    'users/remove',
  ]);
});
