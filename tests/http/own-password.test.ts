// Functions that require the account’s password as a parameter: whoever has stolen a token cannot guess it there.
import { password, TestServer } from '../support/server.ts';
import { watchPasswords } from '../support/watched-passwords.ts';

let server: TestServer;
let token: string;
beforeEach(async () => {
  server = await TestServer.startWithAccounts();
  await server.here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  const { data } = await server.here.uapi('bob', 'Tokens::create_full_access', { name: 'stolen' });
  ({ token } = data as { token: string });
});
afterEach(() => server.stop());

async function setAddress(given: string): Promise<{ status: number; errors: string[] | null }> {
  const { text } = await server.askAccounts('/execute/ContactInformation/set_email_addresses', {
    method: 'POST',
    body: new URLSearchParams({ address: 'thief@mail.example', password: given }),
    headers: { authorization: `cpanel bob:${token}` },
  });
  return JSON.parse(text) as { status: number; errors: string[] | null };
}

test('after five wrong passwords, one after the other, even the right one is refused', async () => {
  const watched = watchPasswords(server.here);
  const reasons: string[] = [];
  for (let guess = 0; guess < 8; guess++)
    reasons.push((await setAddress(`guess ${guess}`)).errors?.[0] ?? '');
  reasons.push((await setAddress(password)).errors?.[0] ?? '');
  const refused = 'The parameter “password” should be the present password of the account “bob”.';
  expect(new Set(reasons)).toEqual(new Set([refused]));
  expect(watched.count).toBe(5);
  server.here.time += 16 * 60_000;
  expect(await setAddress(password)).toMatchObject({ errors: null, status: 1 });
});

test('of 40 guesses at once, five are checked', async () => {
  server.here.overrides.sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds / 10));
  const watched = watchPasswords(server.here);
  const answers = await Promise.all(Array.from({ length: 40 }, (_, guess) => setAddress(`guess ${guess}`)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([0]));
  expect(watched.count).toBe(5);
});
