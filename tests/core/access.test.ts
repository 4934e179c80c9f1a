import { authorise, mayCall } from '../../src/core/access.ts';
import type { Caller } from '../../src/core/context.ts';
import type { Access } from '../../src/core/define.ts';
import { ApiError } from '../../src/core/errors.ts';

const root: Caller = { user: 'root', privileges: 'all' };
const reseller = (...privileges: string[]): Caller => ({ user: 'bob', privileges: new Set(privileges) });

const cases: [string, Caller, Access, boolean][] = [
  ['root', root, 'any', true],
  ['root', root, 'root', true],
  ['root', root, ['list-accts'], true],
  ['a reseller without privileges', reseller(), 'any', true],
  ['a reseller without privileges', reseller(), 'root', false],
  ['a reseller without privileges', reseller(), ['list-accts'], false],
  ['a reseller with another privilege', reseller('kill-acct'), ['list-accts'], false],
  ['a reseller with the privilege', reseller('kill-acct', 'list-accts'), ['list-accts'], true],
  ['a reseller with one of two', reseller('kill-acct'), ['list-accts', 'kill-acct'], true],
  ['a reseller with a privilege named “root”', reseller('root', 'any', 'all'), 'root', false],
  ['a reseller with a privilege named “all”', reseller('all'), ['list-accts'], false],
  ['a reseller who is named root', { ...reseller(), user: 'root' }, 'root', false],
];

test.each(cases)('%s %j, if access is %j: %j', (_name, caller, access, allowed) => {
  expect(mayCall(caller, access)).toBe(allowed);
  if (allowed) expect(() => authorise(caller, 'x', access)).not.toThrow();
  else expect(() => authorise(caller, 'x', access)).toThrow(ApiError);
});

test.each<[Access, string]>([
  ['root', 'You may not call “killacct”. Only root may call it.'],
  [['kill-acct'], 'You may not call “killacct”. It requires the privilege “kill-acct”.'],
  [
    ['kill-acct', 'create-acct'],
    'You may not call “killacct”. It requires the privilege “kill-acct” or “create-acct”.',
  ],
])('if access is %j, the reason says what is missing', (access, reason) => {
  const error = new ApiError('denied', reason);
  expect(() => authorise(reseller('list-accts'), 'killacct', access)).toThrow(error);
});
