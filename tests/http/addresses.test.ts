// Connections of strangers have a share of their own, and the networks of IPv6 clients are counted.
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Addresses } from '../../src/http/addresses.ts';
import { FairQueue } from '../../src/http/fair-queue.ts';
import { limits } from '../../src/http/limits.ts';

class FakeSocket extends EventEmitter {
  destroyed = false;
  constructor(readonly remoteAddress: string) {
    super();
  }
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
}

let addresses: Addresses;
const known = new Set<string>();
beforeEach(() => {
  known.clear();
  addresses = new Addresses(limits, known);
});
function connectFrom(address: string): FakeSocket {
  const socket = new FakeSocket(address);
  addresses.add(socket as unknown as Socket);
  return socket;
}
const openOf = (sockets: readonly FakeSocket[]) => sockets.filter(({ destroyed }) => !destroyed).length;

test('eight addresses with 128 connections each keep nobody out', () => {
  const idle = Array.from({ length: 8 * 128 }, (_, at) => connectFrom(`192.0.2.${at % 8}`));
  expect(openOf(idle)).toBe(limits.strangersConnections);
  expect(connectFrom('198.51.100.1').destroyed).toBe(false);
  expect(openOf(idle)).toBe(limits.strangersConnections - 1);
});

test('connections of known addresses stay open', () => {
  known.add('198.51.100.1');
  const own = Array.from({ length: 64 }, () => connectFrom('198.51.100.1'));
  for (let at = 0; at < 2000; at++) connectFrom(`203.0.${at % 250}.${at % 8}`);
  expect(openOf(own)).toBe(64);
});

test.each([
  ['/64', 128, (at: number) => `2001:db8:1:1::${at.toString(16)}`],
  ['/56', 256, (at: number) => `2001:db8:1:1${(at % 256).toString(16).padStart(2, '0')}::1`],
  ['/48', 512, (at: number) => `2001:db8:1:${(at % 4096).toString(16).padStart(4, '0')}::1`],
])('a %s of IPv6 can have %d connections', (_name, most, addressOf) => {
  // Known, so that only the limits of networks apply.
  addresses = new Addresses(limits, { has: () => true });
  const sockets = Array.from({ length: 700 }, (_, at) => connectFrom(addressOf(at)));
  expect(openOf(sockets)).toBe(most);
});

test('a stranger’s /48 of IPv6 with connections from every /64 is cut before a single client', () => {
  const client = connectFrom('2001:db8:2::1');
  const idle = Array.from({ length: 500 }, (_, at) => connectFrom(`2001:db8:1:${at.toString(16)}::1`));
  expect(client.destroyed).toBe(false);
  expect(openOf(idle)).toBeLessThan(limits.strangersConnections);
});

test('a place in a queue is given back, and known keys come first', async () => {
  const queue = new FairQueue({ perKey: 1, total: 1, isFirst: (key) => key === 'known' });
  expect(queue.enterNow('a')).toBe(true);
  const began: string[] = [];
  const gone = new AbortController();
  const leaving = queue.enter('b', gone.signal);
  for (const key of ['c', 'known']) void queue.enter(key).then(() => began.push(key));
  gone.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  queue.leave('a');
  await Promise.resolve();
  expect(began).toEqual(['known']);
  queue.leave('known');
  await Promise.resolve();
  expect(began).toEqual(['known', 'c']);
});
