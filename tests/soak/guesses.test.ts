// An attacker with a long list is locked out after the limit, and the server still serves everybody else.
import { password, TestServer } from '../support/server.ts';

const GUESSES = 3000;
const AT_ONCE = 25;

test('3,000 guesses do not succeed, block their address, and do not affect tokens', async () => {
  const server = await TestServer.start();
  try {
    const { data } = await server.here.call('api_token_create', { token_name: 'other' });
    const header = { headers: { authorization: `whm root:${data?.token as string}` } };
    const statuses = new Map<number, number>();
    const others: number[] = [];
    const guess = async (from: number) => {
      for (let number = from; number < GUESSES; number += AT_ONCE) {
        const { status } = await server.logIn({ user: 'root', pass: `guess ${number}`, login_only: '1' });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (number % 250 === 0)
          others.push((await server.ask('/json-api/version?api.version=1', header)).status);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, from) => guess(from)));
    expect([...statuses]).toEqual([[401, GUESSES]]);
    expect(new Set(others)).toEqual(new Set([200]));
    expect((await server.logIn({ user: 'root', pass: password, login_only: '1' })).status).toBe(401);
  } finally {
    await server.stop();
  }
});
