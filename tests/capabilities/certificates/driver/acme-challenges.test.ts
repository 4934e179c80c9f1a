// The files of challenges: their names are tokens of the issuer.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Challenges } from '../../../../src/capabilities/certificates/driver/acme/challenges.ts';
import { sandboxMachine } from '../../../../src/machine/choose.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'whmapi1-acme-'));
});
afterEach(() => rmSync(state, { recursive: true }));
const open = () => Challenges.open(sandboxMachine(state, () => 0));
const folder = () => join(state, 'root/var/lib/whmapi1-acme');

/** Any character of Base64url can be the first one. */
it.each(['abc', '-abc', '_abc', '--', '0'])('can be named %s, and everybody can read them', async (token) => {
  const challenges = await open();
  await challenges.put(token, 'answer');
  expect(readFileSync(join(folder(), token), 'utf8')).toBe('answer');
  expect(statSync(join(folder(), token)).mode & 0o777).toBe(0o644);
  await challenges.remove(token);
  expect(readdirSync(folder())).toEqual([]);
});

it.each(['', '.', '..', 'a/b', '../x', 'a.b', 'a b', 'a\n'])('cannot be named %j', async (token) => {
  await expect((await open()).put(token, 'answer')).rejects.toThrow(TypeError);
});

it('are removed if a process left them', async () => {
  await (await open()).put('-left', 'answer');
  await (await open()).clear();
  expect(readdirSync(folder())).toEqual([]);
});
