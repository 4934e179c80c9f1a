// DKIM keys that a server makes ahead, so that a new account has one at once. They are in its memory only: nobody can read
// them there, and none is left when it ends. What is taken is gone, whether it is used or not.
import type { FreeContext } from '../../../../core/context.ts';
import { newKey, type RsaKey } from './rsa.ts';

/** Each takes a processor a seventh of a second. */
const MOST = 20;

const stock: RsaKey[] = [];
let made = 0;

/** A key that nobody has had. Undefined if there is none. Afterwards, the server makes others. */
export function takeKey({ makeAhead }: Pick<FreeContext, 'makeAhead'>): RsaKey | undefined {
  if (makeAhead === undefined) return undefined;
  makeOne(makeAhead);
  return stock.shift();
}

/** One after the other, so that a server that ends waits for one at most. */
function makeOne(makeAhead: NonNullable<FreeContext['makeAhead']>): void {
  makeAhead(`DKIM key ${made}`, async () => {
    stock.push(await newKey());
    made += 1;
    if (stock.length < MOST) makeOne(makeAhead);
  });
}
